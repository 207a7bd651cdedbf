#include <catch2/catch.hpp>

#include "door.h"
#include "scram_client.h"
#include "tls/channel_binding.h"
#include "unit/tls/tls_pair.h"

namespace portreeve::front {
namespace {

const tls::TestCa& Ca() {
  static const tls::TestCa ca;
  return ca;
}

HandshakeOptions WithTls() {
  HandshakeOptions options;
  options.tls = tls::ServerContext(Ca().Issue("localhost"), true);
  return options;
}

// The client inside TLS.
class Secured {
 public:
  explicit Secured(Door& door, bool alpn = false) {
    auto stream = tls::TlsStream::Connect(
        tls::ClientContext(tls::VerifyMode::kVerifyFull, Ca().certificate(), alpn),
        base::UniqueFd(std::exchange(door.client, -1)), "localhost");
    REQUIRE(stream.ok());
    stream_ = *std::move(stream);
  }
  bool Handshake() {
    return Eventually([this] {
             state_ = stream_->Handshake();
             return state_ == tls::HandshakeState::kDone || state_ == tls::HandshakeState::kFailed;
           }) &&
           state_ == tls::HandshakeState::kDone;
  }
  void Say(const std::string& bytes) { tls::WriteText(*stream_, bytes); }
  std::string EndPoint() const { return *tls::ServerEndPoint(stream_->peer_certificate()); }
  void Hear() { heard += tls::ReadSome(*stream_); }
  bool Hears(const std::string& bytes) {
    return Eventually([&] {
      Hear();
      return heard.find(bytes) != std::string::npos;
    });
  }
  bool HearsEnd() {
    return Eventually([&] {
      char chunk[100];
      const auto result = stream_->Read(chunk);
      heard.append(chunk, result.bytes);
      return result.state == net::IoState::kEof || result.state == net::IoState::kError;
    });
  }
  std::string heard;

 private:
  std::unique_ptr<tls::TlsStream> stream_;
  tls::HandshakeState state_ = tls::HandshakeState::kWantRead;
};

TEST_CASE("inside TLS the start-up goes on as in clear") {
  Door door(WithTls());
  door.Say(Bytes(wire::SslRequest{}));
  REQUIRE(door.Hears("S"));
  Secured client(door);
  REQUIRE(client.Handshake());
  client.Say(Startup());
  CHECK(client.Hears(AskForPassword()));
  client.Say(Bytes(wire::PasswordMessage{"token"}) + Bytes(wire::Query{"SELECT 1"}));
  REQUIRE(door.PasswordIs("token"));
  CHECK(door.hello().tls);
  // What came in the same record is not lost to the session.
  REQUIRE(door.taken != nullptr);
  CHECK(tls::ReadSome(*door.taken) == Bytes(wire::Query{"SELECT 1"}));
}

TEST_CASE("a client that does not ask for TLS is told to, in clear") {
  Door door(WithTls());
  door.Say(Startup());
  CHECK(door.HearsFatal("28000"));
  CHECK(door.heard.find("TLS") != std::string::npos);

  Door gss(WithTls());
  gss.Say(Bytes(wire::GssEncRequest{}));
  REQUIRE(gss.Hears("N"));
  gss.Say(Bytes(wire::SslRequest{}));
  CHECK(gss.Hears("NS"));
}

TEST_CASE("nothing that was sent before TLS is heard inside it") {
  Door door(WithTls());
  door.Say(Bytes(wire::SslRequest{}) + Startup() + Bytes(wire::PasswordMessage{"injected"}));
  CHECK(door.HearsEnd());
  CHECK(door.heard.substr(0, 1) == "S");
  CHECK(door.heard.find(AskForPassword()) == std::string::npos);
  CHECK(door.passwords == 0);
  CHECK(Eventually([&] { return door.gone.load(); }));
}

TEST_CASE("direct TLS is for clients that name the protocol") {
  Door door(WithTls());
  Secured client(door, true);
  REQUIRE(client.Handshake());
  client.Say(Startup() + Bytes(wire::PasswordMessage{"token"}));
  CHECK(door.PasswordIs("token"));

  Door nameless(WithTls());
  Secured other(nameless, false);
  other.Handshake();
  other.Say(Startup());
  CHECK(other.HearsEnd());
  CHECK(other.heard == "");
  CHECK(nameless.passwords == 0);
}

TEST_CASE("nothing is negotiated twice inside TLS") {
  for (const std::string& request : {Bytes(wire::SslRequest{}), Bytes(wire::GssEncRequest{})}) {
    Door door(WithTls());
    Secured client(door, true);
    REQUIRE(client.Handshake());
    client.Say(request);
    CHECK(client.Hears("C08P01"));
    CHECK(client.HearsEnd());
  }
}

TEST_CASE("a cancel request may come in clear or inside TLS") {
  Door clear(WithTls());
  clear.Say(Bytes(wire::CancelRequest{1, "abcd"}));
  CHECK(Eventually([&] { return clear.cancels() == 1; }));
  clear.FinishCancel();

  Door door(WithTls());
  Secured client(door, true);
  REQUIRE(client.Handshake());
  client.Say(Bytes(wire::CancelRequest{1, "abcd"}));
  CHECK(Eventually([&] { return door.cancels() == 1; }));
  door.FinishCancel();
  CHECK(client.HearsEnd());
}

TEST_CASE("inside TLS SCRAM can be bound to the channel, and need not be") {
  const auto verifier = scram::Verifier::Make(kLeaseSecret, "0123456789abcdef");
  for (const auto binding : {scram::Binding::kEndPoint, scram::Binding::kUnsupported}) {
    Door door(WithTls());
    door.verifiers.emplace(kLeaseUser, verifier);
    Secured client(door, true);
    REQUIRE(client.Handshake());
    client.Say(LeaseStartup());
    REQUIRE(client.Hears(
        Sasl(wire::Authentication::Kind::kSasl, {}, {scram::kMechanismPlus, scram::kMechanism})));
    CHECK(SignInByScram(client, kLeaseSecret, client.EndPoint(), binding));
    CHECK(Eventually([&] { return door.scrams == 1; }));
    CHECK(door.proved);
  }
}

TEST_CASE("who is bound to another channel, or was told of none, is not let in") {
  const auto verifier = scram::Verifier::Make(kLeaseSecret, "0123456789abcdef");
  const std::pair<scram::Binding, std::string> wrong[] = {
      {scram::Binding::kEndPoint, std::string(32, 'x')}, {scram::Binding::kNotOffered, ""}};
  for (const auto& [binding, data] : wrong) {
    Door door(WithTls());
    door.verifiers.emplace(kLeaseUser, verifier);
    Secured client(door, true);
    REQUIRE(client.Handshake());
    client.Say(LeaseStartup());
    CHECK_FALSE(SignInByScram(client, kLeaseSecret, data, binding));
    CHECK(client.Hears("C08P01"));
    CHECK(door.scrams == 0);
  }
}

TEST_CASE("TLS that is begun and not finished is dropped in time") {
  HandshakeOptions options = WithTls();
  options.timeout_us = 200'000;
  for (const std::string& beginning :
       {std::string("\x16"), std::string("\x16\x03\x01\x02\0\x01", 6)}) {
    Door door(options);
    door.Say(beginning);
    CHECK(door.HearsEnd());
    CHECK(Eventually([&] { return door.gone.load(); }));
  }
}

}  // namespace
}  // namespace portreeve::front
