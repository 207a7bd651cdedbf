// What of UserInfo is believed, and for how long it is remembered.
#include "oidc/user_info.h"

#include <catch2/catch.hpp>

namespace portreeve::oidc {
namespace {

using Groups = std::vector<std::string>;

TEST_CASE("groups come from the claim that the configuration names") {
  const auto groups =
      ParseUserInfo(R"({"sub":"ana","roles":["dba","sre"],"groups":["x"]})", "ana", "roles");
  REQUIRE(groups.ok());
  CHECK(*groups == Groups{"dba", "sre"});
  CHECK(ParseUserInfo(R"({"sub":"ana"})", "ana", "groups")->empty());
}

TEST_CASE("an answer about another subject, or of another shape, is refused") {
  for (const char* text :
       {R"({"sub":"bob","groups":["dba"]})", R"({"groups":["dba"]})", R"({"sub":["ana"]})",
        R"({"sub":"ana","sub":"bob"})", R"({"sub":"ana","groups":{"dba":true}})",
        R"({"sub":"ana","groups":["d\u0000ba"]})", "eyJhbGciOiJub25lIn0.e30.", ""}) {
    INFO(text);
    CHECK_FALSE(ParseUserInfo(text, "ana", "groups").ok());
  }
  CHECK_FALSE(ParseUserInfo(std::string(kMaxUserInfoBytes + 1, ' '), "ana", "groups").ok());
}

TEST_CASE("an answer is remembered for this very token until it expires") {
  GroupCache cache;
  cache.Keep("token", {"dba"}, 100, 50);
  CHECK(cache.Find("token", 99) == Groups{"dba"});
  CHECK_FALSE(cache.Find("token", 100).has_value());
  CHECK_FALSE(cache.Find("tokem", 99).has_value());
}

TEST_CASE("what is remembered stays within its bound") {
  GroupCache cache;
  cache.Keep("old", {"dba"}, 60, 50);
  for (size_t i = 1; i < GroupCache::kMaxTokens; ++i) cache.Keep(std::to_string(i), {}, 100, 50);
  cache.Keep("first more", {}, 100, 70);
  CHECK(cache.Find("1", 70).has_value());  // Only the one that had expired made room.
  cache.Keep("second more", {"x"}, 100, 70);
  CHECK_FALSE(cache.Find("1", 70).has_value());
  CHECK(cache.Find("second more", 70) == Groups{"x"});
}

}  // namespace
}  // namespace portreeve::oidc
