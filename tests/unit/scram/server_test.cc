#include "scram/server.h"

#include <catch2/catch.hpp>

#include "base/encoding.h"
#include "scram/client.h"

namespace portreeve::scram {
namespace {

// The example of RFC 7677 section 3.
constexpr std::string_view kClientFirst = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
constexpr std::string_view kServerFirst =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
constexpr std::string_view kClientFinal =
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
    "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
constexpr std::string_view kServerFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

ServerOptions RfcOptions() {
  ServerOptions options;
  options.verifier = Verifier::Make("pencil", *base::Base64Decode("W22ZaJ0SNY7soEsUEjb6gQ=="));
  options.nonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  return options;
}

ServerOptions BoundOptions(bool plus) {
  ServerOptions options = RfcOptions();
  options.plus = plus;
  options.plus_offered = true;
  options.binding_data = "hash of the certificate";
  return options;
}

ClientOptions Knows(std::string password, Binding binding) {
  return {std::move(password), binding, "hash of the certificate", "clientnonce"};
}

enum class Outcome { kIn, kWrongPassword, kError };

// Lets the client's own messages go to the server and back.
Outcome Exchange(ServerOptions server_options, ClientOptions client_options) {
  Server server(std::move(server_options));
  Client client(std::move(client_options));
  const auto server_first = server.First(client.First());
  if (!server_first.ok()) return Outcome::kError;
  const auto client_final = client.Final(*server_first);
  if (!client_final.ok()) return Outcome::kError;
  const auto server_final = server.Final(*client_final);
  if (!server_final.ok()) return Outcome::kError;
  if (!*server_final) return Outcome::kWrongPassword;
  REQUIRE(client.Verify(**server_final).ok());
  REQUIRE(client.server_proved());
  return Outcome::kIn;
}

TEST_CASE("the server speaks the example of RFC 7677") {
  Server server(RfcOptions());
  REQUIRE(*server.First(kClientFirst) == kServerFirst);
  const auto final_message = server.Final(kClientFinal);
  REQUIRE(final_message.ok());
  REQUIRE(final_message->value() == kServerFinal);
}

TEST_CASE("client and server agree on a password, with and without channel binding") {
  REQUIRE(Exchange(RfcOptions(), Knows("pencil", Binding::kUnsupported)) == Outcome::kIn);
  REQUIRE(Exchange(RfcOptions(), Knows("pencil", Binding::kNotOffered)) == Outcome::kIn);
  REQUIRE(Exchange(BoundOptions(true), Knows("pencil", Binding::kEndPoint)) == Outcome::kIn);
  REQUIRE(Exchange(BoundOptions(false), Knows("pencil", Binding::kUnsupported)) == Outcome::kIn);
}

TEST_CASE("a wrong password is an outcome and not an error") {
  REQUIRE(Exchange(RfcOptions(), Knows("Pencil", Binding::kUnsupported)) ==
          Outcome::kWrongPassword);
  REQUIRE(Exchange(RfcOptions(), Knows("", Binding::kUnsupported)) == Outcome::kWrongPassword);
}

TEST_CASE("nobody logs in with a mock, not even with the right password") {
  ServerOptions options = RfcOptions();
  options.verifier.mock = true;
  REQUIRE(Exchange(std::move(options), Knows("pencil", Binding::kUnsupported)) ==
          Outcome::kWrongPassword);
  ServerOptions mock = RfcOptions();
  mock.verifier = Verifier::Mock("nobody", "secret");
  REQUIRE(Exchange(std::move(mock), Knows("pencil", Binding::kUnsupported)) ==
          Outcome::kWrongPassword);
}

TEST_CASE("a client that was lied to about channel binding is told so by a failure") {
  REQUIRE(Exchange(BoundOptions(false), Knows("pencil", Binding::kNotOffered)) == Outcome::kError);
  REQUIRE(Exchange(BoundOptions(true), Knows("pencil", Binding::kUnsupported)) == Outcome::kError);
  REQUIRE(Exchange(BoundOptions(true), Knows("pencil", Binding::kNotOffered)) == Outcome::kError);
  REQUIRE(Exchange(RfcOptions(), Knows("pencil", Binding::kEndPoint)) == Outcome::kError);
}

TEST_CASE("a client that is bound to another channel is refused") {
  ClientOptions elsewhere = Knows("pencil", Binding::kEndPoint);
  elsewhere.binding_data = "hash of another certificate";
  REQUIRE(Exchange(BoundOptions(true), std::move(elsewhere)) == Outcome::kError);
}

TEST_CASE("a first message that is not exactly right is refused") {
  for (const std::string_view message : {
           "",
           "n",
           "n,",
           "n,,",
           "n,,n=user",
           "n,,r=abc",
           "n,,n=user,r=",
           "n,,n=user,r=a b",
           "n,,n=user,r=abc,",
           "n,,n=user,r=abc,x=1",
           "n,,m=ext,n=user,r=abc",
           "n,,r=abc,n=user",
           "n,a=admin,n=user,r=abc",
           "n, ,n=user,r=abc",
           "N,,n=user,r=abc",
           "x,,n=user,r=abc",
           "p,,n=user,r=abc",
           "p=tls-unique,,n=user,r=abc",
           "p=tls-server-end-point,,n=user,r=abc",
           "nn,,n=user,r=abc",
           "n,,n=us=er,r=abc",
           "n,,n=user=2,r=abc",
           "n,,n=user,r=abc\x7f",
           "n,,n=user,r=\xc3\xa9",
       }) {
    INFO(message);
    Server server(RfcOptions());
    REQUIRE(absl::IsInvalidArgument(server.First(message).status()));
  }
  for (const std::string_view message : {"n,,n=,r=abc", "y,,n=a=2Cb=3D,r=abc"}) {
    INFO(message);
    Server server(RfcOptions());
    REQUIRE(server.First(message).ok());
  }
}

TEST_CASE("nonces and messages have a limit") {
  const std::string prefix = "n,,n=user,r=";
  Server longest(RfcOptions());
  REQUIRE(longest.First(prefix + std::string(kMaxNonceBytes, 'x')).ok());
  Server longer(RfcOptions());
  REQUIRE_FALSE(longer.First(prefix + std::string(kMaxNonceBytes + 1, 'x')).ok());
  Server flooded(RfcOptions());
  REQUIRE_FALSE(flooded.First("n,,n=" + std::string(kMaxMessageBytes, 'u') + ",r=x").ok());
}

TEST_CASE("a final message that is not exactly right is refused") {
  const std::string right(kClientFinal);
  const std::string head = right.substr(0, right.find(",p="));
  for (const std::string& message : {
           std::string(),
           head,
           head + ",p=",
           head + ",p=AAAA",
           right + ",",
           right + ",x=1",
           head + ",x=1" + right.substr(head.size()),
           "c=eSws" + right.substr(6),
           "c=" + right.substr(6),
           "c=biwz" + right.substr(6),
           right + "=",
           right.substr(7),
           "c=biws,r=rOprNGfwEbeRWgbNEkqO" + right.substr(head.size()),
       }) {
    INFO(message);
    Server server(RfcOptions());
    REQUIRE(server.First(kClientFirst).ok());
    REQUIRE(absl::IsInvalidArgument(server.Final(message).status()));
    // There is no second try within one exchange.
    REQUIRE(absl::IsFailedPrecondition(server.Final(kClientFinal).status()));
  }
}

TEST_CASE("a server answers each message once and in order") {
  Server server(RfcOptions());
  REQUIRE(absl::IsFailedPrecondition(server.Final(kClientFinal).status()));
  REQUIRE(absl::IsFailedPrecondition(server.First(kClientFirst).status()));
  Server twice(RfcOptions());
  REQUIRE(twice.First(kClientFirst).ok());
  REQUIRE(absl::IsFailedPrecondition(twice.First(kClientFirst).status()));
}

}  // namespace
}  // namespace portreeve::scram
