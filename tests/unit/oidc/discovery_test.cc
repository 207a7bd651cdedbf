// What of an issuer's metadata is believed.
#include "oidc/discovery.h"

#include <catch2/catch.hpp>

namespace portreeve::oidc {
namespace {

std::string Problem(std::string_view json,
                    const EndpointUrl& issuer = {"https://id.example.com", true}) {
  const auto metadata = ParseMetadata(json, issuer);
  return metadata.ok() ? "" : std::string(base::FromAbsl(metadata.status().message()));
}

TEST_CASE("metadata with the right issuer and a place for keys is taken") {
  const auto metadata = ParseMetadata(
      R"({"issuer":"https://id.example.com","jwks_uri":"https://keys.example.com/k?v=1",)"
      R"("userinfo_endpoint":"https://id.example.com/me","scopes_supported":["openid"]})",
      {"https://id.example.com", true});
  REQUIRE(metadata.ok());
  CHECK(metadata->jwks_uri == "https://keys.example.com/k?v=1");
  CHECK(metadata->userinfo_endpoint == "https://id.example.com/me");
}

TEST_CASE("an issuer is the same to the letter or another one") {
  for (const char* issuer : {"\"https://id.example.com/\"", "\"https://ID.example.com\"", "null",
                             "\"http://id.example.com\"", "[\"https://id.example.com\"]"}) {
    INFO(issuer);
    CHECK(Problem(std::string(R"({"jwks_uri":"https://id.example.com/k","issuer":)") + issuer +
                  "}") == "the metadata names another issuer");
  }
}

TEST_CASE("keys may lie in clear only where the issuer itself does") {
  const std::string text = R"({"issuer":"http://localhost:1","jwks_uri":"http://localhost:1/k"})";
  CHECK(Problem(text, {"http://localhost:1", false}) == "");
  CHECK(Problem(R"({"issuer":"https://id.example.com","jwks_uri":"http://localhost:1/k"})") ==
        "its `jwks_uri` must begin with https://");
  CHECK(Problem(R"({"issuer":"https://id.example.com","jwks_uri":"file:///etc/passwd"})") ==
        "its `jwks_uri` must begin with https://");
  CHECK(Problem(R"({"issuer":"https://id.example.com","jwks_uri":["https://a/k"]})") ==
        "its `jwks_uri` is no text");
}

TEST_CASE("an endpoint that may not be asked is none, and keeps no keys away") {
  const auto metadata = ParseMetadata(
      R"({"issuer":"https://id.example.com","jwks_uri":"https://a/k","token_endpoint":7,)"
      R"("userinfo_endpoint":"http://169.254.169.254/",)"
      R"("device_authorization_endpoint":"https://id.example.com/device"})",
      {"https://id.example.com", true});
  REQUIRE(metadata.ok());
  CHECK((metadata->userinfo_endpoint.empty() && metadata->token_endpoint.empty()));
  CHECK(metadata->device_authorization_endpoint == "https://id.example.com/device");
}

TEST_CASE("metadata that two readers could take for two things is refused") {
  CHECK(Problem("<html>") == "the metadata: it is not JSON");
  CHECK(Problem("[]") == "the metadata: it is not a JSON object");
  CHECK(Problem(R"({"issuer":"https://id.example.com"})") == "the metadata has no `jwks_uri`");
  CHECK(Problem(R"({"issuer":"https://id.example.com","issuer":"https://id.example.com"})") ==
        "the metadata: it has a member twice");
  CHECK(Problem(std::string(kMaxMetadataBytes + 1, ' ')) == "the metadata is too large");
}

}  // namespace
}  // namespace portreeve::oidc
