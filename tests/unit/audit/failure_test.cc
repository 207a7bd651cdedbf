// A disk that is full.

#include <catch2/catch.hpp>

#include "fixture.h"

namespace portreeve::audit {
namespace {

namespace pb = proto::audit;

TEST_CASE("a failed write at any byte keeps nothing of its batch, and the lane recovers") {
  Fixture fixture;
  auto journal = fixture.Open();
  LaneWriter& lane = journal->lane(0);
  uint64_t kept = 0;
  for (int64_t budget = 0; budget < 120; ++budget) {
    lane.Stage(Query(1000, "select 'lost'"));
    lane.Stage(Query(1001, "select 'lost as well'"));
    fixture.disk.write_budget = budget;
    // With and without the chance to cut the file back at once.
    fixture.disk.fail_truncates = budget % 2 == 1;
    const absl::Status status = lane.Commit();
    fixture.disk.write_budget = -1;
    fixture.disk.fail_truncates = false;
    REQUIRE_FALSE(status.ok());
    CHECK(lane.failed());
    lane.Stage(Query(++kept, "select 'kept'"));
    REQUIRE(lane.Commit().ok());
    CHECK_FALSE(lane.failed());
  }
  const auto records = fixture.Lane(1);
  REQUIRE(records.size() == kept);
  for (uint64_t i = 0; i < kept; ++i) {
    CHECK(records[i].sequence() == i + 1);
    CHECK(records[i].statement().statement() == i + 1);
  }
}

TEST_CASE("a lane that cannot cut its file back stays failed") {
  Fixture fixture;
  auto journal = fixture.Open();
  LaneWriter& lane = journal->lane(0);
  lane.Stage(Query(1, "select 'lost'"));
  fixture.disk.write_budget = 10;
  fixture.disk.fail_truncates = true;
  CHECK_FALSE(lane.Commit().ok());
  fixture.disk.write_budget = -1;
  lane.Stage(Query(2, "select 'lost too'"));
  CHECK_FALSE(lane.Commit().ok());
  CHECK_FALSE(lane.Commit().ok());
  fixture.disk.fail_truncates = false;
  CHECK(lane.Commit().ok());
  CHECK_FALSE(lane.failed());
}

TEST_CASE("outcomes outlive a failed commit") {
  Fixture fixture;
  auto journal = fixture.Open();
  LaneWriter& lane = journal->lane(0);
  fixture.disk.write_budget = 0;
  lane.QueueOutcome(Done(1));
  lane.Stage(Query(2, "select 'lost'"));
  CHECK_FALSE(lane.Commit().ok());
  lane.QueueOutcome(Done(3));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  fixture.disk.write_budget = -1;
  REQUIRE(Eventually([&] { return fixture.Lane(1).size() == 2; }));
  const auto records = fixture.Lane(1);
  CHECK(records[0].statement_outcome().statement() == 1);
  CHECK(records[1].statement_outcome().statement() == 3);
}

TEST_CASE("outcomes that find no room are counted and told") {
  Fixture fixture;
  auto journal = fixture.Open();
  LaneWriter& lane = journal->lane(0);
  fixture.disk.write_budget = 0;
  StatementOutcome outcome = Done(1);
  const std::string long_text(kMaxFieldBytes, 'x');
  const std::string_view tags[] = {long_text};
  outcome.tags = tags;
  constexpr uint64_t kQueued = 2 * kMaxQueuedBytes / kMaxFieldBytes;
  for (uint64_t i = 0; i < kQueued; ++i) lane.QueueOutcome(outcome);
  fixture.disk.write_budget = -1;
  const auto lost = [&] {
    uint64_t sum = 0;
    for (const auto& record : fixture.Lane(1)) sum += record.records_lost().outcomes();
    return sum;
  };
  REQUIRE(Eventually([&] { return lost() > 0; }));
  uint64_t kept = 0;
  for (const auto& record : fixture.Lane(1)) kept += record.has_statement_outcome() ? 1 : 0;
  CHECK(kept > 0);
  CHECK(kept + lost() == kQueued);
}

TEST_CASE("a control record that cannot be written is refused; what was queued is kept for later") {
  Fixture fixture;
  auto journal = fixture.Open();
  pb::Record queued;
  queued.mutable_agent_left()->set_agent("queued");
  pb::Record record;
  record.mutable_sign_in()->set_subject("refused");
  fixture.disk.write_budget = 5;
  journal->control().Queue(queued);
  CHECK_FALSE(journal->control().Append(record).ok());
  fixture.disk.write_budget = -1;
  record.mutable_sign_in()->set_subject("kept");
  CHECK(journal->control().Append(record).ok());
  const auto records = fixture.Lane(0);
  REQUIRE(records.size() == 2);
  CHECK(records[0].agent_left().agent() == "queued");
  CHECK(records[1].sign_in().subject() == "kept");
}

TEST_CASE("a segment that cannot be begun fails the commit, and the next attempt begins it") {
  Fixture fixture;
  fixture.options.segment_bytes = 1024;
  auto journal = fixture.Open();
  LaneWriter& lane = journal->lane(0);
  fixture.disk.fail_creates = true;
  lane.Stage(Query(1, std::string(1000, 'x')));
  REQUIRE(lane.Commit().ok());
  lane.Stage(Query(2, "select 'lost'"));
  CHECK_FALSE(lane.Commit().ok());
  fixture.disk.fail_creates = false;
  // The header is torn this time.
  fixture.disk.write_budget = 50;
  lane.Stage(Query(3, "select 'lost'"));
  CHECK_FALSE(lane.Commit().ok());
  CHECK(fixture.Lane(1).size() == 1);
  fixture.disk.write_budget = -1;
  lane.Stage(Query(4, "select 'kept'"));
  REQUIRE(lane.Commit().ok());
  const auto records = fixture.Lane(1);
  REQUIRE(records.size() == 2);
  CHECK(records[1].sequence() == 2);
  CHECK(records[1].statement().statement() == 4);
}

}  // namespace
}  // namespace portreeve::audit
