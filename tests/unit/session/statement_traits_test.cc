// What the limits of a grant ask about a text, from the text on.

#include "session/statement_traits.h"

#include <catch2/catch.hpp>
#include <string_view>

#include "sql/parser.h"

namespace portreeve::session {
namespace {

StatementTraits Traits(std::string_view sql) { return TraitsOf(sql::Analyse(sql, {}, {}), {}); }

TEST_CASE("a change gives rows if its outermost query does, whatever its words are") {
  CHECK(Traits("WITH d AS (DELETE FROM t) SELECT * FROM big").gives_rows);
  CHECK(Traits("DELETE FROM t RETURNING *").gives_rows);
  CHECK(Traits("EXPLAIN ANALYZE DELETE FROM t").gives_rows);
  CHECK(Traits("COPY (DELETE FROM t RETURNING *) TO STDOUT").gives_rows);
  CHECK(Traits("SELECT set_config('role', 'x', false), * FROM big").gives_rows);
  CHECK_FALSE(Traits("DELETE FROM t").gives_rows);
  CHECK_FALSE(Traits("DELETE FROM returning WHERE a = 'RETURNING EXPLAIN'").gives_rows);
  CHECK_FALSE(Traits("INSERT INTO t SELECT * FROM big").gives_rows);
  CHECK_FALSE(Traits("WITH d AS (DELETE FROM t RETURNING *) INSERT INTO u TABLE d").gives_rows);
  CHECK_FALSE(Traits("COPY t FROM STDIN").gives_rows);
  CHECK_FALSE(Traits("TRUNCATE t").gives_rows);
  CHECK_FALSE(Traits("SET ROLE x").gives_rows);
}

TEST_CASE("a change can be counted if it is the only one, whatever its words are") {
  CHECK(Traits("WITH w AS (SELECT 'insert, delete') UPDATE t SET a = 1").countable);
  CHECK(Traits("DELETE FROM t -- with an update").countable);
  CHECK_FALSE(Traits("WITH d AS (DELETE FROM t) DELETE FROM u").countable);
  CHECK_FALSE(Traits("WITH d AS (INSERT INTO t VALUES (1)) UPDATE u SET a = 1").countable);
  CHECK_FALSE(Traits("TRUNCATE t").countable);
}

TEST_CASE("of a text that is not understood the worst is supposed") {
  for (const std::string_view sql : {"SELEC", "SELECT 1 /* /* /* */"}) {
    const StatementTraits traits = Traits(sql);
    CHECK((traits.unexamined && traits.changes && !traits.countable && traits.gives_rows));
  }
}

}  // namespace
}  // namespace portreeve::session
