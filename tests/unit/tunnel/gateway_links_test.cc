// Lanes that are kept: dialled again when they are lost, and let go without hanging.

#include "tunnel/gateway_links.h"

#include <algorithm>

#include "net/socket.h"
#include "test_gateway.h"

namespace portreeve::tunnel {
namespace {

constexpr int64_t kSecondUs = 1'000'000;
const std::vector<link::FrameKind> kHello = {link::FRAME_KIND_HELLO};

int64_t Now() { return base::SystemClock().MonotonicMicros(); }

struct Agent {
  explicit Agent(const TestAuthority& from, size_t lanes = 1) : authority(from) {
    for (size_t i = 0; i < lanes; ++i) loops.push_back(std::make_unique<UpstreamLoop>(logger));
  }
  link::ClientTls Credentials(const std::string& name) const {
    const auto [key, certificate] = authority.MakePair(name);
    return {authority.ca_pem(), certificate, key};
  }
  std::unique_ptr<GatewayLinks> Links(const std::string& address) {
    link::Hello hello;
    hello.add_connections()->set_name("orders");
    return std::make_unique<GatewayLinks>(address, hello, std::make_shared<Servers>(), loops,
                                          Credentials("agent-1"), logger);
  }

  const TestAuthority& authority;
  base::Logger logger{base::LogLevel::kError, -1};
  std::vector<std::unique_ptr<UpstreamLoop>> loops;
};

TEST_CASE("as many lanes as there are loops are opened, each with its HELLO") {
  const TestAuthority authority;
  TestGateway gateway(authority);
  Agent agent(authority, 3);
  const auto links = agent.Links(gateway.address());
  links->Start();
  for (size_t i = 0; i < 3; ++i) {
    CHECK(gateway.AwaitLane(i)->Await(kHello));
    CHECK(gateway.name_of(i) == "agent-1");
  }
  CHECK(links->session_count() == 0);
  CHECK(links->gateway() == gateway.address());
}

TEST_CASE("a lane that is lost is dialled again, after a moment and not sooner") {
  const TestAuthority authority;
  TestGateway gateway(authority);
  Agent agent(authority);
  const auto links = agent.Links(gateway.address());
  links->Start();
  int64_t least_us = 100'000;
  for (size_t i = 0; i < 3; ++i) {
    const auto lane = gateway.AwaitLane(i);
    REQUIRE(lane->Await(kHello));
    const int64_t closed_at = Now();
    lane->Close();
    gateway.AwaitLane(i + 1);
    CHECK(Now() - closed_at >= least_us);
    // Each loss that follows at once is waited for twice as long.
    least_us *= 2;
  }
}

TEST_CASE("a gateway that comes back is found again") {
  const TestAuthority authority;
  auto gateway = std::make_unique<TestGateway>(authority);
  const int port = gateway->port();
  Agent agent(authority);
  const auto links = agent.Links(gateway->address());
  links->Start();
  REQUIRE(gateway->AwaitLane(0)->Await(kHello));
  gateway.reset();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const TestGateway back(authority, port);
  CHECK(back.AwaitLane(0)->Await(kHello));
}

TEST_CASE("new credentials serve from the next dialling on") {
  const TestAuthority authority;
  TestGateway gateway(authority);
  Agent agent(authority);
  const auto links = agent.Links(gateway.address());
  links->Start();
  const auto first = gateway.AwaitLane(0);
  REQUIRE(first->Await(kHello));
  links->SetCredentials(agent.Credentials("agent-renewed"));
  CHECK(gateway.lane_count() == 1);
  first->Close();
  gateway.AwaitLane(1);
  CHECK(gateway.name_of(1) == "agent-renewed");
}

TEST_CASE("an agent that drains says so on the lanes that are there and on those to come") {
  const TestAuthority authority;
  TestGateway gateway(authority);
  Agent agent(authority);
  const auto links = agent.Links(gateway.address());
  links->Start();
  const auto first = gateway.AwaitLane(0);
  REQUIRE(first->Await(kHello));
  links->Drain();
  CHECK(first->Await({link::FRAME_KIND_HELLO, link::FRAME_KIND_DRAIN}));
  first->Close();
  CHECK(gateway.AwaitLane(1)->Await({link::FRAME_KIND_HELLO, link::FRAME_KIND_DRAIN}));
}

int64_t TimeToEnd(std::unique_ptr<GatewayLinks> links) {
  const int64_t before = Now();
  links.reset();
  return Now() - before;
}

TEST_CASE("to stop ends open lanes, and does not wait for a gateway that is not there") {
  const TestAuthority authority;
  Agent agent(authority, 2);
  SECTION("lanes are open") {
    TestGateway gateway(authority);
    auto links = agent.Links(gateway.address());
    links->Start();
    const auto one = gateway.AwaitLane(0);
    const auto two = gateway.AwaitLane(1);
    REQUIRE(one->Await(kHello));
    REQUIRE(two->Await(kHello));
    CHECK(TimeToEnd(std::move(links)) < 5 * kSecondUs);
    CHECK(one->AwaitClosed());
    CHECK(two->AwaitClosed());
  }
  SECTION("nobody listens, and the back-off has grown") {
    KeepGrpc();
    auto links = agent.Links("127.0.0.1:1");
    links->Start();
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    CHECK(TimeToEnd(std::move(links)) < 5 * kSecondUs);
  }
  SECTION("somebody listens and says nothing") {
    KeepGrpc();
    const auto address = net::ResolveBlocking("127.0.0.1", "0");
    const auto silent = net::Listen(address->front(), 16);
    REQUIRE(silent.ok());
    auto links = agent.Links(net::LocalAddress(silent->get())->ToString());
    links->Start();
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    CHECK(TimeToEnd(std::move(links)) < 5 * kSecondUs);
  }
  SECTION("it was never started") { CHECK(TimeToEnd(agent.Links("127.0.0.1:1")) < kSecondUs); }
}

}  // namespace
}  // namespace portreeve::tunnel
