// The gate as a whole, on a real port: real policy, tokens, leases, journal and session loop; the
// agent is a lane in memory.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>

#include <catch2/catch.hpp>

#include "door.h"
#include "front/front.h"
#include "unit/fleet/world.h"
#include "unit/identity/tokens.h"

namespace portreeve::front {

inline std::shared_ptr<const policy::Policy> MakePolicy(const std::string& rules) {
  yaml::Diagnostics diagnostics("policy.yaml");
  auto policy = policy::Policy::Load(
      "version: 1\n"
      "groups: { people: { claim: sub, any_of: [\"ana\"] } }\n"
      "grants:\n"
      "  - name: test\n"
      "    who: [people]\n"
      "    on: { connections: [\"orders\"] }\n"
      "    rules: [" +
          rules + "]\n",
      diagnostics);
  INFO(diagnostics.ToString());
  REQUIRE(policy != nullptr);
  return policy;
}

struct Gate {
  explicit Gate(const std::string& rules = "{ class: any, action: allow }", size_t half_open = 100,
                size_t sessions = 100)
      : agent(world.Connect(world.Join())) {
    REQUIRE(agent.Hello({"orders"}).ok());
    loop = std::make_unique<session::SessionLoop>(0, world.journal->lane(0), world.logger,
                                                  mask::HashKey::FromSecret("test"));
    loop->Start();
    FrontOptions options;
    auto* address = reinterpret_cast<sockaddr_in*>(&options.listen.storage);
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    options.listen.length = sizeof *address;
    options.half_open_connections = half_open;
    options.sessions = sessions;
    front = std::make_unique<Front>(
        options, *world.fleet, std::vector<session::SessionLoop*>{loop.get()}, catalogs, *leases,
        session::SessionWorld{*world.journal, keys, world.clock, world.logger, rates},
        Rules{MakePolicy(rules), identity::Verifier(), {}});
    REQUIRE(front->Listen().ok());
  }
  ~Gate() {
    agent.handler->OnClosed(absl::OkStatus());
    front->EndSessions("the test is over");
    CHECK(Eventually([this] { return front->session_count() == 0; }));
    loop->Stop();
    front.reset();
  }

  std::string Token(const std::string& subject = "ana") {
    auto claims = identity::Claims();
    const int64_t now_s = world.clock.UnixMicros() / 1'000'000;
    claims["sub"] = subject;
    claims["iat"] = now_s;
    claims["exp"] = now_s + 600;
    return identity::TokenOf(claims);
  }

  fleet::World world;
  fleet::Connected agent;
  session::CancelKeys keys;
  session::Rates rates;
  introspect::CatalogStore catalogs{*world.fleet, *world.journal, world.logger};
  std::unique_ptr<lease::LeaseBook> leases =
      *lease::LeaseBook::Open(*world.store, *world.journal, world.clock, world.logger, "secret");
  std::unique_ptr<session::SessionLoop> loop;
  std::unique_ptr<Front> front;
};

class Client {
 public:
  explicit Client(Gate& gate) {
    fd_ = base::UniqueFd(socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(gate.front->port()));
    REQUIRE(connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  void Say(const std::string& bytes) {
    REQUIRE(send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
  }
  void Hear() {
    char chunk[4'096];
    const ssize_t got = recv(fd_.get(), chunk, sizeof chunk, MSG_DONTWAIT);
    if (got > 0) heard.append(chunk, static_cast<size_t>(got));
    if (got == 0) at_end = true;
  }
  bool Hears(const std::string& bytes) {
    return Eventually([&] {
             Hear();
             return heard.find(bytes) != std::string::npos || at_end;
           }) &&
           heard.find(bytes) != std::string::npos;
  }
  bool HearsEnd() { return !Hears("never said") && at_end; }
  void SignIn(const std::string& token,
              std::vector<std::pair<std::string_view, std::string_view>> parameters = {
                  {"user", "ana"}, {"database", "orders"}}) {
    Say(Startup(wire::kProtocol30, std::move(parameters)));
    REQUIRE(Hears(AskForPassword()));
    Say(Bytes(wire::PasswordMessage{token}));
  }
  std::string heard;
  bool at_end = false;

 private:
  base::UniqueFd fd_;
};

}  // namespace portreeve::front
