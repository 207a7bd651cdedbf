// Which URLs an issuer may be asked at.
#include "oidc/endpoint_url.h"

#include <catch2/catch.hpp>

namespace portreeve::oidc {
namespace {

TEST_CASE("https to any host and http to loopback are taken") {
  for (const char* url :
       {"https://id.example.com", "https://id.example.com/", "https://id.example.com:8443/a/b",
        "https://10.0.0.1/x", "https://[2001:db8::1]:443/x", "http://localhost:8080/realms/x",
        "http://127.0.0.1", "http://[::1]:1/"}) {
    INFO(url);
    const auto parsed = ParseIssuerUrl(url);
    REQUIRE(parsed.ok());
    CHECK(parsed->text == url);
    CHECK(parsed->https == std::string_view(url).starts_with("https"));
  }
}

TEST_CASE("what could lead elsewhere, or be read in two ways, is no endpoint") {
  for (const char* url : {"",
                          "id.example.com",
                          "ftp://id.example.com",
                          "file:///etc/passwd",
                          "HTTPS://id.example.com",
                          "http://id.example.com",
                          "http://localhost.example.com",
                          "http://127.0.0.1.example.com",
                          "http://127.0.0.2",
                          "http://2130706433",
                          "https://",
                          "https:///x",
                          "https://a b",
                          "https://user@id.example.com",
                          "https://user:secret@id.example.com",
                          "https://a#b",
                          "https://id.example.com:",
                          "https://id.example.com:port",
                          "https://id.example.com:123456",
                          "https://[::1",
                          "https://[]",
                          "https://[::1]x",
                          "https://a\\b",
                          "https://a%2fb",
                          "https://id.example.com\n",
                          "https://\xc3\xa4.example.com",
                          "http://localhost@evil/"}) {
    INFO(url);
    CHECK_FALSE(ParseEndpointUrl(url).ok());
  }
  CHECK_FALSE(ParseEndpointUrl("https://a/" + std::string(kMaxUrlBytes, 'x')).ok());
}

TEST_CASE("only an endpoint may have a query") {
  CHECK(ParseEndpointUrl("https://id.example.com/keys?p=1").ok());
  CHECK_FALSE(ParseIssuerUrl("https://id.example.com/?p=1").ok());
}

TEST_CASE("metadata lies below the issuer, with or without a slash at its end") {
  const std::string where = "https://id.example.com/a/.well-known/openid-configuration";
  CHECK(MetadataUrl("https://id.example.com/a") == where);
  CHECK(MetadataUrl("https://id.example.com/a/") == where);
}

}  // namespace
}  // namespace portreeve::oidc
