// What Open() does with what an earlier process left.

#include <catch2/catch.hpp>
#include <string>

#include "fixture.h"

namespace portreeve::audit {
namespace {

// A journal with statements 1..count in lane 1; gives the bytes of its segment.
std::string Write(Fixture& fixture, uint64_t count) {
  auto journal = fixture.Open();
  for (uint64_t i = 1; i <= count; ++i) journal->lane(0).Stage(Query(i, "select 1"));
  REQUIRE(journal->lane(0).Commit().ok());
  journal.reset();
  return Slurp(fixture.SegmentPath(1, 1));
}

// Where the record of statement `number` begins.
size_t OffsetOf(const Fixture& fixture, uint64_t number) {
  const auto entries = fixture.ReadAll();
  REQUIRE(entries.ok());
  for (const Entry& entry : *entries) {
    if (entry.record.statement().statement() == number) return entry.offset;
  }
  FAIL("no such record");
  return 0;
}

TEST_CASE("a tail torn at any byte of the last record is cut, and the sequence goes on") {
  Fixture fixture;
  const std::string whole = Write(fixture, 3);
  const size_t last = OffsetOf(fixture, 3);
  for (size_t size = last; size < whole.size(); ++size) {
    Spit(fixture.SegmentPath(1, 1), whole.substr(0, size));
    auto journal = fixture.Open();
    journal->lane(0).Stage(Query(4, "select 4"));
    REQUIRE(journal->lane(0).Commit().ok());
    journal.reset();
    const auto records = fixture.Lane(1);
    REQUIRE(records.size() == 3);
    CHECK(records[2].sequence() == 3);
    CHECK(records[2].statement().statement() == 4);
  }
}

TEST_CASE("a last record whose bytes did not reach the disk is cut") {
  Fixture fixture;
  const std::string whole = Write(fixture, 3);
  const size_t last = OffsetOf(fixture, 3);
  for (const std::string& tail :
       {std::string(whole.size() - last, '\0'), std::string(100'000, '\0'),
        whole.substr(last, 20) + std::string(whole.size() - last - 20, '\0')}) {
    Spit(fixture.SegmentPath(1, 1), whole.substr(0, last) + tail);
    fixture.Open();
    CHECK(fixture.Lane(1).size() == 2);
    CHECK(std::filesystem::file_size(fixture.SegmentPath(1, 1)) == last);
  }
}

TEST_CASE("a damaged byte anywhere before the last record is an error with file and offset") {
  Fixture fixture;
  const std::string whole = Write(fixture, 3);
  const size_t second = OffsetOf(fixture, 2);
  const size_t last = OffsetOf(fixture, 3);
  for (size_t at = second; at < last; ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    Spit(fixture.SegmentPath(1, 1), damaged);
    const auto journal = Journal::Open(fixture.options);
    REQUIRE(absl::IsDataLoss(journal.status()));
    const std::string message(base::FromAbsl(journal.status().message()));
    CHECK(message.find("0001-00000001.seg at byte " + std::to_string(second)) != message.npos);
    CHECK(Slurp(fixture.SegmentPath(1, 1)) == damaged);
  }
}

TEST_CASE("a damaged header is an error") {
  Fixture fixture;
  std::string bytes = Write(fixture, 1);
  bytes[20] = static_cast<char>(bytes[20] ^ 1);
  Spit(fixture.SegmentPath(1, 1), bytes);
  CHECK(absl::IsDataLoss(Journal::Open(fixture.options).status()));
}

TEST_CASE("a record taken out is an error") {
  Fixture fixture;
  const std::string whole = Write(fixture, 3);
  const size_t second = OffsetOf(fixture, 2);
  const size_t third = OffsetOf(fixture, 3);
  Spit(fixture.SegmentPath(1, 1), whole.substr(0, second) + whole.substr(third));
  CHECK(absl::IsDataLoss(Journal::Open(fixture.options).status()));
}

TEST_CASE("a segment under another name or of another journal is an error") {
  Fixture fixture;
  Fixture other;
  const std::string bytes = Write(fixture, 1);
  Write(other, 1);
  std::filesystem::rename(fixture.SegmentPath(1, 1), fixture.SegmentPath(1, 2));
  CHECK(absl::IsDataLoss(Journal::Open(fixture.options).status()));
  Spit(other.SegmentPath(1, 1), bytes);
  CHECK(absl::IsDataLoss(Journal::Open(other.options).status()));
}

TEST_CASE("a segment that was made ready or only half begun is used next") {
  for (const std::string& begun : {std::string(), std::string("PRTRVJNL\1"), std::string(128, '\0'),
                                   std::string(4096, '\0')}) {
    Fixture fixture;
    fixture.options.segment_bytes = 1024;
    Write(fixture, 2);
    Spit(fixture.SegmentPath(1, 2), begun);
    auto journal = fixture.Open();
    for (uint64_t i = 3; i <= 4; ++i) {
      journal->lane(0).Stage(Query(i, std::string(1000, 'x')));
      REQUIRE(journal->lane(0).Commit().ok());
    }
    journal.reset();
    const auto records = fixture.Lane(1);
    REQUIRE(records.size() == 4);
    CHECK(records[3].sequence() == 4);
    CHECK(std::filesystem::file_size(fixture.SegmentPath(1, 2)) > 1000);
  }
}

TEST_CASE("a lane's first segment that was only half begun is begun anew") {
  Fixture fixture;
  fixture.Open().reset();
  Spit(fixture.SegmentPath(1, 1), "PRTR");
  auto journal = fixture.Open();
  journal->lane(0).Stage(Query(1, "select 1"));
  REQUIRE(journal->lane(0).Commit().ok());
  CHECK(fixture.Lane(1).size() == 1);
}

TEST_CASE("a journal reopened with other lanes goes on with those that it has") {
  Fixture fixture;
  fixture.options.lanes = 3;
  {
    auto journal = fixture.Open();
    for (size_t i = 0; i < 3; ++i) {
      journal->lane(i).Stage(Query(i, "select 1"));
      REQUIRE(journal->lane(i).Commit().ok());
    }
  }
  fixture.options.lanes = 1;
  auto journal = fixture.Open();
  journal->lane(0).Stage(Query(9, "select 9"));
  REQUIRE(journal->lane(0).Commit().ok());
  CHECK(fixture.Lane(1).size() == 2);
  CHECK(fixture.Lane(3).size() == 1);
}

TEST_CASE("a folder with segments and no JOURNAL is an error") {
  Fixture fixture;
  Write(fixture, 1);
  std::filesystem::remove(fixture.options.dir / kJournalFileName);
  CHECK(absl::IsDataLoss(Journal::Open(fixture.options).status()));
}

}  // namespace
}  // namespace portreeve::audit
