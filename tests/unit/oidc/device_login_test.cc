// What a person is shown, and what is kept, of an issuer's answers about devices.
#include "oidc/device_login.h"

#include "issuer_server.h"

namespace portreeve::oidc {
namespace {

using nlohmann::json;

const EndpointUrl kIssuer{"https://id.example.com", true};

json Code() {
  return {{"device_code", "secret"},
          {"user_code", "WDJB-MJHT"},
          {"verification_uri", "https://id.example.com/device"},
          {"expires_in", 600}};
}

TEST_CASE("a device code has what a person needs, and bounds on waiting") {
  json answer = Code();
  const auto code = ParseDeviceCode(answer.dump(), kIssuer);
  REQUIRE(code.ok());
  CHECK(code->user_code == "WDJB-MJHT");
  CHECK((code->expires_in_s == 600 && code->interval_s == 5));
  answer.update({{"expires_in", 1u << 31}, {"interval", 0}});
  const auto odd = ParseDeviceCode(answer.dump(), kIssuer);
  REQUIRE(odd.ok());
  CHECK((odd->expires_in_s == DeviceLogin::kMostWaitS && odd->interval_s == 1));
}

TEST_CASE("what would not be plain on a terminal, or leads to http, is not shown") {
  for (const json& wrong :
       {json{{"user_code", "\x1b[2J"}}, json{{"user_code", ""}}, json{{"device_code", 1}},
        json{{"verification_uri", "http://localhost/device"}},
        json{{"verification_uri", "javascript:alert(1)"}}, json{{"verification_uri", ""}},
        json{{"verification_uri_complete", "https://id.example.com/\x07"}}}) {
    json answer = Code();
    answer.update(wrong);
    INFO(wrong);
    CHECK_FALSE(ParseDeviceCode(answer.dump(), kIssuer).ok());
  }
  CHECK_FALSE(ParseDeviceCode("<html>", kIssuer).ok());
}

TEST_CASE("tokens are texts without anything that a header or a terminal would take for more") {
  const auto tokens = ParseTokens(R"({"access_token":"a.b.c","refresh_token":"r"})");
  REQUIRE(tokens.ok());
  CHECK((tokens->access_token == "a.b.c" && tokens->refresh_token == "r"));
  CHECK(tokens->id_token == "");
  for (const char* wrong : {R"({})", R"({"access_token":1})", R"({"access_token":"a\r\nb"})",
                            R"({"access_token":"a","refresh_token":"\u001b[2J"})",
                            R"({"access_token":"a","id_token":"a b"})"}) {
    INFO(wrong);
    CHECK_FALSE(ParseTokens(wrong).ok());
  }
  CHECK_FALSE(ParseTokens(json{{"access_token", std::string(20'000, 'a')}}.dump()).ok());
}

TEST_CASE("an issuer without tokens or codes to give is told as such") {
  // Its metadata names neither endpoint.
  const auto login = DeviceLogin::Discover({Shared().Url(), true}, Shared().ca_file());
  REQUIRE_FALSE(login.ok());
  CHECK_THAT(std::string(base::FromAbsl(login.status().message())),
             Catch::Matchers::Contains("names no `token_endpoint`"));
}

}  // namespace
}  // namespace portreeve::oidc
