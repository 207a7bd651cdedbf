#include "scram/client.h"

#include <catch2/catch.hpp>

namespace portreeve::scram {
namespace {

// What a PostgreSQL 15 server said to this client.
constexpr std::string_view kServerFirst =
    "r=rOprNGfwEbeRWgbNEkqOFafrTEm+6X7evRscgHu3CtUa,s=PVtsV6s/b+OkiOm+hgcgJw==,i=4096";
constexpr std::string_view kClientFinal =
    "c=biws,r=rOprNGfwEbeRWgbNEkqOFafrTEm+6X7evRscgHu3CtUa,"
    "p=vaeYjQmym37XgeBTZ4VJI8G5QbFwvF/EoLHbXtmzblg=";
constexpr std::string_view kServerFinal = "v=MID9FijjiOMQqCyZ3gaLlDZu5FAVtyZjRZcA9jp/8H4=";

ClientOptions Options(Binding binding = Binding::kUnsupported) {
  return {"pencil", binding, "hash", "rOprNGfwEbeRWgbNEkqO"};
}

TEST_CASE("the client speaks with a real server") {
  Client client(Options());
  REQUIRE(client.First() == "n,,n=,r=rOprNGfwEbeRWgbNEkqO");
  REQUIRE(*client.Final(kServerFirst) == kClientFinal);
  REQUIRE_FALSE(client.server_proved());
  REQUIRE(client.Verify(kServerFinal).ok());
  REQUIRE(client.server_proved());
}

TEST_CASE("the first message says what the client thinks of channel binding") {
  Client not_offered(Options(Binding::kNotOffered));
  REQUIRE(not_offered.First() == "y,,n=,r=rOprNGfwEbeRWgbNEkqO");
  REQUIRE(not_offered.mechanism() == kMechanism);
  Client bound(Options(Binding::kEndPoint));
  REQUIRE(bound.First() == "p=tls-server-end-point,,n=,r=rOprNGfwEbeRWgbNEkqO");
  REQUIRE(bound.mechanism() == kMechanismPlus);
  const auto final_message = bound.Final(kServerFirst);
  REQUIRE(final_message.ok());
  // base64 of the GS2 header and "hash".
  REQUIRE(final_message->starts_with("c=cD10bHMtc2VydmVyLWVuZC1wb2ludCwsaGFzaA==,"));
}

TEST_CASE("a server's first message that is not exactly right gets no proof") {
  for (const std::string_view message : {
           "",
           "e=other-error",
           "r=rOprNGfwEbeRWgbNEkqO,s=PVtsVw==,i=4096",
           "r=xOprNGfwEbeRWgbNEkqOabc,s=PVtsVw==,i=4096",
           "r=abc,s=PVtsVw==,i=4096",
           "r=rOprNGfwEbeRWgbNEkqOabc,s=,i=4096",
           "r=rOprNGfwEbeRWgbNEkqOabc,s=PVts!w==,i=4096",
           "r=rOprNGfwEbeRWgbNEkqOabc,s=PVtsVw==",
           "r=rOprNGfwEbeRWgbNEkqOabc,s=PVtsVw==,i=",
           "r=rOprNGfwEbeRWgbNEkqOabc,s=PVtsVw==,i=0",
           "r=rOprNGfwEbeRWgbNEkqOabc,s=PVtsVw==,i=-4096",
           "r=rOprNGfwEbeRWgbNEkqOabc,s=PVtsVw==,i=4095",
           "r=rOprNGfwEbeRWgbNEkqOabc,s=PVtsVw==,i=4096x",
           "r=rOprNGfwEbeRWgbNEkqOabc,s=PVtsVw==,i=1000001",
           "r=rOprNGfwEbeRWgbNEkqOabc,s=PVtsVw==,i=4294967297",
           "r=rOprNGfwEbeRWgbNEkqOabc,s=PVtsVw==,i=4096,",
           "r=rOprNGfwEbeRWgbNEkqOabc,s=PVtsVw==,i=4096,x=1",
           "m=ext,r=rOprNGfwEbeRWgbNEkqOabc,s=PVtsVw==,i=4096",
           "s=PVtsVw==,r=rOprNGfwEbeRWgbNEkqOabc,i=4096",
       }) {
    INFO(message);
    Client client(Options());
    client.First();
    REQUIRE(absl::IsInvalidArgument(client.Final(message).status()));
    REQUIRE(absl::IsFailedPrecondition(client.Final(kServerFirst).status()));
  }
}

TEST_CASE("a server that cannot prove itself is not believed") {
  for (const std::string_view message :
       {"", "v=", "v=AAAA", "e=invalid-proof", "v=NID9FijjiOMQqCyZ3gaLlDZu5FAVtyZjRZcA9jp/8H4=",
        "v=MID9FijjiOMQqCyZ3gaLlDZu5FAVtyZjRZcA9jp/8H4=,x=1", "r=abc"}) {
    INFO(message);
    Client client(Options());
    client.First();
    REQUIRE(client.Final(kServerFirst).ok());
    REQUIRE_FALSE(client.Verify(message).ok());
    REQUIRE_FALSE(client.server_proved());
    REQUIRE(absl::IsFailedPrecondition(client.Verify(kServerFinal)));
    REQUIRE_FALSE(client.server_proved());
  }
}

TEST_CASE("a client believes nothing out of order") {
  Client early(Options());
  REQUIRE(absl::IsFailedPrecondition(early.Verify(kServerFinal)));
  Client skipped(Options());
  skipped.First();
  REQUIRE(absl::IsFailedPrecondition(skipped.Verify(kServerFinal)));
  REQUIRE_FALSE(skipped.server_proved());
}

}  // namespace
}  // namespace portreeve::scram
