// Rules for some connections or databases only.

#include "policies.h"

namespace portreeve::policy {
namespace {

std::string Says(const Policy& policy, std::string_view sql, const ConnectionRef* connection) {
  const sql::Facts facts = sql::Analyse(sql, {}, {});
  const Decision decision =
      policy.Decide(policy.grants().front(), facts, FindingsOfParser(facts), connection);
  return std::string(Name(decision.action)) + " " + std::string(decision.rule);
}

const ConnectionRef kOrders{"orders", {}, "shop"};
const ConnectionRef kOther{"billing", {}, "ledger"};
const ConnectionRef kUnknown{"orders", {}, ""};

TEST_CASE("a rule for some places gives there, and takes wherever it may be") {
  const auto gives = WithRules({"{ class: read, databases: ['sh*'], action: allow }",
                                "{ class: ddl, connections: [orders], action: allow }"});
  CHECK(Says(*gives, "SELECT 1", &kOrders) == "allow grants/g/rules/1");
  CHECK(Says(*gives, "SELECT 1", &kOther) == "refuse defaults");
  CHECK(Says(*gives, "SELECT 1", &kUnknown) == "refuse defaults");
  CHECK(Says(*gives, "SELECT 1", nullptr) == "refuse defaults");
  CHECK(Says(*gives, "CREATE TABLE t ()", &kUnknown) == "allow grants/g/rules/2");
  CHECK(Says(*gives, "CREATE TABLE t ()", &kOther) == "refuse defaults");

  const auto takes = WithRules({"{ class: any, action: allow }",
                                "{ class: read, databases: shop, action: refuse }",
                                "{ class: ddl, connections: orders, action: refuse }"});
  CHECK(Says(*takes, "SELECT 1", &kOrders) == "refuse grants/g/rules/2");
  CHECK(Says(*takes, "SELECT 1", &kOther) == "allow grants/g/rules/1");
  CHECK(Says(*takes, "SELECT 1", &kUnknown) == "refuse grants/g/rules/2");
  CHECK(Says(*takes, "SELECT 1", nullptr) == "refuse grants/g/rules/2");
  CHECK(Says(*takes, "CREATE TABLE t ()", &kOther) == "allow grants/g/rules/1");
}

TEST_CASE("a database that is not known may be one that is refused, at a place that may be meant") {
  const auto both = WithRules({"{ class: any, action: allow }",
                               "{ class: read, databases: shop, connections: billing, "
                               "action: refuse }"});
  CHECK(Says(*both, "SELECT 1", &kUnknown) == "allow grants/g/rules/1");
  CHECK(Says(*both, "SELECT 1", &kOther) == "allow grants/g/rules/1");
}

TEST_CASE("a grant for some databases covers those, and none that is not known") {
  const auto policy = Valid(
      With("{ connections: [orders], labels: { env: prod } }", "{ databases: ['sh*', ledger] }"));
  identity::Principal principal;
  principal.groups = {"staff"};
  const auto covers = [&](const ConnectionRef& connection) {
    return std::holds_alternative<OpenSession>(policy->Open(principal, connection, "reading"));
  };
  CHECK(covers(kOrders));
  CHECK(covers(kOther));
  CHECK_FALSE(covers(kUnknown));
  CHECK_FALSE(covers({"orders", {}, "SHOP"}));
}

TEST_CASE("a rule for some places leaves no other rule without effect") {
  Valid(With("{ class: read, action: allow, message: \"\" }",
             "{ class: any, databases: a, action: allow }\n"
             "      - { class: read, action: allow }\n"
             "      - { class: read, connections: b, action: refuse }"));
  const auto errors = ErrorsOf(With("{ class: read, action: allow, message: \"\" }",
                                    "{ class: read, action: allow, databases: [] }"));
  REQUIRE(errors.size() == 1);
  CHECK_THAT(errors[0], Catch::Matchers::Contains("must be a text or a list of texts"));
}

TEST_CASE("a permission for some places does not spare the catalog") {
  CHECK(Valid(With("class: read", "class: any, databases: a"))->grants()[0].needs_catalog);
}

TEST_CASE("a rule with a name is known by it") {
  const auto policy =
      WithRules({"{ name: reads, class: read, action: allow }", "{ class: ddl, action: allow }"});
  CHECK(policy->grants()[0].rules[0].path == "grants/g/rules/reads");
  CHECK(policy->grants()[0].rules[1].path == "grants/g/rules/2");
  const auto error = [](const std::string& rules) {
    const auto errors = ErrorsOf(With("- { class: read, action: allow, message: \"\" }", rules));
    CAPTURE(errors);
    REQUIRE(errors.size() == 1);
    return errors[0];
  };
  CHECK_THAT(error("- { name: 2, class: read, action: allow }"),
             Catch::Matchers::Contains("`name`: must not be a number"));
  CHECK_THAT(error("- { name: a b, class: read, action: allow }"),
             Catch::Matchers::Contains("`a b` is no name"));
  CHECK_THAT(error("- { name: a, class: read, action: allow }\n"
                   "      - { name: a, class: ddl, action: allow }"),
             Catch::Matchers::Contains("there are two rules named `a`; the first is in line 11"));
}

TEST_CASE("a policy that observes marks each decision, and keeps what would have been") {
  const auto policy = Valid(With("mode: enforce", "mode: observe"));
  CHECK(policy->observes());
  for (const char* sql : {"SELECT 1", "DROP TABLE t", "SELEC 1"}) {
    const Decision decision = DecideSql(*policy, sql);
    CHECK(decision.observed);
    CHECK((decision.action == Action::kAllow) == (sql == std::string("SELECT 1")));
    CHECK_FALSE(decision.rule.empty());
  }
  CHECK(policy->DecideFunctionCall(policy->grants()[0]).observed);
  CHECK_FALSE(DecideSql(*Valid(kWhole), "SELECT 1").observed);
}

}  // namespace
}  // namespace portreeve::policy
