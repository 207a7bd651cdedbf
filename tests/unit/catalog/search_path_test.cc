#include "catalog/search_path.h"

#include <catch2/catch.hpp>

#include "unit/catalog/small_catalog.h"

namespace portreeve::catalog {
namespace {

std::vector<std::string> SchemasOf(std::string_view text, std::string_view role = "reader") {
  return MakePath(ParseSearchPath(text).value(), *SmallCatalog(), role).schemas;
}

TEST_CASE("names on a search_path are read as the server reads them") {
  CHECK(ParseSearchPath("a, B ,\"C\"") == Lines{"a", "b", "C"});
  CHECK(ParseSearchPath("\"a\"\"b\",\"c,d\"") == Lines{"a\"b", "c,d"});
  CHECK(ParseSearchPath("\"$user\", $USER") == Lines{"$user", "$user"});
  CHECK(ParseSearchPath("\t\r\n a \f") == Lines{"a"});
  CHECK(ParseSearchPath("") == Lines{});
  CHECK(ParseSearchPath("   ") == Lines{});
  CHECK(ParseSearchPath("\"\"") == Lines{""});
  CHECK(ParseSearchPath("\xc3\x84") == Lines{"\xc3\x84"});
}

TEST_CASE("a name on a search_path is cut at 63 bytes, between two characters") {
  CHECK(ParseSearchPath(std::string(70, 'a')) == Lines{std::string(63, 'a')});
  CHECK(ParseSearchPath(std::string(62, 'a') + "\xc3\x84") == Lines{std::string(62, 'a')});
  CHECK(ParseSearchPath(std::string(61, 'a') + "\xc3\x84") ==
        Lines{std::string(61, 'a') + "\xc3\x84"});
}

TEST_CASE("a search_path that the server would not take has no meaning") {
  for (const char* text : {",", "a,", ",a", "a,,b", "a b", "\"a", "\"a\"b", "a \"b\"", "\"a\"\""}) {
    INFO(text);
    CHECK_FALSE(ParseSearchPath(text).has_value());
  }
}

TEST_CASE("pg_temp and pg_catalog come first unless the path places them") {
  CHECK(SchemasOf("public") == Lines{"pg_temp", "pg_catalog", "public"});
  CHECK(SchemasOf("") == Lines{"pg_temp", "pg_catalog"});
  CHECK(SchemasOf("evil, pg_catalog") == Lines{"pg_temp", "evil", "pg_catalog"});
  CHECK(SchemasOf("public, pg_temp") == Lines{"pg_catalog", "public", "pg_temp"});
  CHECK(SchemasOf("pg_temp, evil, pg_catalog, public") ==
        Lines{"pg_temp", "evil", "pg_catalog", "public"});
}

TEST_CASE("schemas that do not exist and second mentions are passed over") {
  CHECK(SchemasOf("nowhere, public, \"Public\", public, evil") ==
        Lines{"pg_temp", "pg_catalog", "public", "evil"});
}

TEST_CASE("$user is the schema of the role, if there is one") {
  CHECK(SchemasOf("\"$user\", public", "hr") == Lines{"pg_temp", "pg_catalog", "hr", "public"});
  CHECK(SchemasOf("\"$user\", public", "nobody") == Lines{"pg_temp", "pg_catalog", "public"});
}

TEST_CASE("names are created in the first schema that the path itself has") {
  const auto creation = [](std::string_view text) {
    return MakePath(ParseSearchPath(text).value(), *SmallCatalog(), "reader").creation;
  };
  CHECK(creation("nowhere, public, evil") == "public");
  CHECK(creation("pg_temp, public") == "pg_temp");
  CHECK(creation("nowhere").empty());
}

}  // namespace
}  // namespace portreeve::catalog
