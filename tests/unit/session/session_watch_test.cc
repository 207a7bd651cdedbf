// What a session does by itself: for the limits of its grant, and to know its database.

#include <catch2/catch.hpp>
#include <mutex>

#include "world.h"

namespace portreeve::session {
namespace {

std::shared_ptr<const policy::Policy> Open(World& world, const policy::Limits& limits,
                                           bool needs_catalog = false) {
  const auto policy = MakePolicy(kAnything);
  auto grant = std::make_unique<policy::Grant>(policy->grants().front());
  grant->limits = limits;
  grant->needs_catalog = needs_catalog;
  world.grant = std::move(grant);
  world.Open(policy);
  return policy;
}

// A catalog that is read when the test says so.
class Catalog final : public DatabaseCatalog {
 public:
  std::shared_ptr<const catalog::Snapshot> Current() const override { return snapshot_; }
  uint64_t generation() const override { return 1; }
  void Refresh(Done done) override {
    const std::lock_guard lock(mutex_);
    asked_.push_back(std::move(done));
  }
  size_t asked() {
    const std::lock_guard lock(mutex_);
    return asked_.size();
  }
  void Answer(const absl::Status& status) {
    Done done;
    {
      const std::lock_guard lock(mutex_);
      done = asked_.back();
    }
    done(status);
  }

 private:
  const std::shared_ptr<const catalog::Snapshot> snapshot_ = catalog::Snapshot::Make({});
  std::mutex mutex_;
  std::vector<Done> asked_;
};

TEST_CASE("a statement that takes too long is cancelled, and what follows waits for that") {
  World world;
  policy::Limits limits;
  limits.statement_time_us = 50'000;
  const auto policy = Open(world, limits);
  world.ClientSays(Query("SELECT 1"));
  CHECK(Eventually([&] { return world.agent->Count(link::FRAME_KIND_CANCEL) == 1; }));
  world.ServerSays(Error("57014") + Ready());
  CHECK(world.Hears("ran for longer than 50 ms"));
  world.ClientSays(Query("SELECT 2"));
  world.OnLoop([] {});
  CHECK(world.agent->data() == Query("SELECT 1"));
  world.AgentSays(link::FRAME_KIND_CANCELLED, "");
  CHECK(world.ServerGets(Query("SELECT 1") + Query("SELECT 2")));
}

TEST_CASE("a cancel that comes too late for the late one finds no other to hit") {
  World world;
  policy::Limits limits;
  limits.statement_time_us = 50'000;
  const auto policy = Open(world, limits);
  const std::string late =
      GENERATE(Query("SELECT 1"), Parse("", "SELECT 1") + Bind("", "") + Execute("") + Sync());
  const std::string next = GENERATE(Query("SELECT 2"), Parse("", "SELECT 2"));
  world.ClientSays(late + next);
  REQUIRE(Eventually([&] { return world.agent->Count(link::FRAME_KIND_CANCEL) == 1; }));
  CHECK(world.agent->data() == late);
  // It was just done.
  const bool simple = late.front() == 'Q';
  world.ServerSays((simple ? "" : Parsed() + Bound()) + Complete("SELECT 1") + Ready());
  CHECK(world.Hears(Complete("SELECT 1") + Ready()));
  world.OnLoop([] {});
  CHECK(world.agent->data() == late);
  world.AgentSays(link::FRAME_KIND_CANCELLED, "");
  CHECK(world.ServerGets(late + next));
}

TEST_CASE("a statement in time is left alone") {
  World world;
  policy::Limits limits;
  limits.statement_time_us = 300'000;
  const auto policy = Open(world, limits);
  for (int i = 0; i < 4; ++i) {
    world.ClientSays(Query("SELECT 1"));
    REQUIRE(Eventually(
        [&] { return world.agent->data().size() == (i + 1) * Query("SELECT 1").size(); }));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    world.ServerSays(Complete("SELECT 1") + Ready());
  }
  world.OnLoop([] {});
  CHECK(world.agent->Count(link::FRAME_KIND_CANCEL) == 0);
}

TEST_CASE("a result that is too long is cancelled") {
  World world;
  policy::Limits limits;
  limits.rows = 1;
  const auto policy = Open(world, limits);
  world.ClientSays(Query("SELECT 1"));
  REQUIRE(world.ServerGets(Query("SELECT 1")));
  world.ServerSays(Row("1") + Row("2"));
  CHECK(Eventually([&] { return world.agent->Count(link::FRAME_KIND_CANCEL) == 1; }));
  world.ServerSays(Error("57014") + Ready());
  CHECK(world.Hears("more than 1 rows"));
  CHECK(world.Heard().find(Row("2")) == std::string::npos);
}

TEST_CASE("a change becomes final without another word of the client") {
  World world;
  policy::Limits limits;
  limits.affects_at_most = 1;
  const auto policy = Open(world, limits);
  world.ClientSays(Query("DELETE FROM t"));
  REQUIRE(Eventually([&] { return world.agent->data().ends_with(Bytes(wire::Flush{})); }));
  SECTION("it is small enough") {
    world.ServerSays(Parsed() + Bound() + NoRows() + Complete("DELETE 1"));
    CHECK(Eventually([&] { return world.agent->data().ends_with(Sync()); }));
    world.ServerSays(Ready());
    CHECK(world.Hears(Complete("DELETE 1") + Ready()));
  }
  SECTION("it is too large") {
    world.ServerSays(Parsed() + Bound() + NoRows() + Complete("DELETE 2"));
    CHECK(Eventually([&] { return world.agent->data().ends_with(Sync()); }));
    world.ServerSays(Error("34000") + Ready());
    CHECK(world.Hears("would have changed 2 rows"));
  }
  SECTION("the client is done with it") {
    world.ClientSays(Bytes(wire::Terminate{}));
    world.ServerSays(Parsed() + Bound() + NoRows() + Complete("DELETE 1"));
    CHECK(Eventually([&] { return world.agent->data().ends_with(Sync()); }));
    world.ServerSays(Ready());
    CHECK(Eventually([&] { return world.ended == 1; }));
  }
}

TEST_CASE("a session ends when the window of its grant closes") {
  World world;
  const auto policy = MakePolicy(kAnything);
  auto grant = std::make_unique<policy::Grant>(policy->grants().front());
  grant->needs_catalog = false;
  grant->window = policy::Window(absl::UTCTimeZone(), policy::Window::Days(), 0, 60);
  world.grant = std::move(grant);
  world.Open(policy);
  CHECK(world.Hears("C57P01"));
  CHECK(world.heard.find("window has closed") != std::string::npos);
}

TEST_CASE("after a change of the catalog the next statement waits until it has been read") {
  World world;
  const auto catalog = std::make_shared<Catalog>();
  world.catalog = catalog;
  const auto policy = Open(world, {}, true);
  world.ClientSays(Query("CREATE TABLE t (a int)"));
  REQUIRE(world.ServerGets(Query("CREATE TABLE t (a int)")));
  CHECK(catalog->asked() == 0);
  world.ServerSays(Complete("CREATE TABLE") + Ready());
  CHECK(Eventually([&] { return catalog->asked() == 1; }));
  world.ClientSays(Query("SELECT 1"));
  world.OnLoop([] {});
  CHECK(world.agent->data() == Query("CREATE TABLE t (a int)"));
  catalog->Answer(GENERATE(absl::OkStatus(), base::Unavailable("no")));
  CHECK(world.ServerGets(Query("CREATE TABLE t (a int)") + Query("SELECT 1")));
}

TEST_CASE("a change that is not committed has changed nothing yet") {
  World world;
  const auto catalog = std::make_shared<Catalog>();
  world.catalog = catalog;
  const auto policy = Open(world, {}, true);
  world.ClientSays(Query("BEGIN; CREATE TABLE t (a int)"));
  REQUIRE(world.ServerGets(Query("BEGIN; CREATE TABLE t (a int)")));
  world.ServerSays(Complete("BEGIN") + Complete("CREATE TABLE") + Ready('T'));
  world.ClientSays(Query("COMMIT"));
  REQUIRE(world.ServerGets(Query("BEGIN; CREATE TABLE t (a int)") + Query("COMMIT")));
  CHECK(catalog->asked() == 0);
  world.ServerSays(Complete("COMMIT") + Ready());
  CHECK(Eventually([&] { return catalog->asked() == 1; }));
}

TEST_CASE("who does not need the catalog does not wait, but others hear of the change") {
  World world;
  const auto catalog = std::make_shared<Catalog>();
  world.catalog = catalog;
  const auto policy = Open(world, {}, false);
  world.ClientSays(Query("CREATE TABLE t (a int)"));
  REQUIRE(world.ServerGets(Query("CREATE TABLE t (a int)")));
  world.ServerSays(Complete("CREATE TABLE") + Ready());
  CHECK(Eventually([&] { return catalog->asked() == 1; }));
  world.ClientSays(Query("SELECT 1"));
  CHECK(world.ServerGets(Query("CREATE TABLE t (a int)") + Query("SELECT 1")));
}

}  // namespace
}  // namespace portreeve::session
