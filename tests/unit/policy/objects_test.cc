// Rules about relations, columns and functions, and guardrails: from SQL text to the decision.

#include "policies.h"
#include "unit/catalog/small_catalog.h"

namespace portreeve::policy {
namespace {

constexpr const char* kReads = "{ class: read, action: allow }";

Decision Decide(const Policy& policy, std::string_view sql) {
  const sql::Facts facts = sql::Analyse(sql, {}, {});
  const auto findings = catalog::Resolve(facts, catalog::Names());
  return policy.Decide(policy.grants().front(), facts, findings);
}

// "allow", or the rule that refuses.
std::string Says(const Policy& policy, std::string_view sql) {
  const Decision decision = Decide(policy, sql);
  return decision.action == Action::kAllow ? "allow" : std::string(decision.rule);
}

std::shared_ptr<const Policy> Guarded(const std::string& guardrail, const char* grant_rule) {
  return Valid("version: 1\ngroups: { all: { claim: sub, any_of: '*' } }\nguardrails:\n  - " +
               guardrail + "\ngrants:\n  - name: g\n    who: all\n    on: { connections: '*' }\n" +
               "    rules: [" + grant_rule + "]\n");
}

TEST_CASE("a refusal by table looks through views, partitions, WITH and what only feeds a change") {
  const auto policy = WithRules({"{ class: read, tables: ['hr.*'], action: refuse }",
                                 "{ class: [any, function], action: allow }"});
  const char* refused = "grants/g/rules/1";
  for (const char* sql :
       {"SELECT * FROM hr.people", "SELECT 1 FROM public.orders, hr.people",
        "SELECT * FROM app.payroll", "SELECT * FROM app.report",
        "WITH w AS (SELECT * FROM hr.people) SELECT 1 FROM w",
        "INSERT INTO public.people SELECT id, salary FROM hr.people",
        "CREATE VIEW public.v AS SELECT * FROM hr.people",
        "CREATE TABLE public.t AS SELECT * FROM hr.people", "COPY hr.people TO STDOUT",
        "PREPARE p AS SELECT * FROM hr.people", "EXPLAIN SELECT * FROM hr.people",
        "DECLARE c CURSOR FOR SELECT * FROM hr.people",
        "UPDATE public.orders SET total = (SELECT max(salary) FROM hr.people) WHERE id = 1",
        "DELETE FROM public.orders USING hr.people p WHERE p.id = orders.id", "TABLE hr.people",
        "SELECT 1; SELECT * FROM hr.people", "SELECT (SELECT salary FROM hr.people LIMIT 1)"}) {
    INFO(sql);
    CHECK(Says(*policy, sql) == refused);
  }
  for (const char* sql : {"SELECT * FROM public.orders", "SELECT 1",
                          "INSERT INTO public.orders VALUES (1, 2, 3)", "BEGIN"}) {
    INFO(sql);
    CHECK(Says(*policy, sql) == "allow");
  }
}

TEST_CASE("what cannot be resolved fits a refusal and no permission by table") {
  const auto refusing = WithRules({"{ class: read, tables: ['hr.*'], action: refuse }", kReads});
  CHECK(Says(*refusing, "SELECT * FROM nowhere") == "grants/g/rules/1");
  CHECK(Says(*refusing, "SELECT * FROM public.nowhere") == "grants/g/rules/1");
  const auto giving = WithRules({"{ class: read, tables: ['public.*'], action: allow }"});
  CHECK(Says(*giving, "SELECT * FROM nowhere") == "defaults");
  CHECK(Says(*giving, "SELECT * FROM public.nowhere") == "defaults");
}

TEST_CASE("a permission by table covers each relation that is named") {
  const auto policy = WithRules({"{ class: read, tables: ['public.*', 'app.*'], action: allow }"});
  CHECK(Says(*policy, "SELECT * FROM orders") == "allow");
  CHECK(Says(*policy, "SELECT 1") == "allow");
  CHECK(Says(*policy, "SELECT * FROM orders JOIN hr.people USING (id)") == "defaults");
  CHECK(Says(*policy, "INSERT INTO orders VALUES (1)") == "defaults");
}

TEST_CASE("who may write some tables may not read others on the way") {
  const auto policy = WithRules({"{ class: write, tables: ['public.*'], action: allow }"});
  CHECK(Says(*policy, "UPDATE orders SET total = 1 WHERE id = 2") == "allow");
  CHECK(Says(*policy, "INSERT INTO orders VALUES (1, 2, 3)") == "allow");
  CHECK(Says(*policy, "INSERT INTO orders SELECT * FROM hr.people") == "defaults");
  CHECK(Says(*policy, "UPDATE hr.people SET salary = 1 WHERE id = 2") == "defaults");
  CHECK(Says(*policy,
             "WITH x AS (DELETE FROM orders WHERE id = 1 RETURNING 1) "
             "DELETE FROM hr.people WHERE id = 1") == "defaults");
}

TEST_CASE("a refusal by column knows every way to name it") {
  const auto policy = WithRules({"{ class: any, columns: ['hr.*.salary'], action: refuse }",
                                 "{ class: [any, function], action: allow }"});
  for (const char* sql :
       {"SELECT salary FROM hr.people", "SELECT * FROM hr.people", "SELECT p FROM hr.people p",
        "SELECT p.* FROM hr.people AS p", "SELECT 1 FROM hr.people WHERE salary > 10",
        "SELECT 1 FROM hr.people ORDER BY salary", "SELECT b FROM hr.people AS p(a, b)",
        "SELECT 1 FROM hr.people GROUP BY people.salary", "TABLE hr.people",
        "UPDATE hr.people SET salary = 0 WHERE id = 1", "COPY hr.people (salary) TO STDOUT",
        "SELECT 1 FROM hr.people NATURAL JOIN public.orders"}) {
    INFO(sql);
    CHECK(Says(*policy, sql) == "grants/g/rules/1");
  }
  CHECK(Says(*policy, "SELECT id FROM hr.people") == "allow");
  CHECK(Says(*policy, "SELECT count(*) FROM hr.people WHERE id > 2") == "allow");
}

TEST_CASE("a refusal by column looks through views") {
  const auto policy = WithRules({"{ class: any, columns: ['hr.*.salary'], action: refuse }",
                                 "{ class: [any, function], action: allow }"});
  for (const char* sql :
       {"SELECT what FROM app.payroll", "TABLE app.report",
        "CREATE VIEW v AS SELECT who FROM app.payroll",
        "COPY (SELECT amount FROM app.totals) TO STDOUT",
        "UPDATE app.payroll SET what = 1 WHERE who = 2", "INSERT INTO app.payroll VALUES (1, 2)"}) {
    INFO(sql);
    CHECK(Says(*policy, sql) == "grants/g/rules/1");
  }
  const auto reading = WithRules({"{ class: read, columns: ['hr.*.salary'], action: refuse }",
                                  "{ class: [any, function], action: allow }"});
  CHECK(Says(*reading, "INSERT INTO app.payroll VALUES (1, 2)") == "allow");
  CHECK(Says(*reading, "INSERT INTO orders SELECT 1, what FROM app.payroll") == "grants/g/rules/1");
}

TEST_CASE("a function that is not known to be harmless needs a permission of its own") {
  const auto reads = WithRules({kReads});
  CHECK(Says(*reads, "SELECT lower('A'), count(*), now() FROM orders") == "allow");
  CHECK(Says(*reads, "SELECT order_total(1)") == "defaults");
  CHECK(Says(*reads, "SELECT nowhere(1)") == "defaults");
  CHECK(Says(*reads, "SELECT pg_sleep(1)") == "defaults");
  const auto named = WithRules(
      {kReads, "{ class: function, functions: ['public.order_total(integer)'], action: allow }"});
  CHECK(Says(*named, "SELECT order_total(1) FROM orders") == "allow");
  CHECK(Says(*named, "SELECT order_total(1), pg_sleep(1)") == "defaults");
}

TEST_CASE("guardrails refuse under every grant, and say which they are") {
  const char* anything = "{ class: [any, unknown], action: allow }";
  const auto escape = Guarded(
      "{ name: no-escape, functions: [pg_read_file, lo_export, 'dblink*'], action: refuse }",
      anything);
  for (const char* sql :
       {"SELECT pg_read_file('x')", "SELECT pg_catalog.pg_read_file('x')",
        "SELECT 1 WHERE dblink_exec('x', 'y') IS NULL", "PREPARE p AS SELECT lo_export(1, 'x')",
        "CREATE VIEW v AS SELECT pg_read_file('x')"}) {
    INFO(sql);
    CHECK(Says(*escape, sql) == "guardrails/no-escape");
  }
  CHECK(Says(*escape, "SELECT lower('pg_read_file')") == "allow");

  const auto where = Guarded(
      "{ name: no-where, class: [update, delete], where: absent, action: refuse }", anything);
  for (const char* sql :
       {"DELETE FROM orders", "DELETE FROM orders WHERE true",
        "UPDATE orders SET id = 1 WHERE id = id", "DELETE FROM orders WHERE 1=1",
        "WITH d AS (DELETE FROM orders RETURNING 1) SELECT 1", "EXPLAIN ANALYZE DELETE FROM orders",
        "PREPARE p AS DELETE FROM orders"}) {
    INFO(sql);
    CHECK(Says(*where, sql) == "guardrails/no-where");
  }
  CHECK(Says(*where, "DELETE FROM orders WHERE id = 1") == "allow");
  CHECK(Says(*where, "SELECT * FROM orders") == "allow");

  const auto functions = Guarded(
      "{ name: no-user-functions, class: function, except: ['public.order_total(integer)'], "
      "action: refuse }",
      anything);
  CHECK(Says(*functions, "SELECT order_total(1)") == "allow");
  CHECK(Says(*functions, "SELECT app.current_person()") == "guardrails/no-user-functions");
  CHECK(Says(*functions, "SELECT order_total(1), app.current_person()") ==
        "guardrails/no-user-functions");
  CHECK(Says(*functions, "DO 'BEGIN END'") == "guardrails/no-user-functions");
}

TEST_CASE("a refusal names what it met") {
  const auto policy = WithRules({"{ class: read, tables: ['hr.*'], action: refuse }", kReads});
  const Decision decision = Decide(*policy, "TABLE hr.people");
  CHECK_THAT(decision.refusal.message, Catch::Matchers::Contains("hr.people"));
  CHECK(decision.refusal.detail == "Rule grants/g/rules/1, class read.");
}

}  // namespace
}  // namespace portreeve::policy
