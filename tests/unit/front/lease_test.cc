// Sign-in by lease at the gate as a whole.

#include "gate.h"
#include "scram_client.h"

namespace portreeve::front {
namespace {

lease::IssuedLease Issue(Gate& gate, const std::string& subject = "ana",
                         const std::string& grant = "test") {
  lease::LeaseRequest request;
  request.principal.subject = subject;
  request.principal.issuer = "https://id";
  request.connection = "orders";
  request.grant = grant;
  request.lifetime_us = fleet::kHourUs;
  auto issued = gate.leases->Issue(request);
  REQUIRE(issued.ok());
  return *std::move(issued);
}

bool SignIn(Client& client, const std::string& user, const std::string& secret,
            const std::string& database = "orders") {
  client.Say(Startup(wire::kProtocol30, {{"user", user}, {"database", database}}));
  return SignInByScram(client, secret);
}

// What was heard after the challenge, whose nonce and salt are of one exchange and one name.
std::string AfterChallenge(const std::string& heard) {
  const std::string challenge = DataOf(heard, wire::Authentication::Kind::kSaslContinue);
  const size_t at = heard.find(challenge);
  return challenge.empty() || at == std::string::npos ? "" : heard.substr(at + challenge.size());
}

TEST_CASE("a lease opens sessions for its principal, under its grant, on its connection") {
  Gate gate;
  const auto issued = Issue(gate);
  Client first(gate), second(gate);
  CHECK(SignIn(first, issued.lease->user, issued.secret));
  // As clients do that are given no database.
  CHECK(SignIn(second, issued.lease->user, issued.secret, issued.lease->user));
  REQUIRE(Eventually([&] { return gate.front->session_count() == 2; }));
  for (const SessionSummary& session : gate.front->Sessions()) {
    CHECK(session.subject == "ana");
    CHECK(session.grant == "test");
    CHECK(session.connection == "orders");
  }
}

TEST_CASE("a lease is good for nothing but its connection") {
  Gate gate;
  const auto issued = Issue(gate);
  for (const char* database : {"elsewhere", "orders/postgres", "orders/", "orders ", "ORDERS"}) {
    Client client(gate);
    CHECK(SignIn(client, issued.lease->user, issued.secret, database));
    CHECK(client.Hears("C28000"));
    CHECK(client.heard.find("this lease is for another connection") != std::string::npos);
  }
  CHECK(gate.front->session_count() == 0);
}

TEST_CASE("a lease gives no more than the policy of today") {
  Gate gate;
  const auto stranger = Issue(gate, "bob");
  Client client(gate);
  CHECK(SignIn(client, stranger.lease->user, stranger.secret));
  CHECK(client.Hears("C28000"));
  // Another grant covers the principal, but the lease was not for that one.
  const auto gone = Issue(gate, "ana", "was-there-once");
  Client other(gate);
  CHECK(SignIn(other, gone.lease->user, gone.secret));
  CHECK(other.Hears("there is no grant \"was-there-once\" any more"));
  CHECK(gate.front->session_count() == 0);
}

TEST_CASE("wrong secret, unknown name, revoked and expired lease have one answer") {
  Gate gate;
  const auto wrong = Issue(gate);
  const auto revoked = Issue(gate);
  const auto expired = Issue(gate);
  REQUIRE(gate.leases->Revoke(revoked.lease->id, "operator", "lost").ok());
  const std::string unknown = "lease_" + std::string(32, '0');
  const auto answer_to = [&gate](const std::string& user, const std::string& secret) {
    Client client(gate);
    CHECK_FALSE(SignIn(client, user, secret));
    CHECK(client.HearsEnd());
    return AfterChallenge(client.heard);
  };
  const std::string answer = answer_to(wrong.lease->user, "pls_wrong");
  CHECK(answer.find("C28P01") != std::string::npos);
  CHECK(answer_to(revoked.lease->user, revoked.secret) == answer);
  CHECK(answer_to(unknown, wrong.secret) == answer);
  gate.world.clock.Move(fleet::kHourUs);
  CHECK(answer_to(expired.lease->user, expired.secret) == answer);
  CHECK(gate.front->session_count() == 0);
}

TEST_CASE("a lease that ends while its client signs in is not taken") {
  Gate gate;
  const auto issued = Issue(gate);
  Client client(gate);
  client.Say(Startup(wire::kProtocol30, {{"user", issued.lease->user}, {"database", "orders"}}));
  REQUIRE(client.Hears("SCRAM-SHA-256"));
  REQUIRE(gate.leases->Revoke(issued.lease->id, "operator", "lost").ok());
  SignInByScram(client, issued.secret);
  CHECK(client.Hears("C28P01"));
  CHECK(gate.front->session_count() == 0);
}

TEST_CASE("with the lease its sessions end, and no others") {
  Gate gate;
  const auto issued = Issue(gate);
  const auto other = Issue(gate);
  Client first(gate), second(gate), third(gate);
  CHECK(SignIn(first, issued.lease->user, issued.secret));
  CHECK(SignIn(second, issued.lease->user, issued.secret));
  CHECK(SignIn(third, other.lease->user, other.secret));
  REQUIRE(Eventually([&] { return gate.front->session_count() == 3; }));
  REQUIRE(gate.leases->Revoke(issued.lease->id, "operator", "lost").ok());
  CHECK(gate.front->EndLease(issued.lease->id, "the lease is revoked") == 2);
  CHECK(first.Hears("C57P01"));
  CHECK(second.Hears("C57P01"));
  REQUIRE(Eventually([&] { return gate.front->session_count() == 1; }));
  CHECK(gate.front->EndLease("l-0", "no such lease") == 0);
}

}  // namespace
}  // namespace portreeve::front
