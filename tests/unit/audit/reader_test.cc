#include "audit/reader.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <string>
#include <thread>

#include "fixture.h"

namespace portreeve::audit {
namespace {

StatementRecord At(int64_t time_unix_us, uint64_t statement) {
  StatementRecord record = Query(statement, "select 1");
  record.time_unix_us = time_unix_us;
  return record;
}

TEST_CASE("lanes are merged by time") {
  Fixture fixture;
  fixture.options.lanes = 3;
  auto journal = fixture.Open();
  for (uint64_t i = 0; i < 30; ++i) {
    journal->lane(i % 3).Stage(At(static_cast<int64_t>(1000 + i), i));
  }
  for (size_t i = 0; i < 3; ++i) REQUIRE(journal->lane(i).Commit().ok());
  const auto entries = fixture.ReadAll();
  REQUIRE(entries.ok());
  REQUIRE(entries->size() == 30);
  for (uint64_t i = 0; i < 30; ++i) CHECK((*entries)[i].record.statement().statement() == i);
}

TEST_CASE("a folder without a journal is not found") {
  TempFolder folder;
  CHECK(absl::IsNotFound(JournalReader::Open(folder.path()).status()));
  CHECK(absl::IsNotFound(JournalReader::Open(folder.path() / "no").status()));
}

TEST_CASE("a reader follows a journal across segments, lanes and restarts") {
  Fixture fixture;
  fixture.options.segment_bytes = 1024;
  auto journal = fixture.Open();
  auto reader = JournalReader::Open(fixture.options.dir);
  REQUIRE(reader.ok());
  CHECK_FALSE(*(*reader)->Next());
  for (uint64_t i = 1; i <= 50; ++i) {
    if (i == 20) {
      journal.reset();
      fixture.options.lanes = 2;
      journal = fixture.Open();
    }
    LaneWriter& lane = journal->lane(i % fixture.options.lanes);
    lane.Stage(Query(i, std::string(100, 'x')));
    REQUIRE(lane.Commit().ok());
    const auto entry = (*reader)->Next();
    INFO(entry.status());
    REQUIRE(entry.ok());
    REQUIRE(*entry);
    CHECK((*entry)->record.statement().statement() == i);
    CHECK_FALSE(*(*reader)->Next());
  }
}

TEST_CASE("a reader beside a busy writer sees every record once and no damage") {
  constexpr uint64_t kBatches = 3000;
  constexpr uint64_t kBatch = 7;
  Fixture fixture;
  fixture.options.segment_bytes = 32 << 10;
  auto journal = fixture.Open();
  const auto commit = [&](uint64_t batch) {
    for (uint64_t i = 1; i <= kBatch; ++i) {
      journal->lane(0).Stage(Query(batch * kBatch + i, "select 1"));
    }
    return journal->lane(0).Commit().ok();
  };
  std::thread writer([&] {
    for (uint64_t batch = 0; batch < kBatches; ++batch) {
      if (batch % 7 == 0) {
        // The batch fails halfway and is written over, cut back at once or only then.
        fixture.disk.write_budget = 200;
        fixture.disk.fail_truncates = batch % 2 == 0;
        const bool ok = commit(batch);
        fixture.disk.write_budget = -1;
        fixture.disk.fail_truncates = false;
        if (ok) return;
      }
      if (!commit(batch)) return;
    }
  });
  auto reader = JournalReader::Open(fixture.options.dir);
  REQUIRE(reader.ok());
  uint64_t seen = 0;
  const bool all = Eventually([&] {
    for (;;) {
      const auto entry = (*reader)->Next();
      INFO(entry.status());
      REQUIRE(entry.ok());
      if (!*entry) return seen == kBatches * kBatch;
      REQUIRE((*entry)->record.statement().statement() == ++seen);
    }
  });
  writer.join();
  CHECK(all);
}

TEST_CASE("a tail that is not whole is an end, and goes on when it is") {
  Fixture fixture;
  auto journal = fixture.Open();
  journal->lane(0).Stage(Query(1, "select 1"));
  journal->lane(0).Stage(Query(2, "select 2"));
  REQUIRE(journal->lane(0).Commit().ok());
  journal.reset();
  const auto path = fixture.SegmentPath(1, 1);
  const std::string whole = Slurp(path);
  const size_t second = (*fixture.ReadAll())[1].offset;
  for (size_t size = second + 1; size < whole.size(); ++size) {
    Spit(path, whole.substr(0, size));
    auto reader = JournalReader::Open(fixture.options.dir);
    REQUIRE(reader.ok());
    REQUIRE(*(*reader)->Next());
    const auto end = (*reader)->Next();
    REQUIRE(end.ok());
    CHECK_FALSE(*end);
    CHECK((*reader)->incomplete_bytes() == size - second);
    Spit(path, whole);
    const auto entry = (*reader)->Next();
    REQUIRE(entry.ok());
    REQUIRE(*entry);
    CHECK((*entry)->record.statement().statement() == 2);
    CHECK((*reader)->incomplete_bytes() == 0);
  }
}

TEST_CASE("damage in the middle is reported with file and offset, again and again") {
  Fixture fixture;
  auto journal = fixture.Open();
  for (uint64_t i = 1; i <= 3; ++i) journal->lane(0).Stage(Query(i, "select 1"));
  REQUIRE(journal->lane(0).Commit().ok());
  const auto entries = fixture.ReadAll();
  const auto path = fixture.SegmentPath(1, 1);
  const std::string whole = Slurp(path);
  for (size_t at = (*entries)[1].offset; at < (*entries)[2].offset; ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    Spit(path, damaged);
    auto reader = JournalReader::Open(fixture.options.dir);
    REQUIRE(reader.ok());
    CHECK(*(*reader)->Next());
    for (int i = 0; i < 2; ++i) {
      const auto entry = (*reader)->Next();
      REQUIRE(absl::IsDataLoss(entry.status()));
      const std::string message(base::FromAbsl(entry.status().message()));
      CHECK(message.find("0001-00000001.seg at byte " + std::to_string((*entries)[1].offset)) !=
            message.npos);
    }
  }
}

TEST_CASE("a segment that ends short of the next, or is missing, is damage") {
  Fixture fixture;
  fixture.options.segment_bytes = 1024;
  auto journal = fixture.Open();
  for (uint64_t i = 1; i <= 6; ++i) {
    journal->lane(0).Stage(Query(i, std::string(600, 'x')));
    REQUIRE(journal->lane(0).Commit().ok());
  }
  journal.reset();
  const auto path = fixture.SegmentPath(1, 2);
  const std::string whole = Slurp(path);
  const size_t last = (*fixture.ReadAll())[3].offset;
  for (const size_t size : {whole.size() - 1, last + 3, last, kSegmentHeaderBytes, size_t{20}}) {
    Spit(path, whole.substr(0, size));
    CHECK(absl::IsDataLoss(fixture.ReadAll().status()));
  }
  std::filesystem::remove(path);
  CHECK(absl::IsDataLoss(fixture.ReadAll().status()));
}

TEST_CASE("old segments that were archived are not missed") {
  Fixture fixture;
  fixture.options.segment_bytes = 1024;
  auto journal = fixture.Open();
  for (uint64_t i = 1; i <= 6; ++i) {
    journal->lane(0).Stage(Query(i, std::string(600, 'x')));
    REQUIRE(journal->lane(0).Commit().ok());
  }
  std::filesystem::remove(fixture.SegmentPath(1, 1));
  const auto records = fixture.Lane(1);
  REQUIRE(records.size() == 4);
  CHECK(records[0].sequence() == 3);
}

}  // namespace
}  // namespace portreeve::audit
