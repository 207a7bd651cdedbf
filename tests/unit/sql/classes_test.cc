// The class of every kind of statement, from tests/golden/sql_classes.txt.

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <string>

#include "sql/parser.h"

namespace portreeve::sql {
namespace {

TEST_CASE("every statement of the golden list has the class that the list says") {
  std::ifstream file(PORTREEVE_SOURCE_DIR "/tests/golden/sql_classes.txt");
  REQUIRE(file.good());
  int count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream fields(line);
    std::string statement_class, sub_class, housekeeping, sql;
    fields >> statement_class >> sub_class >> housekeeping;
    std::getline(fields >> std::ws, sql);
    const Facts facts = Analyse(sql, {}, {});
    INFO(sql);
    if (facts.syntax_error) FAIL(facts.syntax_error->message);
    REQUIRE(facts.statements.size() == 1);
    const StatementFacts& found = facts.statements.front();
    CHECK(Name(found.statement_class) == statement_class);
    CHECK(Name(found.sub_class) == sub_class);
    CHECK(found.housekeeping == (housekeeping == "yes"));
    CHECK(found.unknown_reason == "");
    ++count;
  }
  CHECK(count >= 150);
}

TEST_CASE("each statement of a text has its own class and extent") {
  const std::string sql = "  SELECT 1 ;\n-- note\nDELETE FROM t; ;\tCOMMIT  ";
  const Facts facts = Analyse(sql, {}, {});
  REQUIRE(facts.statements.size() == 3);
  const auto text = [&](size_t i) {
    return sql.substr(facts.statements[i].offset, facts.statements[i].length);
  };
  CHECK(text(0) == "SELECT 1");
  CHECK(text(1) == "-- note\nDELETE FROM t");
  CHECK(text(2) == "COMMIT");
  CHECK(facts.statements[1].sub_class == SubClass::kDelete);
  CHECK(facts.statements[2].housekeeping);
}

TEST_CASE("a text without a statement has no facts and no error") {
  for (const char* sql : {"", " ", ";", ";;", "-- only a comment", "/* a /* b */ */"}) {
    const Facts facts = Analyse(sql, {}, {});
    CHECK(facts.statements.empty());
    CHECK_FALSE(facts.syntax_error.has_value());
    CHECK_FALSE(facts.not_examined.has_value());
  }
}

TEST_CASE("the mode of strings changes what the text is") {
  const char* sql = R"(SELECT 'a\'; DELETE FROM t; --')";
  const Facts on = Analyse(sql, {}, {.standard_conforming_strings = true});
  REQUIRE(on.statements.size() == 2);
  CHECK(on.statements[1].sub_class == SubClass::kDelete);
  const Facts off = Analyse(sql, {}, {.standard_conforming_strings = false});
  REQUIRE(off.statements.size() == 1);
  CHECK(off.statements[0].sub_class == SubClass::kSelect);
  CHECK(Analyse(sql, {}, {}).statements.size() == 2);
}

TEST_CASE("only COPY FROM STDIN copies in") {
  CHECK(Analyse("COPY t FROM STDIN", {}, {}).statements[0].copies_in);
  CHECK_FALSE(Analyse("COPY t FROM '/x'", {}, {}).statements[0].copies_in);
  CHECK_FALSE(Analyse("COPY t FROM PROGRAM 'x'", {}, {}).statements[0].copies_in);
  CHECK_FALSE(Analyse("COPY t TO STDOUT", {}, {}).statements[0].copies_in);
}

TEST_CASE("locking reads and unrestricted changes are marked") {
  CHECK(Analyse("SELECT 1 FROM t FOR KEY SHARE", {}, {}).statements[0].locks_rows);
  CHECK(Analyse("SELECT 1 FROM (SELECT 1 FROM t FOR UPDATE) x", {}, {}).statements[0].locks_rows);
  CHECK_FALSE(Analyse("SELECT 1 FROM t", {}, {}).statements[0].locks_rows);
  CHECK(Analyse("DELETE FROM t", {}, {}).statements[0].where == Where::kAbsent);
  CHECK(Analyse("WITH u AS (UPDATE t SET a=1 RETURNING 1) SELECT 1", {}, {}).statements[0].where ==
        Where::kAbsent);
  CHECK(Analyse("DELETE FROM t WHERE a", {}, {}).statements[0].where != Where::kAbsent);
}

TEST_CASE("the parameter of a setting is named in lower case") {
  CHECK(Analyse("SET Work_Mem = 1", {}, {}).statements[0].parameter == "work_mem");
  CHECK(Analyse("RESET \"DateStyle\"", {}, {}).statements[0].parameter == "datestyle");
  CHECK(Analyse("SHOW all", {}, {}).statements[0].parameter == "all");
  CHECK(Analyse("SELECT set_config('Role','x',true)", {}, {}).statements[0].parameter == "role");
  CHECK(Analyse("SELECT set_config(a,'x',true) FROM t", {}, {}).statements[0].parameter == "");
}

TEST_CASE("what makes code, or a way to data elsewhere, says so") {
  for (const char* sql : {"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                          "CREATE PROCEDURE p() LANGUAGE sql AS ''",
                          "ALTER FUNCTION f() STABLE",
                          "CREATE TRIGGER t BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION f()",
                          "CREATE EVENT TRIGGER t ON ddl_command_end EXECUTE FUNCTION f()",
                          "CREATE RULE r AS ON UPDATE TO a DO ALSO SELECT 1",
                          "CREATE POLICY p ON a USING (true)",
                          "CREATE CAST (text AS int) WITH FUNCTION f(text)",
                          "CREATE OPERATOR + (LEFTARG = int, FUNCTION = f)",
                          "CREATE AGGREGATE g(int) (SFUNC = f, STYPE = int)",
                          "CREATE EXTENSION x",
                          "CREATE FOREIGN TABLE t (a int) SERVER s",
                          "CREATE SERVER s FOREIGN DATA WRAPPER w",
                          "CREATE USER MAPPING FOR u SERVER s",
                          "IMPORT FOREIGN SCHEMA a FROM SERVER s INTO b",
                          "ALTER FOREIGN TABLE t OPTIONS (SET table_name 'x')",
                          "ALTER TABLE t OPTIONS (SET table_name 'x')",
                          "ALTER SCHEMA a RENAME TO b",
                          "ALTER FUNCTION f() RENAME TO g",
                          "ALTER FUNCTION f() SET SCHEMA s",
                          "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p",
                          "CREATE PUBLICATION p FOR TABLE t",
                          "EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1; CREATE LANGUAGE l"}) {
    INFO(sql);
    CHECK(Analyse(sql, {}, {}).statements.back().makes_code);
  }
  for (const char* sql :
       {"CREATE TABLE t (a int DEFAULT 1)", "CREATE TABLE t AS SELECT 1", "SELECT 1 INTO t",
        "CREATE VIEW v AS SELECT 1", "CREATE INDEX ON t (a)", "ALTER TABLE t ADD COLUMN b int",
        "ALTER TABLE t RENAME COLUMN a TO b", "ALTER TABLE t RENAME TO u",
        "ALTER TABLE t SET SCHEMA s", "CREATE SEQUENCE s", "CREATE TYPE e AS ENUM ('a')",
        "CREATE SCHEMA s CREATE TABLE t (a int)", "DROP FUNCTION f", "REFRESH MATERIALIZED VIEW m",
        "SELECT 1", "UPDATE t SET a = 1"}) {
    INFO(sql);
    CHECK_FALSE(Analyse(sql, {}, {}).statements.back().makes_code);
  }
  CHECK(Analyse("CREATE SCHEMA s CREATE TRIGGER t BEFORE UPDATE ON a FOR EACH ROW "
                "EXECUTE FUNCTION f()",
                {}, {})
            .statements[0]
            .makes_code);
}

}  // namespace
}  // namespace portreeve::sql
