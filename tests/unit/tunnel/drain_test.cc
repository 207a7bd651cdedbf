// A lane at its beginning and its end.

#include "lane_world.h"

namespace portreeve::tunnel {
namespace {

std::vector<link::FrameKind> Kinds(const FakeLane& lane) {
  std::vector<link::FrameKind> kinds;
  for (const Frame& frame : lane.frames()) kinds.push_back(frame.kind);
  return kinds;
}

using ListOfKinds = std::vector<link::FrameKind>;

TEST_CASE("to drain asks the gateway for no new session, and leaves the others alone") {
  LaneWorld world;
  world.OpenLane();
  REQUIRE(world.OpenSession(1).ok());
  world.lane->Await(link::FRAME_KIND_READY, 1);
  world.agent->Drain();
  CHECK(world.lane->Await(link::FRAME_KIND_DRAIN, 0).payload.empty());
  REQUIRE(world.Tell(FrameOf(link::FRAME_KIND_DATA, 1, "SELECT 1")).ok());
  CHECK(world.server.AwaitReceived("SELECT 1"));
  CHECK(world.agent->session_count() == 1);
}

TEST_CASE("a lane that opens while the agent drains says so behind its HELLO") {
  LaneWorld world;
  world.agent->Drain();
  CHECK(world.lane->frames().empty());
  world.OpenLane();
  CHECK(Kinds(*world.lane) == ListOfKinds{link::FRAME_KIND_HELLO, link::FRAME_KIND_DRAIN});
}

TEST_CASE("a lane that is closed before it opens ends without a word") {
  LaneWorld world;
  world.agent->Close("the agent stops");
  world.OpenLane();
  CHECK(world.lane->closed_for() == "the agent stops");
  CHECK(world.lane->frames().empty());
}

TEST_CASE("a lane that is open is closed at once") {
  LaneWorld world;
  world.OpenLane();
  world.agent->Close("because");
  CHECK(world.lane->closed_for() == "because");
}

TEST_CASE("when the link is lost, what runs on the server is cancelled and ends") {
  LaneWorld world;
  world.OpenLane();
  REQUIRE(world.OpenSession(1).ok());
  world.lane->Await(link::FRAME_KIND_READY, 1);
  world.agent->OnClosed(base::Unavailable("cut"));
  CHECK(world.closed == 1);
  CHECK(world.server.AwaitCancels(1));
  CHECK(world.server.AwaitEnd());
}

TEST_CASE("what is sent after the end is dropped") {
  LaneWorld world;
  world.OpenLane();
  world.agent->OnClosed(base::Unavailable("cut"));
  const size_t before = world.lane->frames().size();
  world.agent->Drain();
  world.agent->SendNow({1, 0, link::FRAME_KIND_CANCELLED}, {});
  CHECK(world.lane->frames().size() == before);
}

}  // namespace
}  // namespace portreeve::tunnel
