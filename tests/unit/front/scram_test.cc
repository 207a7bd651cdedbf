// SCRAM in the start-up: what is asked of whom, in which order, and what breaks it.

#include "scram_client.h"

namespace portreeve::front {
namespace {

using Kind = wire::Authentication::Kind;

const scram::Verifier& Known() {
  static const scram::Verifier kVerifier = scram::Verifier::Make(kLeaseSecret, "0123456789abcdef");
  return kVerifier;
}

std::unique_ptr<Door> LeaseDoor(scram::Verifier verifier = Known()) {
  auto door = std::make_unique<Door>();
  door->verifiers.emplace(kLeaseUser, std::move(verifier));
  return door;
}

std::string Offer() { return Sasl(Kind::kSasl, {}, {scram::kMechanism}); }

std::string Initial(std::string_view data, std::string_view mechanism = scram::kMechanism) {
  return Bytes(wire::SaslInitialResponse{mechanism, data});
}

TEST_CASE("a lease's user is asked for SCRAM, everybody else for a password") {
  const auto door = LeaseDoor();
  door->Say(LeaseStartup());
  CHECK(door->Hears(Offer()));
  const auto other = LeaseDoor();
  other->Say(LeaseStartup("ann"));
  CHECK(other->Hears(AskForPassword()));
}

TEST_CASE("who knows the secret is let in, and what it says next stays for the session") {
  const auto door = LeaseDoor();
  door->Say(LeaseStartup());
  CHECK(SignInByScram(*door, kLeaseSecret));
  REQUIRE(Eventually([&] { return door->scrams == 1; }));
  CHECK(door->proved);
  CHECK(door->hello().user == kLeaseUser);
  REQUIRE(door->taken != nullptr);
  door->Say("next");
  CHECK(Eventually([&] {
    char chunk[10];
    return door->taken->Read(chunk).bytes == 4;
  }));
}

TEST_CASE("a wrong secret and a name that nobody has are heard alike") {
  std::vector<std::string> heard;
  for (const bool mock : {false, true}) {
    auto verifier = mock ? scram::Verifier::Mock(kLeaseUser, "secret") : Known();
    const auto door = LeaseDoor(std::move(verifier));
    door->Say(LeaseStartup());
    CHECK_FALSE(SignInByScram(*door, mock ? kLeaseSecret : "wrong"));
    CHECK(door->HearsFatal("28P01"));
    CHECK(door->scrams == 1);
    CHECK_FALSE(door->proved);
    // What differs is random or of the name: nonce and salt.
    std::string said = door->heard;
    const std::string random = DataOf(said, Kind::kSaslContinue);
    REQUIRE_FALSE(random.empty());
    CHECK(random.ends_with(",i=4096"));
    said.replace(said.find(random), random.size(), std::to_string(random.size()));
    heard.push_back(said);
  }
  CHECK(heard[0] == heard[1]);
}

TEST_CASE("messages that SASL does not know at their place end the handshake") {
  const std::string first = "n,,n=,r=nonce";
  std::string cut = Initial(first);
  cut[cut.size() - first.size() - 1] = static_cast<char>(first.size() + 1);
  std::string no_response;
  wire::SaslInitialResponse{scram::kMechanism, std::nullopt}.Encode(no_response);
  for (const std::string& message :
       {Initial(first, "SCRAM-SHA-1"),
        Initial(first, "scram-sha-256"),
        Initial(first, ""),
        Initial("p=tls-server-end-point,,n=,r=nonce", scram::kMechanismPlus),
        Initial("p=tls-server-end-point,,n=,r=nonce"),
        Initial(""),
        Initial("n,,n=,r="),
        Initial("n,a=other,n=,r=nonce"),
        Initial("n,,m=x,n=,r=nonce"),
        cut,
        no_response,
        Bytes(wire::PasswordMessage{kLeaseSecret}),
        Bytes(wire::SaslResponse{first}),
        Bytes(wire::SaslResponse{""}),
        Bytes(wire::Query{"SELECT 1"}),
        LeaseStartup(),
        std::string("p\0\0\0\3", 5),
        std::string("p\0\0\x10\1", 5),
        std::string("p\x7f\xff\xff\xff", 5),
        std::string("p\xff\xff\xff\xff", 5)}) {
    const auto door = LeaseDoor();
    door->Say(LeaseStartup());
    REQUIRE(door->Hears(Offer()));
    door->Say(message);
    INFO(message);
    CHECK(door->HearsFatal("08P01"));
    CHECK(door->scrams == 0);
    CHECK(door->passwords == 0);
  }
}

TEST_CASE("the second message must be an answer to the first, and the last one") {
  for (const std::string& message :
       {Bytes(wire::SaslResponse{""}), Bytes(wire::SaslResponse{"c=biws,r=nonce,p=AAAA"}),
        Bytes(wire::SaslResponse{"x"}), Initial("n,,n=,r=nonce"), Bytes(wire::Query{"SELECT 1"}),
        std::string("p\0\0\x10\1", 5)}) {
    const auto door = LeaseDoor();
    door->Say(LeaseStartup() + Initial("n,,n=,r=nonce"));
    REQUIRE(Eventually([&] { return !DataOf(door->Heard(), Kind::kSaslContinue).empty(); }));
    door->Say(message);
    INFO(message);
    CHECK(door->HearsFatal("08P01"));
    CHECK(door->scrams == 0);
  }
}

TEST_CASE("no two exchanges have the same nonce") {
  std::string before;
  for (int i = 0; i < 2; ++i) {
    const auto door = LeaseDoor();
    door->Say(LeaseStartup() + Initial("n,,n=,r=nonce"));
    std::string first;
    REQUIRE(Eventually([&] {
      first = DataOf(door->Heard(), Kind::kSaslContinue);
      return !first.empty();
    }));
    CHECK(first.starts_with("r=nonce"));
    CHECK(first.find(',') >= std::string_view("r=nonce").size() + 24);
    CHECK(first != before);
    before = first;
  }
}

TEST_CASE("a client that dawdles in the exchange is dropped in time") {
  HandshakeOptions options;
  options.timeout_us = 100'000;
  for (const std::string& beginning :
       {std::string(), Initial("n,,n=,r=nonce"), Initial("n,,n=,r=nonce").substr(0, 9)}) {
    Door door(options);
    door.verifiers.emplace(kLeaseUser, Known());
    door.Say(LeaseStartup() + beginning);
    CHECK(door.HearsEnd());
    CHECK(Eventually([&] { return door.gone.load(); }));
    CHECK(door.scrams == 0);
  }
}

}  // namespace
}  // namespace portreeve::front
