// The gate as a whole: real policy, tokens, journal and session loop behind a real port; agents are
// lanes in memory.

#include "front/front.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <catch2/catch.hpp>

#include "door.h"
#include "unit/fleet/world.h"
#include "unit/identity/tokens.h"

namespace portreeve::front {
namespace {

std::shared_ptr<const policy::Policy> MakePolicy(const std::string& rules) {
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
        options, *world.fleet, std::vector<session::SessionLoop*>{loop.get()}, catalogs,
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
  bool Hears(const std::string& bytes) {
    return Eventually([&] {
             char chunk[4'096];
             const ssize_t got = recv(fd_.get(), chunk, sizeof chunk, MSG_DONTWAIT);
             if (got > 0) heard.append(chunk, static_cast<size_t>(got));
             if (got == 0) at_end = true;
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

TEST_CASE("who proves who they are and has a grant gets a session") {
  Gate gate;
  Client client(gate);
  client.SignIn(gate.Token());
  REQUIRE(Eventually([&] { return gate.front->session_count() == 1; }));
  const auto sessions = gate.front->Sessions();
  CHECK(sessions[0].subject == "ana");
  CHECK(sessions[0].grant == "test");
  CHECK(sessions[0].connection == "orders");
  CHECK_FALSE(gate.front->Kill("s-0000000000000000", "no such session"));
  CHECK(gate.front->Kill(sessions[0].id, "test"));
  CHECK(client.Hears("C57P01"));
  CHECK(Eventually([&] { return gate.front->session_count() == 0; }));
}

TEST_CASE("who does not is told no more than that") {
  Gate gate;
  Client forged(gate);
  forged.SignIn("not.a.token");
  CHECK(forged.Hears("C28P01"));
  CHECK(forged.heard.find("authentication failed") != std::string::npos);

  Client stranger(gate);
  stranger.SignIn(gate.Token("bob"));
  CHECK(stranger.Hears("C28000"));

  Client lost(gate);
  lost.SignIn(gate.Token(), {{"user", "ana"}, {"database", "elsewhere"}});
  CHECK(lost.Hears("C57P03"));
  CHECK(gate.front->session_count() == 0);
}

TEST_CASE("no spelling of a start-up parameter gives another role") {
  Gate gate;
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"role", "postgres"},
                                                        {"ROLE", "postgres"},
                                                        {"Session_Authorization", "postgres"},
                                                        {"options", "-c Role=postgres"},
                                                        {"options", "--ROLE=postgres"}}) {
    Client client(gate);
    client.SignIn(gate.Token(), {{"user", "ana"}, {"database", "orders"}, {name, value}});
    INFO(name << "=" << value);
    CHECK(client.Hears("C42501"));
    CHECK(gate.front->session_count() == 0);
  }
}

TEST_CASE("no grant gives replication") {
  Gate gate("{ class: [any, unknown, function_call], action: allow }");
  for (const char* value : {"database", "true", "0"}) {
    Client client(gate);
    client.SignIn(gate.Token(), {{"user", "ana"}, {"database", "orders"}, {"replication", value}});
    CHECK(client.Hears("\"replication\" is not allowed"));
    CHECK(gate.front->session_count() == 0);
  }
}

TEST_CASE("parameters that a grant does not allow are refused by name") {
  Gate reads("{ class: read, action: allow }");
  Client client(reads);
  client.SignIn(reads.Token(),
                {{"user", "ana"}, {"database", "orders"}, {"client_encoding", "SJIS"}});
  CHECK(client.Hears("client_encoding"));
  CHECK(client.Hears("C42501"));

  // Split as the server splits them, `options` are asked for one by one.
  Client hidden(reads);
  hidden.SignIn(reads.Token(), {{"user", "ana"},
                                {"database", "orders"},
                                {"options", "-c work_mem=1MB --zero-damaged-pages=on"}});
  CHECK(hidden.Hears("\"zero_damaged_pages\" is not allowed"));
  CHECK(hidden.Hears("C42501"));

  // Under a grant that does not wait for the catalog.
  Gate gate;
  Client fine(gate);
  fine.SignIn(gate.Token(), {{"user", "ana"}, {"database", "orders"}, {"TimeZone", "UTC"}});
  CHECK(Eventually([&] { return gate.front->session_count() == 1; }));
}

TEST_CASE("half-open connections and sessions have limits of their own") {
  Gate gate("{ class: any, action: allow }", 2, 1);
  Client first(gate);
  first.SignIn(gate.Token());
  REQUIRE(Eventually([&] { return gate.front->session_count() == 1; }));
  Client second(gate);
  second.SignIn(gate.Token());
  CHECK(second.Hears("C53300"));

  Client waiting_a(gate), waiting_b(gate);
  waiting_a.Say("\0");
  waiting_b.Say("\0");
  CHECK(Eventually([&] {
    Client turned_away(gate);
    turned_away.Hears("nothing");
    return turned_away.at_end;
  }));
  CHECK(gate.front->session_count() == 1);
}

TEST_CASE("a reload ends sessions that the new policy does not cover") {
  Gate gate;
  Client client(gate);
  client.SignIn(gate.Token());
  REQUIRE(Eventually([&] { return gate.front->session_count() == 1; }));
  yaml::Diagnostics diagnostics("policy.yaml");
  const auto other = policy::Policy::Load(
      "version: 1\ngroups: { people: { claim: sub, any_of: [\"bob\"] } }\ngrants:\n"
      "  - { name: test, who: [people], on: { connections: [\"orders\"] }, "
      "rules: [{ class: any, action: allow }] }\n",
      diagnostics);
  REQUIRE(other != nullptr);
  gate.front->Reload({other, identity::Verifier(), {}}, [] {});
  CHECK(client.Hears("C57P01"));
  CHECK(Eventually([&] { return gate.front->session_count() == 0; }));
}

TEST_CASE("while it drains nobody new comes in") {
  Gate gate;
  Client client(gate);
  client.SignIn(gate.Token());
  REQUIRE(Eventually([&] { return gate.front->session_count() == 1; }));
  gate.front->Drain();
  CHECK(Eventually([&] {
    const base::UniqueFd fd(socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(gate.front->port()));
    return connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0;
  }));
  CHECK(gate.front->session_count() == 1);
}

TEST_CASE("a cancel key that fits nothing is answered like one that fits, and recorded") {
  Gate gate;
  Client client(gate);
  client.Say(Bytes(wire::CancelRequest{1, "abcd"}));
  CHECK(client.HearsEnd());
  CHECK(client.heard == "");
}

}  // namespace
}  // namespace portreeve::front
