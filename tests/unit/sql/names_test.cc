// Relations and functions as they are written.

#include <catch2/catch.hpp>
#include <string>

#include "only.h"

namespace portreeve::sql {
namespace {

std::string Relations(const char* sql) {
  std::string all;
  for (const RelationUse& use : Only(sql).relations) {
    if (!all.empty()) all += ' ';
    if (!use.schema.empty()) all += use.schema + ".";
    all += use.name;
    all += ':';
    all += Name(use.access);
  }
  return all;
}

std::string Functions(const char* sql) {
  std::string all;
  for (const FunctionUse& use : Only(sql).functions) {
    all += (all.empty() ? "" : " ") + (use.schema.empty() ? "" : use.schema + ".") + use.name;
  }
  return all;
}

TEST_CASE("unnest of several arrays is PostgreSQL's own where PostgreSQL takes it apart") {
  CHECK(Functions("SELECT * FROM unnest(a(), b()) x, t, unnest(t.c, t.d) WITH ORDINALITY") ==
        "pg_catalog.unnest a b");
  CHECK(Functions("SELECT * FROM ROWS FROM (unnest(a(), b()), c())") == "pg_catalog.unnest a b c");
  // As PostgreSQL leaves it, a user's function may be meant.
  CHECK(Functions("SELECT * FROM unnest(a())") == "unnest a");
  CHECK(Functions("SELECT unnest(1, 2)") == "unnest");
  CHECK(Functions("SELECT * FROM s.unnest(1, 2)") == "s.unnest");
  CHECK(Functions("SELECT * FROM f(unnest(1, 2))") == "f unnest");
  CHECK(Functions("SELECT * FROM unnest(1, VARIADIC b)") == "unnest");
  CHECK(Functions("SELECT * FROM ROWS FROM (unnest(1, 2) AS (x int))") == "unnest");
}

TEST_CASE("relations are found in every place, in order, once") {
  CHECK(Relations("SELECT (SELECT 1 FROM a) FROM b JOIN s.c ON EXISTS (TABLE d) "
                  "WHERE x IN (SELECT 1 FROM e) GROUP BY (SELECT 1 FROM f) "
                  "HAVING (SELECT true FROM g) ORDER BY (SELECT 1 FROM h) "
                  "LIMIT (SELECT 1 FROM i) OFFSET (SELECT 1 FROM b)") ==
        "a:read b:read s.c:read d:read e:read f:read g:read h:read i:read");
  CHECK(Relations("INSERT INTO a SELECT 1 FROM b RETURNING (SELECT 1 FROM c)") ==
        "a:insert b:read c:read");
  CHECK(Relations("UPDATE a SET x = (SELECT 1 FROM b) FROM c WHERE (SELECT true FROM d)") ==
        "a:update b:read c:read d:read");
  CHECK(Relations("SELECT 1 FROM a UNION (SELECT 2 FROM b INTERSECT TABLE c)") ==
        "a:read b:read c:read");
  CHECK(Relations("SELECT f(x ORDER BY (SELECT 1 FROM a)) FILTER (WHERE (SELECT true FROM b)) "
                  "OVER (PARTITION BY (SELECT 1 FROM c)) FROM t") == "a:read b:read c:read t:read");
  CHECK(Relations("SELECT CASE (SELECT 1 FROM a) WHEN 1 THEN (SELECT 1 FROM b) ELSE "
                  "(SELECT 1 FROM c) END, ARRAY(TABLE d), COALESCE((TABLE e))") ==
        "a:read b:read c:read d:read e:read");
}

TEST_CASE("a WITH query hides a relation exactly where the server says") {
  CHECK(Relations("WITH a AS (SELECT 1) SELECT * FROM a, s.a, b") == "s.a:read b:read");
  CHECK(Relations("WITH a AS (SELECT * FROM a) SELECT * FROM a") == "a:read");
  CHECK(Relations("WITH RECURSIVE a AS (SELECT * FROM a) SELECT * FROM a") == "");
  CHECK(Relations("WITH a AS (TABLE b), b AS (TABLE a) SELECT * FROM a, b") == "b:read");
  CHECK(Relations("WITH RECURSIVE a AS (TABLE b), b AS (TABLE c) SELECT * FROM a") == "c:read");
  CHECK(Relations("SELECT * FROM (WITH a AS (SELECT 1) SELECT 1) x, a") == "a:read");
  CHECK(Relations("WITH t AS (SELECT 1) INSERT INTO t SELECT * FROM t") == "t:insert");
  CHECK(Relations("WITH t AS (SELECT 1) DELETE FROM u USING t WHERE EXISTS (TABLE t)") ==
        "u:delete");
}

TEST_CASE("definitions name what they change and what they read") {
  CHECK(Relations("CREATE TABLE a (x int REFERENCES b, LIKE c) INHERITS (d)") ==
        "a:ddl b:ddl c:read d:ddl");
  CHECK(Relations("CREATE VIEW v AS SELECT * FROM t") == "v:ddl t:read");
  CHECK(Relations("SELECT * INTO n FROM t") == "n:ddl t:read");
  CHECK(Relations("CREATE TABLE n AS TABLE t") == "n:ddl t:read");
  CHECK(Relations("DROP TABLE a, s.b") == "a:ddl s.b:ddl");
  CHECK(Relations("DROP TRIGGER g ON s.t") == "s.t:ddl");
  CHECK(Relations("DROP FUNCTION f(int)") == "");
  CHECK(Relations("ALTER TABLE a ATTACH PARTITION b DEFAULT") == "a:ddl b:ddl");
  CHECK(Relations("COMMENT ON COLUMN s.t.c IS 'x'") == "s.t:ddl");
  CHECK(Relations("GRANT SELECT ON a, s.b TO r") == "a:ddl s.b:ddl");
  CHECK(Relations("CREATE RULE r AS ON INSERT TO a DO ALSO INSERT INTO b TABLE c") ==
        "a:ddl b:insert c:read");
}

TEST_CASE("other statements name their relations") {
  CHECK(Relations("TRUNCATE a, s.b") == "a:truncate s.b:truncate");
  CHECK(Relations("COPY a FROM STDIN") == "a:insert");
  CHECK(Relations("COPY a TO STDOUT") == "a:read");
  CHECK(Relations("COPY (DELETE FROM a RETURNING *) TO STDOUT") == "a:delete");
  CHECK(Relations("LOCK TABLE a IN ACCESS SHARE MODE") == "a:lock");
  CHECK(Relations("LOCK TABLE a") == "a:lock");
  CHECK(Relations("MERGE INTO a USING b ON true WHEN MATCHED THEN DO NOTHING") == "a:read b:read");
  CHECK(Relations("EXPLAIN DELETE FROM a") == "a:read");
  CHECK(Relations("EXPLAIN ANALYZE DELETE FROM a") == "a:delete");
  CHECK(Relations("PREPARE p AS UPDATE a SET x = 1") == "a:update");
  CHECK(Relations("ANALYZE a, b (c)") == "a:lock b:lock");
}

TEST_CASE("functions are named as they are written") {
  CHECK(Functions("SELECT f(g(1)), s.h(), f() FROM k() WHERE \"L\"(1)") == "f g s.h f k L");
  CHECK(Functions("SELECT EXTRACT(year FROM now())") == "pg_catalog.extract now");
  CHECK(Functions("CALL s.p(f())") == "s.p f");
  CHECK(
      Functions("INSERT INTO t VALUES (f()) ON CONFLICT (g(a)) DO UPDATE SET a = h() WHERE i()") ==
      "f g h i");
}

TEST_CASE("a field is named wherever it may be a function of what stands before it") {
  const auto fields = [](const char* sql) { return Only(sql).fields; };
  using Names = std::vector<std::string>;
  CHECK(fields("SELECT (p).ssn, ((SELECT p)).a.b[1], (f(1)).*, (ARRAY[1])[1] FROM people p") ==
        Names{"ssn", "a", "b"});
  CHECK(fields("UPDATE t SET a.b = 1 WHERE ('x'::text).pg_read_file = (t).c") ==
        Names{"pg_read_file", "c"});
  CHECK(fields("SELECT p.ssn, s.p.ssn, (p).ssn, (q).ssn FROM s.p") == Names{"ssn"});
}

TEST_CASE("many names are kept once too") {
  std::string sql = "SELECT * FROM t0";
  for (int i = 0; i < 500; ++i) sql += ", t" + std::to_string(i % 100);
  CHECK(Analyse(sql, {}, {}).statements[0].relations.size() == 100);
}

}  // namespace
}  // namespace portreeve::sql
