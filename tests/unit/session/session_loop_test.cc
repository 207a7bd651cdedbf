#include "session/session_loop.h"

#include <catch2/catch.hpp>

#include "world.h"

namespace portreeve::session {
namespace {

class Member : public LoopMember, public std::enable_shared_from_this<Member> {
 public:
  void OnDurable() override { ++durable; }
  void OnJournalFailure() override { ++failures; }
  std::atomic<int> durable{0};
  std::atomic<int> failures{0};
};

TEST_CASE("who waits for the disk hears when it has the record") {
  for (const auto durability : {audit::Durability::kStrict, audit::Durability::kRelaxed}) {
    World world(durability);
    const auto member = std::make_shared<Member>();
    world.OnLoop([&] { world.loop->AwaitDurable(member, world.journal->lane(0).Stage({})); });
    CHECK(Eventually([&] { return member->durable == 1; }));
    CHECK(member->failures == 0);
  }
}

TEST_CASE("who waits for a record that is lost hears of it, and nothing of later ones") {
  World world(audit::Durability::kStrict);
  const auto member = std::make_shared<Member>();
  const auto later = std::make_shared<Member>();
  world.disk.fail_writes = true;
  world.OnLoop([&] { world.loop->AwaitDurable(member, world.journal->lane(0).Stage({})); });
  REQUIRE(Eventually([&] { return member->failures == 1; }));
  world.disk.fail_writes = false;
  world.OnLoop([&] { world.loop->AwaitDurable(later, world.journal->lane(0).Stage({})); });
  CHECK(Eventually([&] { return later->durable == 1; }));
  CHECK(member->durable == 0);
}

TEST_CASE("who waits for a record that was written before is not told of the failure") {
  World world(audit::Durability::kStrict);
  const auto member = std::make_shared<Member>();
  {
    const std::lock_guard no_sync(world.disk.sync_gate);
    world.OnLoop([&] { world.loop->AwaitDurable(member, world.journal->lane(0).Stage({})); });
    world.OnLoop([] {});
    world.disk.fail_writes = true;
    world.OnLoop([&] { world.journal->lane(0).Stage({}); });
    world.OnLoop([] {});
    CHECK(member->failures == 0);
    world.disk.fail_writes = false;
  }
  CHECK(Eventually([&] { return member->durable == 1; }));
}

TEST_CASE("frames of a turn whose records are lost are not sent, what is said of it is") {
  World world;
  class Sender : public LoopMember {
   public:
    explicit Sender(World& world) : world_(world) {}
    void OnDurable() override {}
    void OnJournalFailure() override {
      ++failures;
      link::AppendFrame(world_.loop->Outgoing(world_.tunnel, *this), {1, 0, link::FRAME_KIND_CLOSE},
                        "");
    }
    int failures = 0;

   private:
    World& world_;
  };
  Sender sender(world);
  world.disk.fail_writes = true;
  world.OnLoop([&] {
    world.journal->lane(0).Stage({});
    link::AppendFrame(world.loop->Outgoing(world.tunnel, sender), {1, 1, link::FRAME_KIND_DATA},
                      "x");
  });
  CHECK(Eventually([&] { return world.agent->Count(link::FRAME_KIND_CLOSE) == 1; }));
  CHECK(world.agent->data() == "");
  world.OnLoop([&] { CHECK(sender.failures == 1); });
}

}  // namespace
}  // namespace portreeve::session
