// What the client hears for a text that does not parse: word for word what PostgreSQL 15 says.

#include <catch2/catch.hpp>

#include "sql/parser.h"

namespace portreeve::sql {
namespace {

struct Expected {
  const char* sql;
  const char* sqlstate;
  const char* message;
  uint32_t position;
};

TEST_CASE("a syntax error is the server's own") {
  const Expected cases[] = {
      {"SELEC 1", "42601", "syntax error at or near \"SELEC\"", 1},
      {"SELECT * FRO t", "42601", "syntax error at or near \"FRO\"", 10},
      {"SELECT 'é', FROM t", "42601", "syntax error at or near \"FROM\"", 13},
      {"SELECT", "", "", 0},
      {"SELECT (", "42601", "syntax error at end of input", 9},
      {"SELECT 'abc", "42601", "unterminated quoted string at or near \"'abc\"", 8},
      {"SELECT \"\"", "42601", "zero-length delimited identifier at or near \"\"\"\"", 8},
      {"SELECT 1 /* x", "42601", "unterminated /* comment at or near \"/* x\"", 10},
      {"SELECT 1a", "42601", "trailing junk after numeric literal at or near \"1a\"", 8},
      {"SELECT E'\\u00zz'", "22025", "invalid Unicode escape", 10},
      {"SELECT 1; SELECT 2 2", "42601", "syntax error at or near \"2\"", 20},
      {"SELECT 1 FETCH FIRST ROW WITH TIES", "42601",
       "WITH TIES cannot be specified without ORDER BY clause", 0},
      {"CREATE TABLE t (CHECK (a) NOT DEFERRABLE INITIALLY DEFERRED)", "42601",
       "constraint declared INITIALLY DEFERRED must be DEFERRABLE", 42},
      {"/* é */ SELECT 'a' /* é */ 'b' -- é", "42601", "syntax error at or near \"'b'\"", 28},
      {"SELECT -- é\n FROM FROM", "42601", "syntax error at or near \"FROM\"", 19},
      {"SELECT 'a' /* x */\n'b'", "42601", "syntax error at or near \"'b'\"", 20},
      {"COPY t FROM STDIN; COPY t TO PROGRAM", "42601", "syntax error at end of input", 37},
      {"SELECT * FROM (SELECT 1)", "42601", "subquery in FROM must have an alias", 15},
  };
  for (const Expected& expected : cases) {
    INFO(expected.sql);
    const Facts facts = Analyse(expected.sql, {}, {});
    if (*expected.message == '\0') {
      CHECK_FALSE(facts.syntax_error.has_value());
      continue;
    }
    REQUIRE(facts.syntax_error.has_value());
    CHECK(facts.statements.empty());
    CHECK(facts.syntax_error->sqlstate == expected.sqlstate);
    CHECK(facts.syntax_error->message == expected.message);
    CHECK(facts.syntax_error->position == expected.position);
  }
}

TEST_CASE("detail and hint of a syntax error are kept") {
  const Facts alias = Analyse("SELECT * FROM (SELECT 1)", {}, {});
  REQUIRE(alias.syntax_error.has_value());
  CHECK(alias.syntax_error->hint == "For example, FROM (SELECT ...) [AS] foo.");
  const Facts escape = Analyse("SELECT E'\\u00zz'", {}, {});
  REQUIRE(escape.syntax_error.has_value());
  CHECK(escape.syntax_error->hint == "Unicode escapes must be \\uXXXX or \\UXXXXXXXX.");
  CHECK(escape.syntax_error->detail == "");
}

}  // namespace
}  // namespace portreeve::sql
