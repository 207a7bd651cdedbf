// Whether the WHERE of an UPDATE, DELETE or MERGE restricts, and LIMIT.

#include <catch2/catch.hpp>
#include <string>

#include "only.h"

namespace portreeve::sql {
namespace {

Where Of(const std::string& sql) { return Only(sql).where; }

TEST_CASE("a condition on a column of the target restricts") {
  for (const char* where : {"id = 1",
                            "id = $1",
                            "t.id IN (1, 2)",
                            "id = ANY ($1)",
                            "id BETWEEN 1 AND 2",
                            "lower(name) = 'x'",
                            "a <> b",
                            "id = 1 AND 1 = 1",
                            "id = 1 OR name LIKE 'x%'",
                            "NOT (id = 1)",
                            "deleted IS NULL",
                            "active",
                            "NOT active",
                            "(id, name) = (1, 'x')",
                            "data->>'k' = 'v'",
                            "day < now() - interval '1 day'",
                            "day + interval '1 day' < now()",
                            "id IN (SELECT t_id FROM u)",
                            "id IN (SELECT id FROM t ORDER BY id LIMIT 10)",
                            "id = ANY (SELECT unnest($1::int[]))",
                            "EXISTS (SELECT 1 FROM u WHERE u.id = t.id)",
                            "NOT EXISTS (SELECT 1 FROM u WHERE u.id = t.id)",
                            "CURRENT OF c",
                            "date(day) = $1",
                            "name IS DISTINCT FROM 'x'",
                            "id = 1::bigint",
                            "5 = id"}) {
    INFO(where);
    CHECK(Of(std::string("DELETE FROM t WHERE ") + where) == Where::kRestricting);
    CHECK(Of(std::string("UPDATE t SET a = 1 WHERE ") + where) == Where::kRestricting);
  }
  CHECK(Of("DELETE FROM t USING u WHERE t.id = u.id") == Where::kRestricting);
  CHECK(Of("UPDATE t SET a = 1 FROM u WHERE t.id = u.id AND u.x = 1") == Where::kRestricting);
  CHECK(Of("DELETE FROM s.t AS x WHERE x.id = 1") == Where::kRestricting);
}

TEST_CASE("what says nothing of the target does not restrict") {
  for (const char* where : {"true",
                            "1 = 1",
                            "id = id",
                            "t.id = id",
                            "NOT false",
                            "$1",
                            "$1::boolean",
                            "'x' = 'x'",
                            "id = 1 OR true",
                            "id = 1 OR 1 = 1",
                            "NOT (id = 1 AND false)",
                            "id = id + 0",
                            "id >= coalesce(id, 0)",
                            "name LIKE '%'",
                            "coalesce(id IS NULL, true)",
                            "id IN (1, id)",
                            "now() > '2000-01-01'",
                            "(SELECT true)",
                            "EXISTS (SELECT 1)",
                            "EXISTS (SELECT 1 FROM u WHERE u.id = 1)",
                            "EXISTS (SELECT 1 FROM t WHERE t.id = 1)",
                            "id = (SELECT id)",
                            "id IN (SELECT t.id FROM u)",
                            "id IN (SELECT id FROM t)",
                            "id IN (SELECT id FROM (SELECT 1) x)",
                            "id BETWEEN id AND id",
                            "random() >= 0",
                            "id * 0 = 0",
                            "(id, a) = (id, a)",
                            "id = 1 IS NOT NULL OR true"}) {
    INFO(where);
    CHECK(Of(std::string("DELETE FROM t WHERE ") + where) == Where::kTrivial);
    CHECK(Of(std::string("UPDATE t SET a = 1 WHERE ") + where) == Where::kTrivial);
  }
  CHECK(Of("DELETE FROM t USING v WHERE v.id = 1") == Where::kTrivial);
  CHECK(Of("DELETE FROM t USING v WHERE id = 1") == Where::kTrivial);
  CHECK(Of("DELETE FROM t USING t u WHERE t.id = u.id") == Where::kTrivial);
  CHECK(Of("DELETE FROM t") == Where::kAbsent);
  CHECK(Of("EXPLAIN DELETE FROM t") == Where::kNone);
  CHECK(Of("SELECT 1 FROM t") == Where::kNone);
}

TEST_CASE("the least restricting of several decides") {
  CHECK(Of("WITH d AS (DELETE FROM t WHERE id = 1) DELETE FROM u") == Where::kAbsent);
  CHECK(Of("WITH d AS (DELETE FROM t WHERE true) DELETE FROM u WHERE id = 1") == Where::kTrivial);
}

TEST_CASE("MERGE restricts by its join and its branches") {
  CHECK(Of("MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DELETE") == Where::kRestricting);
  CHECK(Of("MERGE INTO t USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE") == Where::kTrivial);
  CHECK(Of("MERGE INTO t USING s ON true WHEN MATCHED AND t.a = 1 THEN DELETE") ==
        Where::kRestricting);
  CHECK(Of("MERGE INTO t USING s ON true WHEN NOT MATCHED THEN INSERT VALUES (1)") == Where::kNone);
}

TEST_CASE("a condition of any depth and size is judged in bounded time and stack") {
  std::string deep = "DELETE FROM t WHERE id = 1";
  for (int i = 0; i < 1000; ++i) deep += " AND (b";
  deep += std::string(1000, ')');
  CHECK(Of(deep) != Where::kNone);
  std::string unions = "DELETE FROM t WHERE id IN (SELECT a FROM u";
  for (int i = 0; i < 1000; ++i) unions += " UNION SELECT a FROM u";
  CHECK(Of(unions + ")") == Where::kTrivial);
}

TEST_CASE("only a constant LIMIT of the outermost query counts") {
  const auto limit = [](const std::string& sql) {
    return Analyse(sql, {}, {}).statements.at(0).limit;
  };
  CHECK(limit("SELECT 1 LIMIT 5") == 5u);
  CHECK(limit("SELECT 1 LIMIT 0") == 0u);
  CHECK(limit("SELECT 1 FETCH FIRST ROW ONLY") == 1u);
  CHECK(limit("SELECT 1 UNION SELECT 2 LIMIT 5000000000") == 5000000000u);
  CHECK(limit("WITH a AS (SELECT 1 LIMIT 3) SELECT 1 LIMIT 4") == 4u);
  CHECK(limit("DECLARE c CURSOR FOR SELECT 1 LIMIT 4") == 4u);
  for (const char* sql : {"SELECT 1", "SELECT 1 LIMIT ALL", "SELECT 1 LIMIT NULL",
                          "SELECT 1 LIMIT $1", "SELECT 1 LIMIT 1 + 1",
                          "SELECT 1 FROM (SELECT 1 LIMIT 5) x", "INSERT INTO t SELECT 1 LIMIT 5",
                          "SELECT a FROM t ORDER BY a FETCH FIRST 5 ROWS WITH TIES"}) {
    INFO(sql);
    CHECK_FALSE(limit(sql).has_value());
  }
}

}  // namespace
}  // namespace portreeve::sql
