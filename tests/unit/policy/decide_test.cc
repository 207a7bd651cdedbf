// Decisions over statements as the real parser describes them.

#include "policies.h"

namespace portreeve::policy {
namespace {

using Catch::Matchers::Contains;

TEST_CASE("what no rule names is refused") {
  const auto policy = WithRules({"{ class: read, action: allow }"});
  CHECK(Allows(*policy, "SELECT 1"));
  for (const char* sql :
       {"INSERT INTO t VALUES (1)", "DELETE FROM t", "DROP TABLE t", "CREATE ROLE r",
        "DO 'begin end'", "COPY t FROM PROGRAM 'x'", "LISTEN c", "SELECT 1; DELETE FROM t"}) {
    const Decision decision = DecideSql(*policy, sql);
    INFO(sql);
    CHECK(decision.action == Action::kRefuse);
    CHECK(decision.rule == "defaults");
    CHECK(decision.refusal.sqlstate == "42501");
  }
}

TEST_CASE("the effect anywhere in a statement decides, not its first word") {
  const auto policy = WithRules({"{ class: read, action: allow }"});
  CHECK_FALSE(Allows(*policy, "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x"));
  CHECK_FALSE(Allows(*policy, "EXPLAIN ANALYZE DELETE FROM t"));
  CHECK_FALSE(Allows(*policy, "PREPARE p AS DELETE FROM t"));
  CHECK_FALSE(Allows(*policy, "SELECT 1 INTO t"));
}

TEST_CASE("the strictest rule wins, wherever it stands") {
  const std::string allow = "{ class: [read, write], action: allow }";
  const std::string refuse = "{ class: [delete, ddl], action: refuse, message: no deleting }";
  for (const auto& rules : {std::vector{allow, refuse}, std::vector{refuse, allow}}) {
    const auto policy = WithRules(rules);
    CHECK(Allows(*policy, "INSERT INTO t VALUES (1)"));
    const Decision decision = DecideSql(*policy, "DELETE FROM t WHERE id = 1");
    CHECK(decision.action == Action::kRefuse);
    CHECK(decision.refusal.message == "no deleting");
  }
}

TEST_CASE("of rules that say the same the first is named") {
  const auto policy =
      WithRules({"{ class: select, action: allow }", "{ class: read, action: allow }",
                 "{ class: delete, action: refuse }", "{ class: write, action: refuse }"});
  CHECK(DecideSql(*policy, "SELECT 1").rule == "grants/g/rules/1");
  CHECK(DecideSql(*policy, "DELETE FROM t").rule == "grants/g/rules/3");
  CHECK(DecideSql(*policy, "INSERT INTO t VALUES (1)").rule == "grants/g/rules/4");
}

TEST_CASE("a text of several statements is decided whole, by its strictest decision") {
  const auto policy =
      WithRules({"{ class: read, action: allow }", "{ class: insert, action: allow }",
                 "{ class: ddl, action: refuse, message: no ddl }"});
  CHECK(Allows(*policy, "SELECT 1; INSERT INTO t VALUES (1); SELECT 2"));
  for (const char* sql : {"DROP TABLE t; SELECT 1", "SELECT 1; DROP TABLE t",
                          "BEGIN; SELECT 1; DROP TABLE t; COMMIT"}) {
    const Decision decision = DecideSql(*policy, sql);
    INFO(sql);
    CHECK(decision.action == Action::kRefuse);
    CHECK(decision.rule == "grants/g/rules/3");
    CHECK(decision.refusal.message == "no ddl");
  }
  CHECK_FALSE(Allows(*policy, "SELECT 1; SELECT FROM WHERE"));
}

TEST_CASE("a text with housekeeping around it is recorded under the rule of what it does") {
  const auto policy = WithRules({"{ class: read, action: allow }"});
  CHECK(DecideSql(*policy, "BEGIN; SELECT 1; COMMIT").rule == "grants/g/rules/1");
  CHECK(DecideSql(*policy, "BEGIN").rule == "housekeeping");
}

TEST_CASE("an empty text passes under every grant") {
  const auto policy = WithRules({"{ class: any, action: refuse }"});
  for (const char* sql : {"", ";", "-- nothing", "/* nothing */ ;;"}) CHECK(Allows(*policy, sql));
}

TEST_CASE("a refusal names its rule in DETAIL and what to do in HINT") {
  const auto policy = WithRules({"{ class: read, action: allow }",
                                 "{ class: ddl, action: refuse, message: 'use migrations' }",
                                 "{ class: truncate, action: refuse }"});
  const base::Refusal own = DecideSql(*policy, "DROP TABLE t").refusal;
  CHECK(own.sqlstate == "42501");
  CHECK(own.message == "use migrations");
  CHECK(own.detail == "Rule grants/g/rules/2, class ddl.");
  CHECK_THAT(own.hint, Contains("grant g") && Contains("connect under one that does"));
  const base::Refusal general = DecideSql(*policy, "TRUNCATE t").refusal;
  CHECK(general.message == "portreeve refused this statement: TRUNCATE");
  CHECK(general.detail == "Rule grants/g/rules/3, class write.");
  const base::Refusal defaulted = DecideSql(*policy, "COPY t FROM PROGRAM 'x'").refusal;
  CHECK(defaulted.message == "portreeve refused this statement: COPY PROGRAM");
  CHECK(defaulted.detail == "Rule defaults, class write.");
  CHECK_THAT(defaulted.hint, Contains("grant g"));
}

TEST_CASE("housekeeping passes unless a rule refuses it by name") {
  const std::vector<std::string> housekeeping = {"BEGIN", "COMMIT", "SHOW TimeZone",
                                                 "SET TimeZone = 'UTC'", "DEALLOCATE ALL"};
  for (const std::vector<std::string>& rules :
       {std::vector<std::string>{"{ class: read, action: allow }"},
        std::vector<std::string>{"{ class: any, action: refuse }"}}) {
    const auto policy = WithRules(rules);
    for (const std::string& sql : housekeeping) {
      INFO(sql);
      CHECK(DecideSql(*policy, sql).rule == "housekeeping");
      CHECK(Allows(*policy, sql));
    }
  }
  const auto by_class =
      WithRules({"{ class: any, action: allow }", "{ class: misc, action: refuse }"});
  for (const std::string& sql : housekeeping) CHECK_FALSE(Allows(*by_class, sql));
  const auto by_kind =
      WithRules({"{ class: any, action: refuse }", "{ class: transaction, action: refuse }"});
  CHECK_FALSE(Allows(*by_kind, "BEGIN"));
  CHECK(Allows(*by_kind, "SHOW TimeZone"));
}

TEST_CASE("a SET that lifts a wall is no housekeeping") {
  const auto policy = WithRules({"{ class: read, action: allow }"});
  for (const char* sql : {"SET ROLE postgres", "RESET ROLE", "SET SESSION AUTHORIZATION postgres",
                          "SET standard_conforming_strings = off", "PREPARE TRANSACTION 'x'",
                          "SELECT set_config('role', 'postgres', false)"}) {
    INFO(sql);
    CHECK_FALSE(Allows(*policy, sql));
  }
}

TEST_CASE("any does not mean what cannot be understood") {
  const auto policy = WithRules({"{ class: any, action: allow }"});
  const Decision decision = DecideSql(*policy, "SELECT 1 FROM t WHERE");
  CHECK(decision.action == Action::kRefuse);
  CHECK(decision.rule == "syntax");
  CHECK(decision.refusal.sqlstate == "42601");
  CHECK(decision.refusal.message == "syntax error at end of input");
  CHECK(decision.position == 22);
  CHECK_THAT(decision.refusal.detail, Contains("the server was not asked"));
  CHECK_THAT(decision.refusal.hint, Contains("grant g") && Contains("class unknown"));
  const std::string too_large(2 << 20, ' ');
  CHECK_FALSE(Allows(*policy, too_large + "SELECT 1"));
}

TEST_CASE("a text that was not examined is refused by a rule that it names") {
  const std::string hostile = std::string(100, '(') + std::string(2 << 20, '1');
  const auto silent = WithRules({"{ class: any, action: allow }"});
  const Decision by_default = DecideSql(*silent, hostile);
  CHECK(by_default.rule == "defaults");
  CHECK(by_default.refusal.sqlstate == "42501");
  CHECK_THAT(by_default.refusal.detail, Contains("Rule defaults, class unknown. Not examined: "));
  const auto spoken = WithRules({"{ class: unknown, action: refuse, message: too strange }"});
  const Decision by_rule = DecideSql(*spoken, hostile);
  CHECK(by_rule.rule == "grants/g/rules/1");
  CHECK(by_rule.refusal.message == "too strange");
  CHECK_THAT(by_rule.refusal.detail, Contains("Rule grants/g/rules/1, class unknown."));
}

TEST_CASE("unknown is allowed by its name only, and refused before it is allowed") {
  const auto allowed = WithRules({"{ class: [any, unknown], action: allow }"});
  CHECK(Allows(*allowed, "SELECT FROM WHERE"));
  CHECK(DecideSql(*allowed, "SELECT FROM WHERE").rule == "grants/g/rules/1");
  const auto both = WithRules({"{ class: [read, unknown], action: allow }",
                               "{ class: [do_block, unknown], action: refuse, message: why }"});
  const Decision decision = DecideSql(*both, "SELECT FROM WHERE");
  CHECK(decision.action == Action::kRefuse);
  CHECK(decision.rule == "grants/g/rules/2");
  CHECK(decision.refusal.sqlstate == "42601");
  CHECK_THAT(decision.refusal.detail, Contains("why"));
}

TEST_CASE("a FunctionCall message is allowed by its own name only") {
  const auto decide = [](const std::vector<std::string>& rules) {
    const auto policy = WithRules(rules);
    Decision decision = policy->DecideFunctionCall(policy->grants().front());
    return std::pair(decision.action, std::string(decision.rule));
  };
  using Expected = std::pair<Action, std::string>;
  CHECK(decide({"{ class: any, action: allow }"}) == Expected{Action::kRefuse, "defaults"});
  CHECK(decide({"{ class: function, action: allow }"}) == Expected{Action::kRefuse, "defaults"});
  CHECK(decide({"{ class: [any, function_call], action: allow }"}) ==
        Expected{Action::kAllow, "grants/g/rules/1"});
  CHECK(decide({"{ class: function_call, action: allow }", "{ class: any, action: refuse }"}) ==
        Expected{Action::kAllow, "grants/g/rules/1"});
  CHECK(decide({"{ class: [read, function_call], action: allow }",
                "{ class: [function_call, ddl], action: refuse }"}) ==
        Expected{Action::kRefuse, "grants/g/rules/2"});
}

TEST_CASE("a refused FunctionCall message says what to do instead") {
  const auto policy = WithRules({"{ class: any, action: allow }"});
  const base::Refusal refusal = policy->DecideFunctionCall(policy->grants().front()).refusal;
  CHECK(refusal.sqlstate == "42501");
  CHECK(refusal.detail == "Rule defaults, class function.");
  CHECK(refusal.hint == "Call the function in a SELECT.");
}

}  // namespace
}  // namespace portreeve::policy
