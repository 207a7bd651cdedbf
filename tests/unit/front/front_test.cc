// The gate as a whole: real policy, tokens, journal and session loop behind a real port; agents are
// lanes in memory.

#include "front/front.h"

#include <catch2/catch.hpp>

#include "gate.h"

namespace portreeve::front {
namespace {

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
