// Sessions through a lane, against a server that speaks from a script.

#include <sys/resource.h>

#include <algorithm>

#include "lane_world.h"

namespace portreeve::tunnel {
namespace {

using Catch::Matchers::Contains;
using Parameters = std::vector<std::pair<std::string, std::string>>;

std::string Data(uint64_t session, std::string_view bytes) {
  return FrameOf(link::FRAME_KIND_DATA, session, bytes);
}

TEST_CASE("a session is opened as the agent is configured, under the grant's role") {
  LaneWorld world;
  world.OpenLane();
  REQUIRE(world.OpenSession(1, "orders", "app_readonly").ok());
  const Frame frame = world.lane->Await(link::FRAME_KIND_READY, 1);
  link::SessionReady ready;
  REQUIRE(ready.ParseFromString(frame.payload));
  CHECK(ready.server_pid() == static_cast<int32_t>(kServerPid));
  CHECK(frame.sequence == 1);
  // The server's secret stays with the agent.
  CHECK(frame.payload.find(kServerSecret) == std::string::npos);
  CHECK(world.server.StartupParameters() == Parameters{{"user", "portreeve"},
                                                       {"database", "orders_db"},
                                                       {"application_name", "test"},
                                                       {"role", "app_readonly"},
                                                       {"client_connection_check_interval", "2s"}});
}

TEST_CASE("a gateway cannot log in as another user or smuggle a second role") {
  for (const char* name : {"user", "database", "role"}) {
    LaneWorld world;
    world.OpenLane();
    link::OpenSession open;
    open.set_connection("orders");
    open.set_role("app");
    auto* parameter = open.add_parameters();
    parameter->set_name(name);
    parameter->set_value("postgres");
    REQUIRE(world.Tell(FrameOf(link::FRAME_KIND_OPEN, 1, open.SerializeAsString())).ok());
    CHECK(world.AwaitFailed(1).sqlstate() == "57P03");
    CHECK(world.server.StartupParameters().empty());
  }
}

TEST_CASE("bytes go both ways as they are, each stretch with its number") {
  LaneWorld world;
  world.OpenLane();
  REQUIRE(world.OpenSession(1).ok());
  world.lane->Await(link::FRAME_KIND_READY, 1);
  REQUIRE(world.Tell(Data(1, "SELECT 1;") + Data(2, "to nobody") + Data(1, "SELECT 2")).ok());
  CHECK(world.server.AwaitReceived("SELECT 1;SELECT 2"));
  world.server.Say("one");
  REQUIRE(world.lane->AwaitDataBytes(1, 3));
  world.server.Say("two");
  REQUIRE(world.lane->AwaitDataBytes(1, 6));
  CHECK(world.lane->Data(1) == "onetwo");
  uint64_t sequence = 0;
  for (const Frame& frame : world.lane->frames()) {
    if (frame.session == 1) CHECK(frame.sequence == ++sequence);
  }
}

TEST_CASE("what follows the login in one piece is not lost") {
  LaneWorld world(LoginReply() + "early bird");
  world.OpenLane();
  REQUIRE(world.OpenSession(1).ok());
  REQUIRE(world.lane->AwaitDataBytes(1, 10));
  CHECK(world.lane->Data(1) == "early bird");
}

TEST_CASE("when the gateway asks no more, the server gets all and then the end") {
  LaneWorld world;
  world.OpenLane();
  REQUIRE(world.OpenSession(1).ok());
  world.lane->Await(link::FRAME_KIND_READY, 1);
  world.server.SayAtEnd("answer");
  link::CloseSession close;
  close.set_manner(link::CloseSession::MANNER_FINISHED);
  const std::string finished = FrameOf(link::FRAME_KIND_CLOSE, 1, close.SerializeAsString());
  REQUIRE(world.Tell(Data(1, "last") + finished).ok());
  CHECK(world.server.AwaitReceived("last"));
  CHECK(world.server.AwaitEnd());
  world.lane->Await(link::FRAME_KIND_CLOSE, 1);
  CHECK(world.lane->Data(1) == "answer");
}

TEST_CASE("an aborted session is cancelled on the server, and ends there") {
  LaneWorld world;
  world.OpenLane();
  REQUIRE(world.OpenSession(1).ok());
  world.lane->Await(link::FRAME_KIND_READY, 1);
  REQUIRE(world.Close(1, link::CloseSession::MANNER_ABORTED).ok());
  CHECK(world.server.AwaitCancels(1));
  CHECK(world.server.AwaitEnd());
}

TEST_CASE("a cancel reaches the server with the server's own key, and is confirmed after it") {
  LaneWorld world;
  world.OpenLane();
  REQUIRE(world.OpenSession(1).ok());
  world.lane->Await(link::FRAME_KIND_READY, 1);
  REQUIRE(world.Tell(FrameOf(link::FRAME_KIND_CANCEL, 1)).ok());
  world.lane->Await(link::FRAME_KIND_CANCELLED, 1);
  CHECK(world.server.AwaitCancels(1));
  CHECK(world.agent->session_count() == 1);
}

TEST_CASE("a server that closes is told to the gateway, and the session is forgotten") {
  LaneWorld world;
  world.OpenLane();
  REQUIRE(world.OpenSession(1).ok());
  world.lane->Await(link::FRAME_KIND_READY, 1);
  world.server.Say("bye");
  world.server.Hang();
  const Frame frame = world.lane->Await(link::FRAME_KIND_CLOSE, 1);
  CHECK(world.lane->Data(1) == "bye");
  link::CloseSession close;
  REQUIRE(close.ParseFromString(frame.payload));
  CHECK(close.manner() == link::CloseSession::MANNER_FINISHED);
  CHECK(world.Tell(Data(1, "late")).ok());
}

TEST_CASE("a server that cannot be reached is told without saying where it is") {
  LaneWorld world;
  world.OpenLane();
  REQUIRE(world.OpenSession(1, "gone").ok());
  const link::SessionFailed failed = world.AwaitFailed(1);
  CHECK(failed.sqlstate() == "57P03");
  CHECK(failed.message() == "the database server cannot be reached");
  CHECK(failed.detail().empty());
}

std::string ErrorReply(const char* sqlstate, const std::string& message) {
  wire::ErrorResponse error;
  error.fields = {{'S', "FATAL"}, {'V', "FATAL"}, {'C', sqlstate}, {'M', message}};
  std::string reply;
  error.Encode(reply);
  return reply;
}

TEST_CASE("of a refused login only what the caller can act on is told") {
  LaneWorld secret(ErrorReply("28P01", "password authentication failed for user \"portreeve\""));
  secret.OpenLane();
  REQUIRE(secret.OpenSession(1).ok());
  const link::SessionFailed hidden = secret.AwaitFailed(1);
  CHECK(hidden.sqlstate() == "57P03");
  CHECK_THAT(hidden.message(), !Contains("password"));
  LaneWorld open(ErrorReply("3D000", "database \"x\" does not exist"));
  open.OpenLane();
  REQUIRE(open.OpenSession(1).ok());
  const link::SessionFailed told = open.AwaitFailed(1);
  CHECK(told.sqlstate() == "3D000");
  CHECK(told.message() == "database \"x\" does not exist");
}

TEST_CASE("a server that says too much at the login fails its session and nothing else") {
  std::string notices;
  for (int i = 0; i < 4; ++i) {
    wire::NoticeResponse notice;
    const std::string text(20'000, 'n');
    notice.fields = {{'S', "NOTICE"}, {'C', "00000"}, {'M', text}};
    notice.Encode(notices);
  }
  LaneWorld world(LoginReply(notices));
  world.OpenLane();
  REQUIRE(world.OpenSession(1).ok());
  CHECK(world.AwaitFailed(1).sqlstate() == "57P03");
  CHECK(world.server.AwaitEnd());
  CHECK(world.Tell(FrameOf(link::FRAME_KIND_PING, 0, "alive")).ok());
  world.lane->Await(link::FRAME_KIND_PONG, 0);
}

TEST_CASE("a gateway that grants nothing gets a window and no more, until it grants again") {
  LaneWorld world;
  world.OpenLane();
  REQUIRE(world.OpenSession(1).ok());
  world.lane->Await(link::FRAME_KIND_READY, 1);
  constexpr size_t kTotal = size_t{6} << 20;
  std::thread talker([&world] { world.server.Say(std::string(kTotal, 'd')); });
  REQUIRE(world.lane->AwaitDataBytes(1, link::kWindowBytes));
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const size_t held = world.lane->Data(1).size();
  CHECK(held <= static_cast<size_t>(link::kWindowBytes + link::kMaxAnswerOvershootBytes));
  // The lane itself is not held up.
  REQUIRE(world.Tell(FrameOf(link::FRAME_KIND_PING, 0, "alive")).ok());
  world.lane->Await(link::FRAME_KIND_PONG, 0);
  size_t granted = 0;
  while (granted < kTotal) {
    const size_t got = world.lane->Data(1).size();
    if (got > granted) {
      REQUIRE(world.Credit(1, static_cast<uint32_t>(got - granted)).ok());
      granted = got;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  talker.join();
  CHECK(granted == kTotal);
}

int64_t CpuMillis() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto millis = [](const timeval& time) {
    return time.tv_sec * 1'000 + time.tv_usec / 1'000;
  };
  return millis(usage.ru_utime) + millis(usage.ru_stime);
}

TEST_CASE("a server that closes on a session that must wait costs nothing until all is passed on") {
  LaneWorld world;
  world.OpenLane();
  REQUIRE(world.OpenSession(1).ok());
  world.lane->Await(link::FRAME_KIND_READY, 1);
  // More than the window, so that the rest waits in the socket when the server has gone.
  std::thread talker([&world] { world.server.Say(std::string(link::kWindowBytes * 4, 'd')); });
  REQUIRE(world.lane->AwaitDataBytes(1, link::kWindowBytes));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  world.server.Hang();
  talker.join();
  const int64_t before = CpuMillis();
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  CHECK(CpuMillis() - before < 250);
  const size_t held = world.lane->Data(1).size();
  REQUIRE(world.Credit(1, link::kWindowBytes).ok());
  world.lane->Await(link::FRAME_KIND_CLOSE, 1);
  CHECK(world.lane->Data(1).size() > held);
}

TEST_CASE("a session that waits for a grant from a gateway that goes away ends on the server") {
  LaneWorld world;
  world.OpenLane();
  REQUIRE(world.OpenSession(1).ok());
  world.lane->Await(link::FRAME_KIND_READY, 1);
  std::thread talker([&world] { world.server.Say(std::string(link::kWindowBytes * 4, 'd')); });
  REQUIRE(world.lane->AwaitDataBytes(1, link::kWindowBytes));
  world.agent->OnClosed(base::Unavailable("gone"));
  CHECK(world.server.AwaitCancels(1));
  talker.join();
  CHECK(world.server.AwaitEnd());
}

}  // namespace
}  // namespace portreeve::tunnel
