#include "policy/trace.h"

#include <algorithm>

#include "policies.h"

namespace portreeve::policy {
namespace {

catalog::Findings FindingsOf(std::string_view sql) {
  const sql::Facts facts = sql::Analyse(sql, {}, {});
  REQUIRE(facts.statements.size() == 1);
  catalog::Findings findings = catalog::FindingsWithoutNames(facts.statements[0]);
  for (const sql::RelationUse& use : facts.statements[0].relations) {
    findings.relations.push_back({use.schema, use.name, use.access, true, true});
  }
  for (const sql::ColumnUse& use : facts.statements[0].columns) {
    const sql::RelationUse& relation = facts.statements[0].relations.at(0);
    findings.columns.push_back({relation.schema, relation.name, use.name, use.usage});
  }
  for (const sql::FunctionUse& use : facts.statements[0].functions) {
    findings.functions.push_back({use.schema, use.name, "", true, use.schema.empty()});
    if (!use.schema.empty()) findings.statement_class = sql::StatementClass::kFunction;
    if (!use.schema.empty()) findings.sub_class = sql::SubClass::kCall;
  }
  return findings;
}

StatementTrace Traced(const Policy& policy, std::string_view sql,
                      const ConnectionRef* connection = nullptr) {
  return TraceOf(policy, policy.grants().front(), FindingsOf(sql), connection);
}

// Why a policy of this one rule beside one that allows everything does not refuse the statement.
std::string WhyNot(const std::string& rule, std::string_view sql,
                   const ConnectionRef* connection = nullptr) {
  const auto policy = WithRules({rule, "{ class: any, action: allow }"});
  const StatementTrace trace = Traced(*policy, sql, connection);
  REQUIRE(trace.rules.size() == 2);
  CHECK_FALSE(trace.rules[0].matches);
  return trace.rules[0].why_not;
}

TEST_CASE("a trace says what a rule met, or which condition does not hold") {
  const auto policy = WithRules(
      {"{ class: read, tables: 'hr.*', action: refuse }", "{ class: read, action: allow }"});
  const StatementTrace trace = Traced(*policy, "SELECT name FROM hr.people");
  CHECK(trace.action == Action::kRefuse);
  CHECK(trace.rule == "grants/g/rules/1");
  REQUIRE(trace.rules.size() == 2);
  CHECK(trace.rules[0].matches);
  CHECK(trace.rules[0].object == "relation hr.people");
  CHECK(trace.rules[0].why_not.empty());
  CHECK(trace.rules[1].matches);
  CHECK(WhyNot("{ class: read, tables: 'hr.*', action: refuse }", "SELECT a FROM app.t") ==
        "tables: it reaches none of them");
  CHECK(WhyNot("{ class: any, columns: 'hr.*.pay', action: refuse }", "SELECT name FROM hr.p") ==
        "columns: it names none of them");
  CHECK(WhyNot("{ class: any, functions: dblink, action: refuse }", "SELECT a FROM app.t") ==
        "functions: it calls none of them");
  CHECK(WhyNot("{ class: [ddl, role], action: refuse }", "SELECT a FROM app.t") ==
        "class: the statement is read (select)");
  CHECK(WhyNot("{ class: function, except: app.f, action: refuse }", "SELECT app.f()") ==
        "except: it calls no other functions");
  CHECK(WhyNot("{ class: write, tables: 'hr.*', action: refuse }", "SELECT name FROM hr.people") ==
        "class: what the statement does there is not of this class");
}

TEST_CASE("a trace tells an absent WHERE from a statement that has none to be absent") {
  const std::string rule = "{ class: any, where: absent, action: refuse }";
  CHECK(WhyNot(rule, "DELETE FROM app.t WHERE a = 1") == "where: its WHERE restricts it");
  CHECK(WhyNot(rule, "SELECT a FROM app.t") == "where: it is neither an UPDATE nor a DELETE");
}

TEST_CASE("a trace says that a rule is for other connections") {
  const ConnectionRef here{"here", {}, "d"};
  const std::string rule = "{ class: any, connections: there, action: refuse }";
  CHECK(WhyNot(rule, "SELECT a FROM app.t", &here) == "it is for other connections or databases");
}

TEST_CASE("a trace names the rule that gives each part of a statement, or says that none does") {
  const auto policy = WithRules({"{ class: read, tables: 'app.*', action: allow }",
                                 "{ class: function, functions: app.f, action: allow }"});
  const StatementTrace trace = Traced(*policy, "SELECT app.f() FROM app.t, hr.people");
  REQUIRE(trace.needs.size() == 4);
  CHECK(trace.needs[0].act == "function (call)");
  CHECK(trace.needs[0].giver == &policy->grants()[0].rules[1]);
  CHECK(trace.needs[1].act == "select: relation app.t");
  CHECK(trace.needs[1].giver == &policy->grants()[0].rules[0]);
  CHECK(trace.needs[2].act == "select: relation hr.people");
  CHECK(trace.needs[2].giver == nullptr);
  CHECK(trace.needs[3].act == "call: function app.f()");
  CHECK(trace.needs[3].giver == &policy->grants()[0].rules[1]);
  CHECK(trace.rules[0].object == "relation app.t");
}

TEST_CASE("a trace of a FunctionCall message names what gives it") {
  const auto policy =
      WithRules({"{ class: any, action: allow }", "{ class: function_call, action: allow }"});
  const StatementTrace trace = TraceOfCall(*policy, policy->grants()[0], nullptr);
  CHECK(trace.action == Action::kAllow);
  CHECK_FALSE(trace.rules[0].matches);
  CHECK(trace.rules[1].matches);
  CHECK(trace.needs.at(0).giver == &policy->grants()[0].rules[1]);
}

TEST_CASE("a trace and a decision never differ, and what does not match says why") {
  const std::vector<std::string> rules = {
      "{ class: read, action: allow }",
      "{ class: write, tables: 'app.*', action: allow }",
      "{ class: update, action: allow }",
      "{ class: function, functions: app.f, action: allow }",
      "{ class: read, tables: 'hr.*', action: refuse }",
      "{ class: any, columns: '*.*.pay', action: refuse }",
      "{ class: delete, where: absent, action: refuse }",
      "{ class: function, except: app.f, action: refuse }",
      "{ class: unknown, action: allow }",
  };
  const std::vector<std::string> texts = {"SELECT a FROM app.t",
                                          "SELECT pay FROM hr.people",
                                          "SELECT now()",
                                          "SELECT app.f(), app.g()",
                                          "DELETE FROM app.t",
                                          "DELETE FROM hr.p WHERE a = 1",
                                          "UPDATE app.t SET pay = 1",
                                          "SELECT * FROM hr.p FOR UPDATE",
                                          "BEGIN",
                                          "DO 'x'",
                                          "INSERT INTO app.t SELECT pay FROM hr.people"};
  for (size_t first = 0; first < rules.size(); ++first) {
    for (size_t second = first + 1; second < rules.size(); ++second) {
      const auto policy = WithRules({rules[first], rules[second]});
      const Grant& grant = policy->grants()[0];
      for (const std::string& text : texts) {
        INFO(rules[first] << rules[second] << text);
        const sql::Facts facts = sql::Analyse(text, {}, {});
        const catalog::Findings findings = FindingsOf(text);
        const Decision decision = policy->Decide(grant, facts, {&findings, 1});
        const StatementTrace trace = TraceOf(*policy, grant, findings, nullptr);
        CHECK(trace.action == decision.action);
        CHECK(trace.rule == decision.rule);
        for (const RuleTrace& rule : trace.rules) CHECK(rule.matches == rule.why_not.empty());
        const bool all_given = std::all_of(trace.needs.begin(), trace.needs.end(),
                                           [](const NeedTrace& need) { return need.giver; });
        if (decision.action == Action::kAllow) CHECK(all_given);
        if (decision.rule == "defaults") CHECK_FALSE(all_given);
      }
    }
  }
}

TEST_CASE("a grant that does not cover a session says for what") {
  const auto policy = Valid(kWhole);
  identity::Principal staff;
  staff.groups = {"staff"};
  const Grant& grant = policy->grants()[0];
  const ConnectionRef orders{"orders", {{"env", "prod"}}, ""};
  CHECK(policy->ObstacleTo(grant, staff, orders) == Obstacle::kNone);
  CHECK(policy->ObstacleTo(grant, {}, orders) == Obstacle::kWho);
  CHECK(policy->ObstacleTo(grant, staff, {"stock", {{"env", "prod"}}, ""}) ==
        Obstacle::kConnection);
  CHECK(policy->ObstacleTo(grant, staff, {"orders", {{"env", "test"}}, ""}) == Obstacle::kLabels);
  const auto narrowed = Valid(With("connections: [orders]", "databases: [d]"));
  CHECK(narrowed->ObstacleTo(narrowed->grants()[0], staff, orders) == Obstacle::kDatabase);
}

}  // namespace
}  // namespace portreeve::policy
