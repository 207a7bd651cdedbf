// Positions and fsyncs.

#include <atomic>
#include <catch2/catch.hpp>
#include <mutex>

#include "fixture.h"

namespace portreeve::audit {
namespace {

TEST_CASE("strict: a record is durable after an fsync and not before") {
  Fixture fixture;
  fixture.options.durability = Durability::kStrict;
  auto journal = fixture.Open();
  LaneWriter& lane = journal->lane(0);
  std::atomic<int> calls{0};
  lane.set_on_durable([&](const absl::Status& status) {
    if (status.ok()) ++calls;
  });
  std::unique_lock gate(fixture.disk.sync_gate);
  const Position position = lane.Stage(Query(1, "update t set a = 1"));
  CHECK_FALSE(lane.IsDurable(position));
  REQUIRE(lane.Commit().ok());
  lane.RequestDurable(position);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK_FALSE(lane.IsDurable(position));
  CHECK(calls == 0);
  gate.unlock();
  REQUIRE(Eventually([&] { return calls > 0; }));
  CHECK(lane.IsDurable(position));
  CHECK(lane.durable_position() == position);
}

TEST_CASE("strict: what nobody asks for is synced by the tick") {
  Fixture fixture;
  fixture.options.durability = Durability::kStrict;
  auto journal = fixture.Open();
  const Position position = journal->lane(0).Stage(Query(1, "select 1"));
  REQUIRE(journal->lane(0).Commit().ok());
  CHECK(Eventually([&] { return journal->lane(0).IsDurable(position); }));
}

TEST_CASE("strict: a position that is only staged never becomes durable") {
  Fixture fixture;
  fixture.options.durability = Durability::kStrict;
  auto journal = fixture.Open();
  LaneWriter& lane = journal->lane(0);
  const Position committed = lane.Stage(Query(1, "select 1"));
  REQUIRE(lane.Commit().ok());
  const Position staged = lane.Stage(Query(2, "select 2"));
  lane.QueueOutcome(Done(1));
  lane.RequestDurable(staged);
  REQUIRE(Eventually([&] { return lane.IsDurable(committed); }));
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  CHECK_FALSE(lane.IsDurable(staged));
}

TEST_CASE("strict: asking for what is durable already, or is so before the ask, is answered") {
  Fixture fixture;
  fixture.options.durability = Durability::kStrict;
  auto journal = fixture.Open();
  LaneWriter& lane = journal->lane(0);
  for (uint64_t i = 0; i < 200; ++i) {
    const Position position = lane.Stage(Query(i, "insert into t values (1)"));
    REQUIRE(lane.Commit().ok());
    lane.RequestDurable(position);
    REQUIRE(Eventually([&] { return lane.IsDurable(position); }));
    lane.RequestDurable(position);
  }
}

TEST_CASE("strict: one fsync serves everything committed before it") {
  Fixture fixture;
  fixture.options.durability = Durability::kStrict;
  auto journal = fixture.Open();
  LaneWriter& lane = journal->lane(0);
  const int before = fixture.disk.syncs;
  Position last;
  {
    const std::lock_guard gate(fixture.disk.sync_gate);
    for (uint64_t i = 0; i < 100; ++i) {
      last = lane.Stage(Query(i, "delete from t"));
      REQUIRE(lane.Commit().ok());
      lane.RequestDurable(last);
    }
  }
  REQUIRE(Eventually([&] { return lane.IsDurable(last); }));
  CHECK(fixture.disk.syncs - before <= 4);
}

TEST_CASE("relaxed: a committed record counts as durable and nothing is fsynced") {
  Fixture fixture;
  auto journal = fixture.Open();
  LaneWriter& lane = journal->lane(0);
  const int before = fixture.disk.syncs;
  const Position position = lane.Stage(Query(1, "select 1"));
  CHECK_FALSE(lane.IsDurable(position));
  REQUIRE(lane.Commit().ok());
  CHECK(lane.IsDurable(position));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(fixture.disk.syncs == before);
  journal.reset();
  CHECK(fixture.disk.syncs > before);
}

TEST_CASE("relaxed: a full segment is fsynced") {
  Fixture fixture;
  fixture.options.segment_bytes = 1024;
  auto journal = fixture.Open();
  const int before = fixture.disk.syncs;
  for (uint64_t i = 0; i < 2; ++i) {
    journal->lane(0).Stage(Query(i, std::string(1000, 'x')));
    REQUIRE(journal->lane(0).Commit().ok());
  }
  CHECK(Eventually([&] { return fixture.disk.syncs > before; }));
}

TEST_CASE("a disk that refuses an fsync stops the lane until it has taken one") {
  Fixture fixture;
  fixture.options.durability = Durability::kStrict;
  auto journal = fixture.Open();
  LaneWriter& lane = journal->lane(0);
  std::atomic<int> failures{0};
  lane.set_on_durable([&](const absl::Status& status) {
    if (!status.ok()) ++failures;
  });
  fixture.disk.fail_syncs = true;
  const Position lost = lane.Stage(Query(1, "update t set a = 1"));
  REQUIRE(lane.Commit().ok());
  lane.RequestDurable(lost);
  REQUIRE(Eventually([&] { return failures > 0; }));
  CHECK_FALSE(lane.IsDurable(lost));
  lane.Stage(Query(2, "select 2"));
  CHECK_FALSE(lane.Commit().ok());
  CHECK(lane.failed());

  // What the system may have dropped is written again before the sync that succeeds.
  const int writes = fixture.disk.writes;
  fixture.disk.fail_syncs = false;
  REQUIRE(Eventually([&] { return lane.IsDurable(lost); }));
  CHECK(fixture.disk.writes > writes);
  lane.Stage(Query(3, "select 3"));
  REQUIRE(lane.Commit().ok());
  const auto records = fixture.Lane(1);
  REQUIRE(records.size() == 2);
  CHECK(records[0].statement().statement() == 1);
  CHECK(records[1].statement().statement() == 3);
}

}  // namespace
}  // namespace portreeve::audit
