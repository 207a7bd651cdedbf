// Settings, relations that a statement makes, operators and types.

#include <catch2/catch.hpp>
#include <string>

#include "only.h"

namespace portreeve::sql {
namespace {

std::string Settings(const std::string& sql) {
  std::string all;
  for (const SettingUse& use : Only(sql).settings) {
    if (!all.empty()) all += ' ';
    all += use.name + (use.value ? "=" + *use.value : "") + (use.resets ? "!" : "") +
           (use.local ? "~" : "");
  }
  return all;
}

TEST_CASE("a setting has its constant value as the server reads it") {
  CHECK(Settings("SET Search_Path TO a, \"B c\", '$user'") == R"(search_path=a, "B c", "$user")");
  CHECK(Settings("SET search_path = 'a, b'") == R"(search_path="a, b")");
  CHECK(Settings("SET LOCAL work_mem = 100") == "work_mem=100~");
  CHECK(Settings("SET datestyle TO ISO, MDY") == "datestyle=iso, mdy");
  CHECK(Settings("RESET search_path") == "search_path!");
  CHECK(Settings("SET search_path TO DEFAULT") == "search_path!");
  CHECK(Settings("RESET ALL") == "all!");
  CHECK(Settings("DISCARD ALL") == "all!");
  CHECK(Settings("SET search_path = $1") == "search_path");
  CHECK(Settings("SELECT set_config('search_path', 'a, b', true)") == "search_path=a, b~");
  CHECK(Settings("SELECT set_config('search_path', 'a', false), set_config(x, 'y', false)") ==
        "search_path=a ");
  CHECK(Settings("SET ROLE bob") == "role=bob");
  CHECK(Settings("CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = x AS ''") == "");
  CHECK(Settings("SELECT 1") == "");
}

std::string Made(const std::string& sql) {
  std::string all;
  for (const MadeRelation& made : Only(sql).makes_relations) {
    if (!all.empty()) all += ' ';
    all += (made.schema.empty() ? "" : made.schema + ".") + made.name + (made.temporary ? "~" : "");
  }
  return all;
}

TEST_CASE("changes are counted, and whether the outermost query gives rows") {
  const auto changes = [](const char* sql) { return Only(sql).changes; };
  const auto gives_rows = [](const char* sql) { return Only(sql).gives_rows; };
  CHECK(changes("SELECT 'delete'") == 0);
  CHECK(changes("WITH a AS (DELETE FROM t), b AS (INSERT INTO t TABLE u) UPDATE t SET c = 1") == 3);
  CHECK(changes("EXPLAIN ANALYZE MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE") == 1);
  CHECK(changes("EXPLAIN DELETE FROM t") == 0);
  CHECK(gives_rows("WITH d AS (DELETE FROM t) SELECT 1"));
  CHECK(gives_rows("INSERT INTO t TABLE u RETURNING 1"));
  CHECK(gives_rows("EXPLAIN ANALYZE UPDATE t SET a = 1"));
  CHECK_FALSE(gives_rows("INSERT INTO t SELECT 1"));
  CHECK_FALSE(gives_rows("WITH d AS (DELETE FROM t RETURNING 1) UPDATE t SET a = 1"));
}

TEST_CASE("relations that a statement makes are named") {
  CHECK(Made("CREATE TABLE s.t (a int)") == "s.t");
  CHECK(Made("CREATE TEMP TABLE t (a int)") == "t~");
  CHECK(Made("CREATE TABLE pg_temp.t (a int)") == "pg_temp.t~");
  CHECK(Made("CREATE TEMP TABLE t AS SELECT 1") == "t~");
  CHECK(Made("SELECT 1 INTO TEMP t") == "t~");
  CHECK(Made("CREATE TEMP VIEW v AS SELECT 1") == "v~");
  CHECK(Made("CREATE MATERIALIZED VIEW v AS SELECT 1") == "v");
  CHECK(Made("CREATE SEQUENCE q") == "q");
  CHECK(Made("CREATE FOREIGN TABLE f (a int) SERVER s") == "f");
  CHECK(Made("ALTER TABLE s.a RENAME TO b") == "s.b");
  CHECK(Made("ALTER TABLE a SET SCHEMA s") == "s.a");
  CHECK(Made("CREATE SCHEMA s CREATE TABLE t (a int)") == "s.t t");
  CHECK(Made("EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1") == "t");
  CHECK(Made("EXPLAIN CREATE TABLE t AS SELECT 1") == "");
  CHECK(Made("ALTER TABLE a RENAME b TO c") == "");
}

std::string Names(const std::vector<NameInSchema>& names) {
  std::string all;
  for (const NameInSchema& use : names) {
    if (!all.empty()) all += ' ';
    all += (use.schema.empty() ? "" : use.schema + ".") + use.name;
  }
  return all;
}

TEST_CASE("operators and types are named as they are written") {
  CHECK(Names(Only("SELECT a OPERATOR(s.+) b, a = b, a BETWEEN 1 AND 2, a IN (1), a LIKE 'x' FROM "
                   "t JOIN u USING (x) ORDER BY a USING <")
                  .operators) == "s.+ = >= <= ~~ <");
  CHECK(Names(Only("SELECT a > ALL (SELECT 1), CASE a WHEN 1 THEN 2 END").operators) == "> =");
  CHECK(Names(Only("SELECT a::s.t, CAST(b AS int), 'x'::u[]").types) == "s.t pg_catalog.int4 u");
  CHECK(Names(Only("CREATE TABLE t (a s.d, b text)").types) == "s.d text");
}

}  // namespace
}  // namespace portreeve::sql
