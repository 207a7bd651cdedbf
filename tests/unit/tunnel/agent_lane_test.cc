// What an agent's lane takes from a gateway, and what ends it.

#include "lane_world.h"

namespace portreeve::tunnel {
namespace {

using absl::StatusCode;

std::string Data(uint64_t session, std::string_view bytes) {
  return FrameOf(link::FRAME_KIND_DATA, session, bytes);
}

TEST_CASE("a frame of a session that is missing, or comes twice, ends the lane and its sessions") {
  for (const uint64_t wrong : {uint64_t{1}, uint64_t{3}}) {
    for (const link::FrameKind kind : {link::FRAME_KIND_DATA, link::FRAME_KIND_CLOSE}) {
      CAPTURE(wrong, kind);
      LaneWorld world;
      world.OpenLane();
      REQUIRE(world.OpenSession(1).ok());
      link::CloseSession close;
      close.set_manner(link::CloseSession::MANNER_FINISHED);
      std::string frame;
      link::AppendFrame(frame, {1, wrong, kind}, close.SerializeAsString());
      CHECK(world.Tell(frame).code() == StatusCode::kDataLoss);
      CHECK(world.closed == 1);
      CHECK(world.agent->session_count() == 0);
    }
  }
}

TEST_CASE("a session opens with its first frame") {
  LaneWorld world;
  world.OpenLane();
  std::string frame;
  link::OpenSession open;
  open.set_connection("orders");
  link::AppendFrame(frame, {1, 2, link::FRAME_KIND_OPEN}, open.SerializeAsString());
  CHECK(world.Tell(frame).code() == StatusCode::kDataLoss);
}

TEST_CASE("the first frame of a lane says who the agent is") {
  LaneWorld world;
  world.OpenLane();
  const auto frames = world.lane->frames();
  REQUIRE(frames.size() == 1);
  CHECK(frames.front().kind == link::FRAME_KIND_HELLO);
  CHECK(frames.front().session == 0);
  link::Hello hello;
  REQUIRE(hello.ParseFromString(frames.front().payload));
  CHECK(hello.connections(0).name() == "orders");
}

TEST_CASE("only what the agent's own configuration names is dialled") {
  LaneWorld world;
  world.OpenLane();
  for (const char* stranger : {"", "Orders", "orders ", "postgres", "127.0.0.1:5432", "/tmp"}) {
    const auto session = static_cast<uint64_t>(world.lane->frames().size()) + 1;
    REQUIRE(world.OpenSession(session, stranger).ok());
    const link::SessionFailed failed = world.AwaitFailed(session);
    CHECK(failed.sqlstate() == "57P03");
    CHECK(failed.message() == "this agent has no such connection");
  }
  CHECK(world.lane->Await(link::FRAME_KIND_FAILED, 2).sequence == 1);
  CHECK(world.agent->session_count() == 0);
  CHECK(world.server.sessions() == 0);
}

TEST_CASE("frames of sessions that are not there are dropped, and a cancel is answered") {
  LaneWorld world;
  world.OpenLane();
  CHECK(world.Tell(Data(7, "SELECT 1") + Data(7, "") + Data(8, "x")).ok());
  CHECK(world.Credit(7, 100).ok());
  CHECK(world.Close(7, link::CloseSession::MANNER_FINISHED).ok());
  CHECK(world.Close(7, link::CloseSession::MANNER_ABORTED).ok());
  CHECK(world.lane->frames().size() == 1);
  CHECK(world.Tell(FrameOf(link::FRAME_KIND_CANCEL, 7)).ok());
  world.lane->Await(link::FRAME_KIND_CANCELLED, 7);
  CHECK(world.agent->session_count() == 0);
}

TEST_CASE("what only an agent may send ends the lane") {
  for (const link::FrameKind kind : {link::FRAME_KIND_HELLO, link::FRAME_KIND_READY,
                                     link::FRAME_KIND_FAILED, link::FRAME_KIND_CANCELLED}) {
    for (const uint64_t session : {uint64_t{0}, uint64_t{1}}) {
      LaneWorld world;
      world.OpenLane();
      CHECK(world.Tell(FrameOf(kind, session)).code() == StatusCode::kDataLoss);
      CHECK(world.closed == 1);
    }
  }
}

TEST_CASE("a frame that cannot be decoded ends the lane") {
  for (const link::FrameKind kind :
       {link::FRAME_KIND_OPEN, link::FRAME_KIND_CREDIT, link::FRAME_KIND_CLOSE}) {
    LaneWorld world;
    world.OpenLane();
    CHECK(world.Tell(FrameOf(kind, 1, "\xff\xff")).code() == StatusCode::kDataLoss);
  }
}

TEST_CASE("a session is opened once, under a number of its own") {
  {
    LaneWorld world;
    world.OpenLane();
    CHECK(world.OpenSession(0).code() == StatusCode::kDataLoss);
  }
  LaneWorld world;
  world.OpenLane();
  REQUIRE(world.OpenSession(1).ok());
  world.lane->Await(link::FRAME_KIND_READY, 1);
  CHECK(world.agent->session_count() == 1);
  CHECK(world.OpenSession(1).code() == StatusCode::kDataLoss);
  CHECK(world.server.AwaitEnd());
}

TEST_CASE("a PING is answered with its own bytes, unless the gateway does not read") {
  LaneWorld world;
  world.OpenLane();
  REQUIRE(world.Tell(FrameOf(link::FRAME_KIND_PING, 0, "are you there")).ok());
  CHECK(world.lane->Await(link::FRAME_KIND_PONG, 0).payload == "are you there");
  world.lane->pending = 2 << 20;
  const size_t before = world.lane->frames().size();
  for (int i = 0; i < 10; ++i) {
    REQUIRE(world.Tell(FrameOf(link::FRAME_KIND_PING, 0, "flood")).ok());
  }
  CHECK(world.lane->frames().size() == before);
  CHECK(world.Tell(FrameOf(link::FRAME_KIND_PONG, 0) + FrameOf(link::FRAME_KIND_DRAIN, 0)).ok());
}

TEST_CASE("a gateway that sends more than it was granted loses the lane") {
  LaneWorld world;
  world.OpenLane();
  REQUIRE(world.OpenSession(1).ok());
  world.lane->Await(link::FRAME_KIND_READY, 1);
  world.server.StopReading();
  const std::string chunk(link::kMaxDataBytes, 'x');
  absl::Status status;
  size_t sent = 0;
  // Beyond the window and its overshoot comes what the sockets between take.
  while (status.ok() && sent < size_t{64} << 20) {
    status = world.Tell(Data(1, chunk));
    sent += chunk.size();
  }
  CHECK(status.code() == StatusCode::kResourceExhausted);
  CHECK(world.closed == 1);
  CHECK(world.agent->session_count() <= 1);
}

}  // namespace
}  // namespace portreeve::tunnel
