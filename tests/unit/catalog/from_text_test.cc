// From SQL text to findings, through the parser: what each way to write a name is found to mean.

#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sql/parser.h"
#include "unit/catalog/small_catalog.h"

namespace portreeve::catalog {
namespace {

// The small catalog with a foreign table and a child of public.people.
NameSpace MoreNames() {
  SnapshotParts parts = SmallParts();
  parts.relations.push_back(
      MakeRelation(20200, "public", "far", {"id"}, RelationKind::kForeignTable));
  parts.relations.push_back(MakeRelation(20201, "public", "staff", {"id", "name", "boss"}));
  parts.relations.back().parents = {20001};
  parts.relations.push_back(MakeRelation(20202, "public", "seen", {"x"}, RelationKind::kView));
  parts.relations.back().reaches = {20200};
  NameSpace names = Names();
  names.snapshot = Snapshot::Make(std::move(parts));
  return names;
}

// Of the last statement.
Findings Of(std::string_view sql) {
  const auto findings = Resolve(sql::Analyse(sql, {}, {}), MoreNames());
  INFO(sql);
  REQUIRE_FALSE(findings.empty());
  return findings.back();
}

Lines RelationsOf(std::string_view sql) { return Relations(Of(sql)); }
Lines ColumnsOf(std::string_view sql) { return Columns(Of(sql)); }
Lines FunctionsOf(std::string_view sql) { return Functions(Of(sql)); }

TEST_CASE("a view in any statement brings what it reaches and calls") {
  const Lines through = {"app.payroll read", "hr.people read (derived)"};
  const Lines calls = {"app.current_person()!"};
  for (const char* sql :
       {"SELECT who FROM app.payroll", "TABLE app.payroll", "COPY app.payroll TO STDOUT",
        "COPY (SELECT 1 FROM app.payroll) TO STDOUT", "EXPLAIN ANALYZE TABLE app.payroll",
        "DECLARE c CURSOR FOR TABLE app.payroll", "PREPARE p AS TABLE app.payroll",
        "SELECT 1 WHERE EXISTS (TABLE app.payroll)", "WITH w AS (TABLE app.payroll) SELECT 1"}) {
    INFO(sql);
    CHECK(RelationsOf(sql) == through);
    CHECK(FunctionsOf(sql) == calls);
    CHECK(Of(sql).statement_class == sql::StatementClass::kFunction);
  }
  CHECK(RelationsOf("SELECT line FROM app.report").size() == 7);
  CHECK(RelationsOf("INSERT INTO app.payroll VALUES (1)") ==
        Lines{"app.payroll insert", "hr.people insert (derived)"});
  CHECK(RelationsOf("CREATE VIEW v AS TABLE app.payroll") ==
        Lines{"app.payroll read", "hr.people read (derived)", "public.v ddl"});
}

TEST_CASE("a materialized view reaches what it was made of, and reads it when it is refreshed") {
  CHECK(RelationsOf("SELECT amount FROM app.totals") ==
        Lines{"app.totals read", "hr.people read (derived)"});
  CHECK(RelationsOf("REFRESH MATERIALIZED VIEW app.totals") ==
        Lines{"app.totals ddl", "hr.people read (derived)"});
}

TEST_CASE("partitions and children are touched with their parents, and the other way round") {
  CHECK(RelationsOf("TRUNCATE hr.pay") == Lines{"hr.pay truncate", "hr.pay_2025 truncate (derived)",
                                                "hr.pay_2026 truncate (derived)",
                                                "hr.pay_2026_11 truncate (derived)"});
  CHECK(RelationsOf("SELECT FROM hr.pay_2025") ==
        Lines{"hr.pay read (derived)", "hr.pay_2025 read"});
  CHECK(ColumnsOf("SELECT amount FROM hr.pay_2025") ==
        Lines{"hr.pay.amount output", "hr.pay_2025.amount output"});
  CHECK(ColumnsOf("SELECT name FROM people") ==
        Lines{"public.people.name output", "public.staff.name output"});
  CHECK(RelationsOf("SELECT FROM ONLY people") ==
        Lines{"public.people read", "public.staff read (derived)"});
}

TEST_CASE("a foreign table is a relation like others, in itself and behind a view") {
  CHECK(RelationsOf("SELECT id FROM far") == Lines{"public.far read"});
  CHECK(RelationsOf("SELECT x FROM seen") ==
        Lines{"public.far read (derived)", "public.seen read"});
}

TEST_CASE("functions are found wherever they are called") {
  const Lines called = {"public.order_total(integer)!"};
  for (const char* sql :
       {"SELECT order_total(1)", "SELECT FROM order_total(1)", "TABLE orders LIMIT order_total(1)",
        "SELECT FROM orders WHERE id IN (SELECT order_total(1))",
        "SELECT FROM ROWS FROM (order_total(1)) x", "CALL order_total(1)",
        "EXECUTE p(order_total(1))", "COPY (SELECT order_total(1)) TO STDOUT",
        "COPY orders FROM STDIN WHERE order_total(id) > 1", "VALUES (order_total(1))",
        "SELECT count(id) FILTER (WHERE order_total(1) > 0) FROM orders",
        "INSERT INTO orders VALUES (order_total(1))",
        "INSERT INTO orders VALUES (1) ON CONFLICT (id) DO UPDATE SET total = order_total(1)",
        "EXPLAIN SELECT order_total(1)"}) {
    INFO(sql);
    Lines found = FunctionsOf(sql);
    std::erase(found, "pg_catalog.count()");
    CHECK(found == called);
    CHECK(Of(sql).statement_class >= sql::StatementClass::kFunction);
  }
}

TEST_CASE("a definition that will call a function names it") {
  const Lines called = {"public.order_total(integer)!"};
  for (const char* sql :
       {"CREATE TABLE t (a int DEFAULT order_total(1))", "CREATE INDEX ON orders (order_total(id))",
        "ALTER TABLE orders ALTER total SET DEFAULT order_total(1)",
        "ALTER TABLE orders ADD CHECK (order_total(id) > 0)",
        "CREATE DOMAIN d AS int CHECK (order_total(VALUE) > 0)",
        "CREATE POLICY p ON orders USING (order_total(id) > 0)",
        "CREATE STATISTICS s ON (order_total(id)), total FROM orders",
        "CREATE TABLE t (a int GENERATED ALWAYS AS (order_total(1)) STORED)",
        "CREATE TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW WHEN (order_total(old.id) > 0) "
        "EXECUTE FUNCTION f()"}) {
    INFO(sql);
    CHECK(FunctionsOf(sql) == called);
    CHECK(Of(sql).statement_class == sql::StatementClass::kDdl);
  }
  CHECK(RelationsOf("CREATE RULE r AS ON INSERT TO orders DO ALSO DELETE FROM hr.people") ==
        Lines{"hr.people delete", "public.orders ddl"});
}

TEST_CASE("a function is found behind a row or a value as well") {
  const Lines called = {"public.secrets(people)!"};
  for (const char* sql :
       {"SELECT secrets(p) FROM people p", "SELECT p.secrets FROM people p",
        "SELECT (p).secrets FROM people p", "SELECT (SELECT p FROM people p).secrets",
        "SELECT ((p)).secrets FROM people p", "SELECT (ARRAY(TABLE people))[1].secrets",
        "SELECT (ROW(1, 'x')::people).secrets", "SELECT public.people.secrets FROM public.people",
        "UPDATE people SET name = 'x' WHERE (people).secrets = 1"}) {
    INFO(sql);
    CHECK(FunctionsOf(sql) == called);
    CHECK(Of(sql).statement_class >= sql::StatementClass::kFunction);
  }
  CHECK(FunctionsOf("SELECT (5).pg_sleep") == Lines{"pg_catalog.pg_sleep(double precision)!"});
}

TEST_CASE("operators and casts of users are calls") {
  CHECK(FunctionsOf("SELECT 1 OPERATOR(evil.=) 1") == Lines{"evil.equal(integer, integer)!"});
  for (const char* sql :
       {"SELECT 1 = 1", "SELECT 1 IN (1)", "SELECT 1 = ANY ('{1}')", "SELECT 1 IN (SELECT 1)",
        "SELECT CASE 1 WHEN 1 THEN 1 END", "SELECT NULLIF(1, 1)", "SELECT 1 IS DISTINCT FROM 1",
        "SELECT FROM far a JOIN far b USING (id)", "SELECT FROM far a NATURAL JOIN far b",
        "SELECT (1, 2) = (1, 2)"}) {
    INFO(sql);
    CHECK(FunctionsOf(std::string("SET search_path = evil, public; ") + sql) ==
          Lines{"evil.equal(integer, integer)!"});
  }
  for (const char* sql :
       {"SELECT 'x'::app.email", "SELECT CAST('x' AS app.email)", "SELECT app.email 'x'",
        "SELECT '{x}'::app.email[]", "CREATE TABLE t (e app.email)"}) {
    INFO(sql);
    CHECK(FunctionsOf(sql) == Lines{"app.is_email(text)!"});
  }
}

TEST_CASE("a search_path that the text sets may hold for what follows in it") {
  for (const char* sql :
       {"SET search_path = evil, public; SELECT FROM orders",
        "SET LOCAL search_path = evil, public; SELECT FROM orders",
        "SELECT set_config('search_path', 'evil, public', true); SELECT FROM orders"}) {
    INFO(sql);
    CHECK(RelationsOf(sql) == Lines{"evil.orders read", "public.orders read"});
  }
  CHECK(FunctionsOf("SET search_path = evil, pg_catalog; SELECT lower('x')") ==
        Lines{"evil.lower(text)!", "pg_catalog.lower(anyrange)", "pg_catalog.lower(text)"});
  CHECK(RelationsOf("SELECT set_config('search_path', x, true) FROM far; SELECT FROM orders") ==
        Lines{"closed.orders read", "evil.orders read", "public.orders read"});
}

TEST_CASE("a temporary relation hides nothing from the rules") {
  for (const char* made :
       {"CREATE TEMP TABLE orders (id int)", "SELECT 1 AS id INTO TEMP orders",
        "CREATE TEMP TABLE orders AS SELECT 1 AS id", "CREATE TEMP VIEW orders AS SELECT 1 AS id",
        "CREATE TABLE pg_temp.orders (id int)"}) {
    INFO(made);
    CHECK(RelationsOf(std::string(made) + "; SELECT id FROM orders") ==
          Lines{"pg_temp.orders read", "public.orders read"});
  }
}

TEST_CASE("a WITH query hides a relation of its name only where the server looks for it first") {
  CHECK(RelationsOf("WITH people AS (SELECT 1 AS id) SELECT id FROM people").empty());
  CHECK(RelationsOf("WITH orders AS (TABLE orders) TABLE orders") == Lines{"public.orders read"});
  CHECK(RelationsOf("WITH people AS (SELECT 1) TABLE hr.people") == Lines{"hr.people read"});
  CHECK(RelationsOf("WITH orders AS (SELECT 1) DELETE FROM orders") ==
        Lines{"public.orders delete"});
  CHECK(RelationsOf("WITH RECURSIVE orders AS (SELECT 1 UNION TABLE orders) TABLE orders").empty());
}

TEST_CASE("columns are found behind aliases, rows and joins") {
  CHECK(ColumnsOf("SELECT x.salary FROM hr.people x") == Lines{"hr.people.salary output"});
  CHECK(ColumnsOf("SELECT x.b FROM hr.people AS x(a, b)") == Lines{"hr.people.* output"});
  for (const char* sql : {"SELECT x FROM hr.people x", "SELECT (x).salary FROM hr.people x",
                          "SELECT x.* FROM hr.people x", "SELECT ROW(x.*) FROM hr.people x",
                          "SELECT row_to_json(x) FROM hr.people x", "TABLE hr.people"}) {
    INFO(sql);
    CHECK(ColumnsOf(sql) == Lines{"hr.people.* output"});
  }
  CHECK(ColumnsOf("SELECT FROM orders JOIN hr.people USING (id)") ==
        Lines{"hr.people.id predicate", "public.orders.id predicate"});
  CHECK(ColumnsOf("SELECT FROM orders NATURAL JOIN hr.people") ==
        Lines{"hr.people.* predicate", "public.orders.* predicate"});
  CHECK(ColumnsOf("SELECT FROM hr.people WHERE (SELECT salary) > 1") ==
        Lines{"hr.people.salary predicate"});
}

TEST_CASE("newer syntax that the parser takes for older names something that is not there") {
  for (const char* sql :
       {"INSERT INTO orders VALUES (1) RETURNING old.total",
        "UPDATE orders SET total = 1 WHERE id = 1 RETURNING new.total",
        "DELETE FROM orders RETURNING old.*", "DELETE FROM orders RETURNING old",
        "DELETE FROM orders RETURNING to_json(new)", "DELETE FROM orders RETURNING (old).total",
        "WITH d AS (DELETE FROM orders RETURNING old.total) TABLE d"}) {
    INFO(sql);
    CHECK(Of(sql).statement_class == sql::StatementClass::kUnknown);
    CHECK(Of(sql).unknown_reason.find("belongs to nothing") != std::string::npos);
  }
  CHECK(ColumnsOf("DELETE FROM orders AS old RETURNING old.total") ==
        Lines{"public.orders.total output"});
  CHECK(Of("CREATE RULE r AS ON UPDATE TO orders DO INSERT INTO far VALUES (old.id)")
            .statement_class == sql::StatementClass::kDdl);
  CHECK(FunctionsOf("SELECT JSON_VALUE('{}', '$'), JSON_ARRAY(1)") ==
        Lines{".json_array()!?", ".json_value()!?"});
}

TEST_CASE("newer syntax that the parser does not take has no findings") {
  for (const char* sql :
       {"DELETE FROM orders RETURNING WITH (OLD AS o) o.total", "SELECT 1_000", "SELECT 0x1F",
        "MERGE INTO orders o USING far f ON o.id = f.id WHEN MATCHED THEN DELETE RETURNING o.id",
        "MERGE INTO orders o USING far f ON true WHEN NOT MATCHED BY SOURCE THEN DELETE",
        "SELECT FROM JSON_TABLE('[]', '$' COLUMNS (a int PATH '$')) t",
        "SELECT count(*) FROM (TABLE orders)", "SELECT now() AT LOCAL"}) {
    INFO(sql);
    const sql::Facts facts = sql::Analyse(sql, {}, {});
    CHECK(facts.syntax_error.has_value());
    CHECK(Resolve(facts, MoreNames()).empty());
  }
}

TEST_CASE("a change of the system catalogs is one like others") {
  CHECK(RelationsOf("UPDATE pg_class SET relname = 'x' WHERE oid = 1") ==
        Lines{"pg_catalog.pg_class update"});
  CHECK(RelationsOf("DELETE FROM pg_catalog.pg_class") == Lines{"pg_catalog.pg_class delete"});
}

}  // namespace
}  // namespace portreeve::catalog
