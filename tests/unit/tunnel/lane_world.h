// An agent's lane with a transport and a server that the test holds in its hands.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fake_lane.h"
#include "fake_server.h"
#include "portreeve/link.pb.h"
#include "support/frame_numbers.h"
#include "tunnel/agent_lane.h"

namespace portreeve::tunnel {

struct LaneWorld {
  explicit LaneWorld(std::string login_reply = LoginReply()) : server(std::move(login_reply)) {
    auto servers = std::make_shared<Servers>();
    (*servers)["orders"] = server.AsServer();
    auto gone = std::make_shared<upstream::Server>(*server.AsServer());
    gone->host += "/nowhere";
    (*servers)["gone"] = gone;
    link::Hello hello;
    hello.set_agent_version("1");
    hello.add_connections()->set_name("orders");
    agent = std::make_shared<AgentLane>(hello, servers, loop, logger,
                                        [this](const absl::Status&) { ++closed; });
  }
  ~LaneWorld() {
    if (opened && closed == 0) agent->OnClosed(base::Unavailable("the test is over"));
    // Sessions may still be ending when their loop does: nothing of them may be left even so.
    server.Stop();
    CHECK(agent->session_count() == 0);
  }

  void OpenLane() {
    agent->OnOpened(lane);
    opened = true;
  }
  absl::Status Tell(const std::string& frames) { return Deliver(*agent, numbers.Number(frames)); }
  absl::Status OpenSession(uint64_t session, const std::string& connection = "orders",
                           const std::string& role = "") {
    link::OpenSession open;
    open.set_connection(connection);
    open.set_role(role);
    auto* parameter = open.add_parameters();
    parameter->set_name("application_name");
    parameter->set_value("test");
    return Tell(FrameOf(link::FRAME_KIND_OPEN, session, open.SerializeAsString()));
  }
  absl::Status Close(uint64_t session, link::CloseSession::Manner manner) {
    link::CloseSession close;
    close.set_manner(manner);
    return Tell(FrameOf(link::FRAME_KIND_CLOSE, session, close.SerializeAsString()));
  }
  absl::Status Credit(uint64_t session, uint32_t bytes) {
    link::Credit credit;
    credit.set_bytes(bytes);
    return Tell(FrameOf(link::FRAME_KIND_CREDIT, session, credit.SerializeAsString()));
  }
  link::SessionFailed AwaitFailed(uint64_t session) {
    link::SessionFailed failed;
    REQUIRE(failed.ParseFromString(lane->Await(link::FRAME_KIND_FAILED, session).payload));
    return failed;
  }

  FakeServer server;
  base::Logger logger{base::LogLevel::kError, -1};
  UpstreamLoop loop{logger};
  std::shared_ptr<FakeLane> lane = std::make_shared<FakeLane>();
  std::atomic<int> closed = 0;
  bool opened = false;
  support::FrameNumbers numbers;
  std::shared_ptr<AgentLane> agent;
};

}  // namespace portreeve::tunnel
