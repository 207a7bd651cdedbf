#include "audit/journal.h"

#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "fixture.h"

namespace portreeve::audit {
namespace {

namespace pb = proto::audit;

TEST_CASE("what is committed is read back in its order") {
  Fixture fixture;
  auto journal = fixture.Open();
  LaneWriter& lane = journal->lane(0);
  lane.Stage(Query(1, "select 1"));
  lane.Stage(Query(2, "select 2"));
  REQUIRE(lane.Commit().ok());
  lane.QueueOutcome(Done(1));
  lane.Stage(Query(3, "select 3"));
  REQUIRE(lane.Commit().ok());

  const auto records = fixture.Lane(1);
  REQUIRE(records.size() == 4);
  CHECK(records[0].statement().sql() == "select 1");
  CHECK(records[1].statement().sql() == "select 2");
  for (size_t i = 0; i < records.size(); ++i) CHECK(records[i].sequence() == i + 1);
  CHECK(records[0].time_unix_us() > 0);
}

TEST_CASE("what is staged is not written before the commit, which is one write") {
  Fixture fixture;
  auto journal = fixture.Open();
  LaneWriter& lane = journal->lane(0);
  const int writes = fixture.disk.writes;
  for (uint64_t i = 1; i <= 100; ++i) lane.Stage(Query(i, "select 1"));
  CHECK(fixture.disk.writes == writes);
  CHECK(fixture.Lane(1).empty());
  REQUIRE(lane.Commit().ok());
  CHECK(fixture.disk.writes == writes + 1);
  CHECK(fixture.Lane(1).size() == 100);
}

TEST_CASE("a commit of nothing writes nothing") {
  Fixture fixture;
  auto journal = fixture.Open();
  const int writes = fixture.disk.writes;
  CHECK(journal->lane(0).Commit().ok());
  CHECK(fixture.disk.writes == writes);
}

TEST_CASE("outcomes go out with the sequencer's tick when nothing is committed") {
  Fixture fixture;
  auto journal = fixture.Open();
  journal->lane(0).QueueOutcome(Done(9));
  REQUIRE(Eventually([&] { return fixture.Lane(1).size() == 1; }));
  CHECK(fixture.Lane(1)[0].statement_outcome().statement() == 9);
}

TEST_CASE("what is queued is written when the journal is closed") {
  Fixture fixture;
  auto journal = fixture.Open();
  pb::Record record;
  record.mutable_agent_left()->set_agent("a");
  journal->control().Queue(record);
  journal->lane(0).QueueOutcome(Done(1));
  journal.reset();
  CHECK(fixture.Lane(0).size() == 1);
  CHECK(fixture.Lane(1).size() == 1);
}

TEST_CASE("a control record is there when the call returns") {
  Fixture fixture;
  auto journal = fixture.Open();
  pb::Record queued;
  queued.mutable_agent_joined()->set_agent("first");
  journal->control().Queue(queued);
  pb::Record record;
  record.mutable_sign_in()->set_subject("alice");
  REQUIRE(journal->control().Append(record).ok());
  const auto records = fixture.Lane(0);
  REQUIRE(records.size() == 2);
  CHECK(records[0].agent_joined().agent() == "first");
  CHECK(records[1].sign_in().subject() == "alice");
  CHECK(records[1].time_unix_us() > 0);
}

TEST_CASE("a control record that is too large is refused, and the next is kept") {
  Fixture fixture;
  auto journal = fixture.Open();
  pb::Record record;
  record.mutable_audit_read()->set_what(std::string(kMaxControlRecordBytes, 'x'));
  CHECK(absl::IsResourceExhausted(journal->control().Append(record)));
  record.mutable_audit_read()->set_what("tail");
  CHECK(journal->control().Append(record).ok());
  CHECK(fixture.Lane(0).size() == 1);
}

TEST_CASE("segments follow one another without a gap, also across a restart") {
  Fixture fixture;
  fixture.options.segment_bytes = 4096;
  const std::string sql(500, 'x');
  for (int run = 0; run < 2; ++run) {
    auto journal = fixture.Open();
    for (uint64_t i = 0; i < 100; ++i) {
      journal->lane(0).Stage(Query(i, sql));
      REQUIRE(journal->lane(0).Commit().ok());
    }
  }
  const auto records = fixture.Lane(1);
  REQUIRE(records.size() == 200);
  for (size_t i = 0; i < records.size(); ++i) CHECK(records[i].sequence() == i + 1);
  CHECK(std::filesystem::exists(fixture.SegmentPath(1, 20)));
  CHECK(std::filesystem::file_size(fixture.SegmentPath(1, 5)) < 4096 + 600);
}

TEST_CASE("the next segment's file is made ready before it is needed") {
  Fixture fixture;
  fixture.options.segment_bytes = 4096;
  auto journal = fixture.Open();
  journal->lane(0).Stage(Query(1, std::string(3000, 'x')));
  REQUIRE(journal->lane(0).Commit().ok());
  REQUIRE(Eventually([&] { return std::filesystem::exists(fixture.SegmentPath(1, 2)); }));
  CHECK(std::filesystem::file_size(fixture.SegmentPath(1, 2)) == 0);
  fixture.disk.fail_creates = true;
  for (uint64_t i = 2; i <= 3; ++i) {
    journal->lane(0).Stage(Query(i, std::string(3000, 'x')));
    REQUIRE(journal->lane(0).Commit().ok());
  }
  CHECK(fixture.Lane(1).size() == 3);
}

TEST_CASE("a journal is open once at a time") {
  Fixture fixture;
  auto journal = fixture.Open();
  const auto second = Journal::Open(fixture.options);
  CHECK(absl::IsUnavailable(second.status()));
  const std::string id = journal->id();
  journal.reset();
  CHECK(fixture.Open()->id() == id);
}

TEST_CASE("options that cannot be are refused") {
  Fixture fixture;
  Options options = fixture.options;
  options.lanes = 0;
  CHECK(absl::IsInvalidArgument(Journal::Open(options).status()));
  options.lanes = kMaxLanes + 1;
  CHECK(absl::IsInvalidArgument(Journal::Open(options).status()));
  options = fixture.options;
  options.segment_bytes = 1;
  CHECK(absl::IsInvalidArgument(Journal::Open(options).status()));
  options = fixture.options;
  options.clock = nullptr;
  CHECK(absl::IsInvalidArgument(Journal::Open(options).status()));
}

TEST_CASE("a turn with too much in it is refused whole, and the next is kept") {
  Fixture fixture;
  auto journal = fixture.Open();
  LaneWriter& lane = journal->lane(0);
  const std::string sql(kMaxSqlBytes, 'x');
  for (uint64_t i = 0; i <= kMaxStagedBytes / kMaxSqlBytes; ++i) lane.Stage(Query(i, sql));
  CHECK(absl::IsResourceExhausted(lane.Commit()));
  CHECK(lane.failed());
  CHECK(fixture.Lane(1).empty());
  lane.Stage(Query(1, "select 1"));
  CHECK(lane.Commit().ok());
  CHECK_FALSE(lane.failed());
  CHECK(fixture.Lane(1).size() == 1);
}

TEST_CASE("outcomes and statements written at once are all there, each once") {
  constexpr uint64_t kStatements = 3000;
  constexpr int kHands = 3;
  Fixture fixture;
  fixture.options.lanes = 2;
  fixture.options.durability = Durability::kStrict;
  fixture.options.segment_bytes = 64 << 10;
  {
    auto journal = fixture.Open();
    std::vector<std::thread> threads;
    for (size_t l = 0; l < 2; ++l) {
      threads.emplace_back([&, l] {
        for (uint64_t i = 1; i <= kStatements; ++i) {
          const Position position = journal->lane(l).Stage(Query(i, "select 1"));
          if (i % 3 == 0) {
            if (!journal->lane(l).Commit().ok()) return;
            journal->lane(l).RequestDurable(position);
          }
        }
      });
      for (int hand = 0; hand < kHands; ++hand) {
        threads.emplace_back([&, l, hand] {
          for (uint64_t i = 1; i <= kStatements; ++i) {
            StatementOutcome outcome = Done(i);
            outcome.rows = static_cast<uint64_t>(hand) + 1;
            journal->lane(l).QueueOutcome(outcome);
            if (i % 100 == 0) {
              pb::Record record;
              record.mutable_session_closed()->set_statements(i);
              journal->control().Append(record).IgnoreError();
            }
          }
        });
      }
    }
    for (auto& thread : threads) thread.join();
  }
  CHECK(fixture.Lane(0).size() == 2 * kHands * kStatements / 100);
  for (uint32_t lane = 1; lane <= 2; ++lane) {
    uint64_t statement = 0;
    std::vector<uint64_t> outcome(kHands + 1);
    for (const auto& record : fixture.Lane(lane)) {
      if (record.has_statement()) {
        CHECK(record.statement().statement() == ++statement);
      } else {
        outcome[record.statement_outcome().rows()] += record.statement_outcome().statement();
      }
    }
    CHECK(statement == kStatements);
    for (int hand = 1; hand <= kHands; ++hand) {
      CHECK(outcome[static_cast<size_t>(hand)] == kStatements * (kStatements + 1) / 2);
    }
  }
}

}  // namespace
}  // namespace portreeve::audit
