#include "lease/principal_text.h"

#include <catch2/catch.hpp>

namespace portreeve::lease {
namespace {

identity::Principal Ann() {
  identity::Principal principal;
  principal.subject = "ann \"the\" \\ \xc3\xa4";
  principal.issuer = "https://id";
  principal.issuer_name = "corp";
  principal.groups = {"a", "b"};
  principal.claims = {{"email", "ann@example.com"}, {"email", "twice"}};
  principal.method = "jwt";
  principal.credential_id = "jti";
  principal.act = {"bot", "scheduler"};
  principal.expires_unix_s = 12345678901;
  return principal;
}

TEST_CASE("a principal comes back from its text with everything that it has") {
  const identity::Principal before = Ann();
  const auto after = PrincipalFromText(ToText(before));
  REQUIRE(after.ok());
  CHECK(after->subject == before.subject);
  CHECK(after->issuer == before.issuer);
  CHECK(after->issuer_name == before.issuer_name);
  CHECK(after->groups == before.groups);
  CHECK(after->claims == before.claims);
  CHECK(after->method == before.method);
  CHECK(after->credential_id == before.credential_id);
  CHECK(after->act == before.act);
  CHECK(after->expires_unix_s == before.expires_unix_s);
}

TEST_CASE("a text with a field more, less or of another type is no principal") {
  const std::string text = ToText(Ann());
  const auto changed = [&text](const std::string& from, const std::string& to) {
    const size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return std::string(text).replace(at, from.size(), to);
  };
  for (const std::string& wrong :
       {std::string(), std::string("[]"), text.substr(1), text + "x",
        changed(R"("subject")", R"("sub")"), changed(R"(["a","b"])", R"("a")"),
        changed(R"(["a","b"])", R"(["a",7])"), changed(R"("jti")", "null"),
        changed("12345678901", R"("1")"), changed("12345678901", R"(1,"more":1)"),
        changed(R"(["email","twice"])", R"(["email"])"),
        changed(R"(["email","twice"])", R"("email")")}) {
    INFO(wrong);
    CHECK(PrincipalFromText(wrong).status().code() == absl::StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace portreeve::lease
