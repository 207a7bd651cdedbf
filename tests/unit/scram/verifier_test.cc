#include "scram/verifier.h"

#include <catch2/catch.hpp>

#include "base/encoding.h"

namespace portreeve::scram {
namespace {

// As a PostgreSQL 15 server keeps it for the password `pencil`.
constexpr std::string_view kFromServer =
    "SCRAM-SHA-256$4096:PVtsV6s/b+OkiOm+hgcgJw==$nbqbvv5U4UDjf7Dyv1RGpldAs6a7IdxzPtHA4mgEDFI=:"
    "2/xdSneo8aD3Wwy/Yw+Tq6FfJEbzHFuasB8UnAaO7u4=";

TEST_CASE("a verifier is the one that PostgreSQL makes of the same password and salt") {
  const std::string salt = *base::Base64Decode("PVtsV6s/b+OkiOm+hgcgJw==");
  REQUIRE(Verifier::Make("pencil", salt).Text() == kFromServer);
}

TEST_CASE("a verifier comes back from its text") {
  const auto verifier = Verifier::Parse(kFromServer);
  REQUIRE(verifier.ok());
  REQUIRE(verifier->iterations == 4096);
  REQUIRE(verifier->Text() == kFromServer);
}

TEST_CASE("a verifier knows its password and no other") {
  const auto verifier = Verifier::Parse(kFromServer);
  REQUIRE(Matches(*verifier, "pencil"));
  REQUIRE_FALSE(Matches(*verifier, "pencils"));
  REQUIRE_FALSE(Matches(*verifier, ""));
  Verifier mock = *verifier;
  mock.mock = true;
  REQUIRE_FALSE(Matches(mock, "pencil"));
}

TEST_CASE("no part of a verifier's text can be missing or false") {
  const std::string text(kFromServer);
  for (size_t cut = 0; cut < text.size(); ++cut) {
    REQUIRE_FALSE(Verifier::Parse(text.substr(0, cut)).ok());
  }
  REQUIRE_FALSE(Verifier::Parse(text + "=").ok());
  REQUIRE_FALSE(Verifier::Parse(text + ":").ok());
  const std::string keys = text.substr(text.find('$', 14));
  const auto with = [&](std::string_view head) { return std::string(head) + keys; };
  REQUIRE(Verifier::Parse(with("SCRAM-SHA-256$1:AAAA")).ok());
  for (const auto head : {"SCRAM-SHA-1$4096:AAAA", "SCRAM-SHA-256$0:AAAA", "SCRAM-SHA-256$-1:AAAA",
                          "SCRAM-SHA-256$04096:AAAA", "SCRAM-SHA-256$4096 :AAAA",
                          "SCRAM-SHA-256$1000001:AAAA", "SCRAM-SHA-256$99999999999:AAAA",
                          "SCRAM-SHA-256$4096:", "SCRAM-SHA-256$4096:A", "SCRAM-SHA-256$4096"}) {
    INFO(head);
    REQUIRE_FALSE(Verifier::Parse(with(head)).ok());
  }
}

TEST_CASE("a mock looks like a verifier and is always the same for one name") {
  const Verifier first = Verifier::Mock("ann", "secret");
  REQUIRE(first.mock);
  REQUIRE(first.iterations == kDefaultIterations);
  REQUIRE(first.salt.size() == kSaltBytes);
  REQUIRE(Verifier::Mock("ann", "secret").salt == first.salt);
  REQUIRE(Verifier::Mock("bob", "secret").salt != first.salt);
  REQUIRE(Verifier::Mock("ann", "other").salt != first.salt);
}

}  // namespace
}  // namespace portreeve::scram
