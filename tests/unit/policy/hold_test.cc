// Rules that hold: a statement that one of them means, or that nothing else gives, needs the
// approval that it names. Refuse is stricter, allow is not.

#include "policies.h"
#include "unit/catalog/small_catalog.h"

namespace portreeve::policy {
namespace {

constexpr const char* kReads = "{ class: read, action: allow }";

std::shared_ptr<const Policy> Holding(const std::vector<std::string>& rules,
                                      const std::string& guardrail = "") {
  std::string text =
      "version: 1\ngroups: { all: { claim: sub, any_of: '*' } }\n"
      "approvals: { peer: { by: all }, two: { by: all, quorum: 2 } }\n";
  if (!guardrail.empty()) text += "guardrails: [" + guardrail + "]\n";
  text += "grants:\n  - name: g\n    who: all\n    on: { connections: '*' }\n    rules:\n";
  for (const std::string& rule : rules) text += "      - " + rule + "\n";
  return Valid(text);
}

Decision Decide(const Policy& policy, std::string_view sql) {
  const sql::Facts facts = sql::Analyse(sql, {}, {});
  return policy.Decide(policy.grants().front(), facts, catalog::Resolve(facts, catalog::Names()));
}

// "allow grants/g/rules/1"
std::string Says(const Policy& policy, std::string_view sql) {
  const Decision decision = Decide(policy, sql);
  CHECK((decision.action == Action::kHold) == !decision.approval.empty());
  return std::string(Name(decision.action)) + " " + std::string(decision.rule);
}

TEST_CASE("refuse is stricter than hold, and hold than allow, wherever they stand") {
  const auto policy = Holding({"{ class: read, tables: ['hr.*'], action: hold, approval: peer }",
                               "{ class: read, tables: ['app.*'], action: refuse }", kReads});
  CHECK(Says(*policy, "SELECT * FROM orders") == "allow grants/g/rules/3");
  CHECK(Says(*policy, "SELECT * FROM hr.people") == "hold grants/g/rules/1");
  CHECK(Says(*policy, "SELECT * FROM app.people") == "refuse grants/g/rules/2");
  CHECK(Says(*policy, "SELECT * FROM hr.people, app.people") == "refuse grants/g/rules/2");
  CHECK(Says(*policy, "SELECT 1; SELECT * FROM hr.people; SELECT 2") == "hold grants/g/rules/1");
  CHECK(Says(*policy, "SELECT * FROM hr.people; DROP TABLE orders") == "refuse defaults");
  CHECK(Says(*policy, "SELECT * FROM nowhere") == "refuse grants/g/rules/2");
}

TEST_CASE("of several rules that hold the one that most must approve is named") {
  const auto policy =
      Holding({"{ class: write, tables: ['public.*'], action: hold, approval: peer }",
               "{ class: delete, tables: ['public.*'], action: hold, approval: two }"});
  CHECK(Decide(*policy, "DELETE FROM orders WHERE id = 1").approval == "two");
  CHECK(Decide(*policy, "UPDATE orders SET total = 1 WHERE id = 1").approval == "peer");
  CHECK(Decide(*policy,
               "UPDATE orders SET total = 1 WHERE id = 1; "
               "DELETE FROM orders WHERE id = 1")
            .approval == "two");
}

TEST_CASE("what only a rule that holds gives is held, be it less than what the rule is about") {
  const auto locks = Holding({kReads, "{ class: update, action: hold, approval: peer }"});
  CHECK(Says(*locks, "SELECT * FROM orders") == "allow grants/g/rules/1");
  CHECK(Says(*locks, "UPDATE orders SET total = 1 WHERE id = 1") == "hold grants/g/rules/2");
  CHECK(Says(*locks, "SELECT * FROM orders FOR UPDATE") == "hold grants/g/rules/2");
  CHECK(Says(*locks, "SELECT * FROM orders; SELECT * FROM orders FOR SHARE") ==
        "hold grants/g/rules/2");
  const auto locking = Holding({kReads, "{ class: update, action: hold, approval: peer }",
                                "{ class: lock, action: allow }"});
  CHECK(Says(*locking, "SELECT * FROM orders FOR UPDATE") == "allow grants/g/rules/1");

  const auto some =
      Holding({"{ class: read, tables: ['public.*'], action: hold, approval: peer }"});
  CHECK(Says(*some, "SELECT 1") == "hold grants/g/rules/1");
  CHECK(Says(*some, "SELECT * FROM hr.people") == "refuse defaults");
  const auto more = Holding({"{ class: read, tables: ['hr.*'], action: hold, approval: peer }",
                             "{ class: read, tables: ['public.*'], action: allow }"});
  CHECK(Says(*more, "SELECT 1") == "allow grants/g/rules/2");
}

TEST_CASE("what nothing gives is refused, not held") {
  const auto guarded = Holding({kReads},
                               "{ name: no-where, class: [update, delete], where: absent, "
                               "action: hold, approval: peer }");
  CHECK(Says(*guarded, "DELETE FROM orders") == "refuse defaults");
  const auto writing = Holding({kReads, "{ class: write, action: allow }"},
                               "{ name: no-where, class: [update, delete], where: absent, "
                               "action: hold, approval: peer }");
  CHECK(Says(*writing, "DELETE FROM orders") == "hold guardrails/no-where");
  CHECK(Says(*writing, "DELETE FROM orders WHERE id = 1") == "allow grants/g/rules/2");
  const auto columns =
      Holding({"{ class: read, columns: ['hr.*.salary'], action: hold, approval: peer }"});
  CHECK(Says(*columns, "SELECT salary FROM hr.people") == "refuse defaults");
}

TEST_CASE("a rule that holds everything leaves alone what keeps a session going") {
  const auto policy = Holding({"{ class: any, action: hold, approval: peer }"});
  CHECK(Says(*policy, "BEGIN") == "allow housekeeping");
  CHECK(Says(*policy, "SELECT 1") == "hold grants/g/rules/1");
  CHECK(Says(*policy, "BEGIN; SELECT 1; COMMIT") == "hold grants/g/rules/1");
  const auto named = Holding({kReads, "{ class: transaction, action: hold, approval: peer }"});
  CHECK(Says(*named, "BEGIN") == "hold grants/g/rules/2");
}

TEST_CASE("a held statement is answered with its rule, its approval and what to do") {
  const auto policy = Holding(
      {kReads, "{ name: prod-writes, class: write, action: hold, approval: peer, message: ask }"});
  const Decision decision = Decide(*policy, "DELETE FROM orders WHERE id = 1");
  CHECK(decision.action == Action::kHold);
  CHECK(decision.rule == "grants/g/rules/prod-writes");
  CHECK(decision.refusal.sqlstate == "42501");
  CHECK(decision.refusal.message == "this statement needs an approval: ask");
  CHECK(decision.refusal.detail == "Rule grants/g/rules/prod-writes, class write, approval peer.");
  CHECK_THAT(decision.refusal.hint, Catch::Matchers::StartsWith("Nothing was executed."));
}

TEST_CASE("texts that are not understood and FunctionCall messages can be held by name") {
  const auto policy =
      Holding({"{ class: any, action: allow }",
               "{ class: [unknown, function_call], action: hold, approval: peer }"});
  CHECK(Says(*policy, "SELEC 1") == "hold grants/g/rules/2");
  CHECK(policy->DecideFunctionCall(policy->grants().front()).action == Action::kHold);
  const auto plain = Holding({"{ class: any, action: hold, approval: peer }"});
  CHECK(Decide(*plain, "SELEC 1").action == Action::kRefuse);
  CHECK(plain->DecideFunctionCall(plain->grants().front()).action == Action::kRefuse);
}

TEST_CASE("a policy with rules that hold is told that nobody can be asked yet") {
  const auto warnings =
      WarningsOf(With("class: read, action: allow", "class: read, action: hold, approval: peer",
                      With("grants:", "approvals: { peer: { by: staff } }\ngrants:")));
  CHECK(warnings == std::vector<std::string>{"p.yaml:4:1: approvals cannot be asked for yet: "
                                             "what rules hold is refused"});
}

}  // namespace
}  // namespace portreeve::policy
