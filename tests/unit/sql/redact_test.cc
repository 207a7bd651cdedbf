// Passwords and other secrets, wherever they stand in a text.

#include "sql/redact.h"

#include <catch2/catch.hpp>
#include <string>

#include "sql/parser.h"

namespace portreeve::sql {
namespace {

std::string Kept(const std::string& sql, const LexerMode& mode = {}) {
  return Redacted(sql, Analyse(sql, {}, mode));
}

TEST_CASE("a secret is replaced and nothing else") {
  CHECK(Kept("CREATE ROLE r LOGIN PASSWORD 'hunter2' VALID UNTIL '2030-01-01'") ==
        "CREATE ROLE r LOGIN PASSWORD [redacted] VALID UNTIL '2030-01-01'");
  CHECK(Kept("ALTER USER r WITH ENCRYPTED PASSWORD 'it''s' ; SELECT 'x'") ==
        "ALTER USER r WITH ENCRYPTED PASSWORD [redacted] ; SELECT 'x'");
  CHECK(
      Kept("CREATE USER MAPPING FOR u SERVER s OPTIONS (user 'u', password 'p', \"Secret\" 'q')") ==
      "CREATE USER MAPPING FOR u SERVER s OPTIONS (user 'u', password [redacted], \"Secret\" "
      "[redacted])");
  CHECK(Kept("ALTER SERVER s OPTIONS (SET passwd 'p', SET host 'h')") ==
        "ALTER SERVER s OPTIONS (SET passwd [redacted], SET host 'h')");
  CHECK(Kept("CREATE SUBSCRIPTION s CONNECTION 'host=h password=p' PUBLICATION q") ==
        "CREATE SUBSCRIPTION s CONNECTION [redacted] PUBLICATION q");
  CHECK(Kept("ALTER SUBSCRIPTION s CONNECTION 'x'") ==
        "ALTER SUBSCRIPTION s CONNECTION [redacted]");
  CHECK(Kept("CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (dsn 'DRIVER=x;PWD=y')") ==
        "CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (dsn [redacted])");
  for (const char* sql : {"SELECT 'password'", "ALTER ROLE r PASSWORD NULL", "SELECT 1", "",
                          "SELECT password FROM users WHERE name = 'x'",
                          "CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h')"}) {
    CHECK(Kept(sql) == sql);
  }
}

TEST_CASE("a secret is found in every way to write it") {
  for (const char* literal : {"'hunter2'", "E'hunt\\'er2'", "U&'hunter2\\0041'",
                              "U&'hunter2!0041' UESCAPE '!'", "$$hunter2$$", "$a$ $$hunter2 ' $a$",
                              "'hun'\n'ter2'", "/* 'x' */ 'hunter2'", "-- 'y'\n 'hunter2'"}) {
    INFO(literal);
    const std::string sql = std::string("ALTER ROLE \"a'b\" PASSWORD ") + literal + " NOLOGIN";
    const std::string kept = Kept(sql);
    CHECK(kept.find("ter2") == std::string::npos);
    CHECK(kept.ends_with("[redacted] NOLOGIN"));
  }
  CHECK(Kept("ALTER ROLE r PASSWORD 'a\\' NOLOGIN' NOLOGIN",
             {.standard_conforming_strings = false}) == "ALTER ROLE r PASSWORD [redacted] NOLOGIN");
}

TEST_CASE("what does not parse keeps nothing after the word password") {
  CHECK(Kept("ALTER ROLE r PASWORD 'x' PASSWORD 'hunter2'") ==
        "ALTER ROLE r PASWORD 'x' PASSWORD [redacted]");
  CHECK(Kept("CREATE USER r IDENTIFIED BY 'hunter2'") == "CREATE USER r IDENTIFIED [redacted]");
  CHECK(Kept("SET PASSWORD FOR r = 'hunter2'") == "SET PASSWORD [redacted]");
  CHECK(Kept("ALTER ROLE r PASSWORD 'hunter2") == "ALTER ROLE r PASSWORD [redacted]");
  CHECK(Kept("SELEC password FROM t") == "SELEC password FROM t");
  CHECK(Kept("SELEC 1") == "SELEC 1");
  const std::string deep = "SELECT 1" + std::string(20, ' ') + std::string(1001, '+');
  CHECK(Kept(deep + " password = 'hunter2'").find("hunter2") == std::string::npos);
}

TEST_CASE("facts of another text do no harm") {
  Facts facts = Analyse("CREATE ROLE r PASSWORD 'hunter2'", {}, {});
  CHECK(Redacted("short", facts) == "short[redacted]");
}

}  // namespace
}  // namespace portreeve::sql
