// Query levels, what their FROM holds, and the columns that each names.

#include <catch2/catch.hpp>
#include <string>

#include "only.h"

namespace portreeve::sql {
namespace {

// "level:schema.qualifier.name/usage", `*` for no name, `?` behind what may miss.
std::string Columns(const std::string& sql) {
  std::string all;
  for (const ColumnUse& use : Only(sql).columns) {
    if (!all.empty()) all += ' ';
    all += std::to_string(use.level) + ":";
    if (!use.schema.empty()) all += use.schema + ".";
    if (!use.qualifier.empty()) all += use.qualifier + ".";
    all += use.name.empty() ? "*" : use.name;
    all += "/" + std::string(Name(use.usage)) + (use.may_miss ? "?" : "");
  }
  return all;
}

// "level:alias=relation"; `~` behind what renames, `-` for no relation.
std::string Range(const std::string& sql) {
  const StatementFacts facts = Only(sql);
  std::string all;
  for (const RangeEntry& entry : facts.range) {
    if (!all.empty()) all += ' ';
    all += std::to_string(entry.level) + ":" + entry.alias + "=";
    all += entry.relation == kNoIndex ? "-" : facts.relations.at(entry.relation).name;
    all += entry.renames ? "~" : "";
  }
  return all;
}

std::string Levels(const std::string& sql) {
  std::string all;
  for (const QueryLevel& level : Only(sql).levels) {
    all += (all.empty() ? "" : " ");
    all += level.outer == kNoIndex ? "-" : std::to_string(level.outer);
  }
  return all;
}

TEST_CASE("a column is named with its parts and how it is used") {
  CHECK(Columns("SELECT a, t.b, s.t.c, db.s.t.d, t.*, * FROM s.t") ==
        "0:a/output 0:t.b/output 0:s.t.c/output 0:s.t.d/output 0:t.*/output 0:*/output");
  CHECK(Columns("SELECT count(*) FILTER (WHERE a) OVER (ORDER BY b) FROM t WHERE c GROUP BY d "
                "HAVING e LIMIT f") ==
        "0:a/predicate 0:b/ordering 0:c/predicate 0:d/grouping? 0:e/predicate 0:f/predicate");
  CHECK(Columns("SELECT 1 FROM t WHERE a IN (SELECT b FROM u WHERE c)") ==
        "0:a/predicate 1:b/predicate 1:c/predicate");
  CHECK(Columns("SELECT * FROM a JOIN b USING (x, y) NATURAL JOIN c") ==
        "0:*/output 0:*/predicate 0:x/predicate 0:y/predicate");
  CHECK(Columns("SELECT (t).a, t FROM t") == "0:t/output");
}

TEST_CASE("an output column that ORDER BY or GROUP BY names is used so itself") {
  CHECK(Columns("SELECT a, lower(b) AS n FROM t ORDER BY n") ==
        "0:a/output 0:b/output 0:b/ordering");
  CHECK(Columns("SELECT a, b FROM t ORDER BY 2, c") ==
        "0:a/output 0:b/output 0:b/ordering 0:c/ordering");
  CHECK(Columns("SELECT *, b FROM t ORDER BY 2") ==
        "0:*/output 0:*/ordering 0:b/output 0:b/ordering");
  CHECK(Columns("SELECT lower(b) FROM t ORDER BY lower") == "0:b/output 0:b/ordering");
  CHECK(Columns("SELECT a + 1 AS n FROM t GROUP BY n") == "0:a/output 0:a/grouping 0:n/grouping?");
  CHECK(Columns("SELECT DISTINCT ON (n) a AS n FROM t") == "0:a/output 0:a/ordering");
  CHECK(Columns("SELECT a FROM t UNION SELECT b FROM u ORDER BY a") ==
        "1:a/output 1:a/ordering 2:b/output 2:b/ordering");
}

TEST_CASE("what is written is told from what it is set to") {
  CHECK(Columns("INSERT INTO t (a, b) SELECT c, d FROM u RETURNING e") ==
        "0:t.a/assigned 0:t.b/assigned 1:c/output 1:d/output 0:e/output");
  CHECK(Columns("INSERT INTO t AS x VALUES (1)") == "0:x.*/assigned");
  CHECK(Columns("UPDATE t x SET a = b, (c, d) = (SELECT e, f) WHERE g") ==
        "0:x.a/assigned 0:b/output 0:x.c/assigned 1:e/output 1:f/output 0:x.d/assigned "
        "0:g/predicate");
  CHECK(Columns("COPY t (a) FROM STDIN WHERE b") == "0:t.a/assigned 0:b/predicate");
  CHECK(Columns("COPY t TO STDOUT") == "0:t.*/output");
  CHECK(Columns("INSERT INTO t VALUES (1) ON CONFLICT (k) DO UPDATE SET a = excluded.b") ==
        "0:t.*/assigned 0:k/predicate? 0:t.a/assigned 0:excluded.b/output");
  CHECK(Columns("MERGE INTO t USING s ON t.i = s.i WHEN MATCHED AND c THEN UPDATE SET a = s.b "
                "WHEN NOT MATCHED THEN INSERT VALUES (s.d)") ==
        "0:t.i/predicate 0:s.i/predicate 0:c/predicate 0:t.a/assigned 0:s.b/output "
        "0:t.*/assigned 0:s.d/output");
}

TEST_CASE("each query is a level inside the one that it can see") {
  CHECK(Levels("SELECT (SELECT 1 FROM (SELECT 2) x), (SELECT 3)") == "- 0 1 0");
  CHECK(Levels("WITH a AS (SELECT 1) SELECT * FROM a") == "- -");
  CHECK(Levels("INSERT INTO t SELECT (SELECT 1)") == "- - 1");
  CHECK(Levels("SELECT 1 UNION SELECT 2") == "- 0 0");
  CHECK(Levels("CREATE RULE r AS ON INSERT TO a DO ALSO INSERT INTO b VALUES (new.x)") == "- 0 0");
}

TEST_CASE("everything in FROM is an entry of its level's range") {
  CHECK(Range("SELECT 1 FROM a, s.b x, c AS y (p, q)") == "0:a=a 0:x=b 0:y=c~");
  CHECK(Range("SELECT 1 FROM (a JOIN b ON true) AS j, (TABLE c) d, f() g, h(1)") ==
        "0:j=- 0:a=a 0:b=b 0:d=- 1:c=c 0:g=- 0:h=-");
  CHECK(Range("WITH w AS (TABLE t) SELECT 1 FROM w x") == "1:t=t 0:x=-");
  CHECK(Range("SELECT 1 FROM XMLTABLE('/r' PASSING d COLUMNS i int) x") == "0:x=-");
  CHECK(Range("INSERT INTO t VALUES (1) ON CONFLICT (k) DO UPDATE SET a = 1") ==
        "0:excluded=- 0:t=t");
  CHECK(Range("CREATE RULE r AS ON INSERT TO a DO ALSO INSERT INTO b VALUES (new.x)") ==
        "0:a=a 0:old=a 0:new=a 1:b=b");
  CHECK(Range("CREATE TABLE t (a int CHECK (a > 1))") == "0:t=-");
  CHECK(Range("DELETE FROM t USING t u") == "0:t=t 0:u=t");
}

TEST_CASE("definitions name columns that exist, and none that look like one") {
  CHECK(Columns("ALTER TABLE t DROP COLUMN IF EXISTS a, ADD COLUMN b int") == "0:t.a/assigned?");
  CHECK(Columns("GRANT SELECT (a) ON t TO r") == "0:a/output?");
  CHECK(Columns("CREATE DOMAIN d AS int CHECK (VALUE > 0)") == "");
  CHECK(Columns("CREATE TABLE p PARTITION OF q FOR VALUES FROM (MINVALUE) TO (10)") == "");
  CHECK(Columns("CREATE INDEX ON t (lower(a), b) WHERE c") ==
        "0:a/predicate 0:b/predicate? 0:c/predicate");
}

TEST_CASE("relations that are locked are said to be") {
  const auto locked = [](const std::string& sql) {
    std::string all;
    for (const RelationUse& use : Only(sql).relations) {
      if (use.access == Access::kLock) all += use.name;
    }
    return all;
  };
  CHECK(locked("SELECT 1 FROM a, b JOIN c ON true FOR UPDATE") == "abc");
  CHECK(locked("SELECT 1 FROM a, b x, c FOR SHARE OF x NOWAIT FOR UPDATE OF c") == "bc");
  CHECK(locked("SELECT 1 FROM a, (SELECT 1 FROM b, (TABLE c) y) x FOR UPDATE OF x") == "bc");
  CHECK(locked("SELECT 1 FROM a WHERE EXISTS (TABLE b) FOR UPDATE") == "a");
  CHECK(locked("SELECT 1 FROM (SELECT 1 FROM b FOR UPDATE) x, a") == "b");
}

TEST_CASE("many columns and relations are kept once, and entries still mean theirs") {
  std::string sql = "SELECT a0";
  for (int i = 1; i < 200; ++i) sql += ", a" + std::to_string(i % 50);
  sql += " FROM t0";
  for (int i = 1; i < 200; ++i) {
    sql += ", t" + std::to_string(i % 40) + " AS x" + std::to_string(i);
  }
  const StatementFacts facts = Only(sql);
  CHECK(facts.columns.size() == 50);
  REQUIRE(facts.relations.size() == 40);
  CHECK(facts.relations[1].name == "t1");
  REQUIRE(facts.range.size() == 200);
  CHECK(facts.relations.at(facts.range[199].relation).name == "t39");
}

}  // namespace
}  // namespace portreeve::sql
