#include "rehearsal/run_case.h"

#include "files.h"

namespace portreeve::rehearsal {
namespace {

// What is wrong with the first of the cases.
Lines Complaints(std::string_view cases) {
  const auto policy = PolicyOf();
  const CaseFile file = CasesOf(cases);
  Coverage coverage;
  return RunCase(*policy, file, file.cases.at(0), coverage);
}

Lines Missing(std::string_view cases, std::string_view text = kPolicy) {
  const auto policy = PolicyOf(text);
  const CaseFile file = CasesOf(cases);
  Coverage coverage;
  for (const Case& tried : file.cases) RunCase(*policy, file, tried, coverage);
  return coverage.Missing(*policy);
}

TEST_CASE("a case passes when everything is as it expects") {
  CHECK(Complaints(R"yaml(  - name: a
    as: ana
    connection: orders
    sql: SELECT total FROM app.orders
    expect: allow
    expect_grant: reading
    expect_rule: grants/reading/rules/1
)yaml")
            .empty());
  CHECK(Complaints(R"yaml(  - name: a
    as: ana
    connection: orders
    sql: SELECT * FROM hr.people
    expect: refuse
    expect_rule: guardrails/no-pay
    expect_sqlstate: "42501"
    expect_message: people team
)yaml")
            .empty());
}

TEST_CASE("a case that fails says what came instead") {
  CHECK(Complaints(R"yaml(  - name: a
    as: ana
    connection: orders
    sql: [SELECT total FROM app.orders, SELECT pay FROM hr.people]
    expect: allow
    expect_grant: writing
)yaml") == Lines{"the grant is reading, not writing",
                 "`SELECT pay FROM hr.people`: allow is expected, and it is refuse by "
                 "guardrails/no-pay: ask the people team"});
  CHECK(Complaints(R"yaml(  - name: a
    as: ana
    connection: orders
    sql: SELECT pay FROM hr.people
    expect: refuse
    expect_rule: defaults
    expect_sqlstate: "28000"
    expect_message: go away
)yaml") == Lines{"it is by guardrails/no-pay, not by defaults", "SQLSTATE is 42501, not 28000",
                 "the message is \"ask the people team\", without \"go away\""});
}

TEST_CASE("a case of a session looks at who, where and when") {
  CHECK(Complaints("  - { name: a, as: ana, connection: orders, expect: open }").empty());
  CHECK(Complaints("  - { name: a, as: ana, connection: orders, expect: open, "
                   "at: '2026-11-25T20:00:00+01:00' }") ==
        Lines{"the session does not open: the grant reading is closed at this time"});
  CHECK(Complaints("  - { name: a, as: ana, connection: orders, expect: no_grant, "
                   "at: '2026-11-25T09:00:00+01:00' }") ==
        Lines{"no grant is expected, and it is reading"});
  CHECK(Complaints("  - { name: a, as: { sub: x }, connection: orders, expect: no_grant, "
                   "expect_sqlstate: '28000', expect_message: no grant covers }")
            .empty());
  CHECK(Complaints("  - { name: a, as: { sub: x, team: night }, connection: orders, "
                   "expect: open, expect_grant: writing }")
            .empty());
}

TEST_CASE("a case may set a search_path") {
  CHECK(Complaints("  - { name: a, as: ana, connection: orders, sql: TABLE people, "
                   "search_path: hr, expect: refuse, expect_rule: guardrails/no-pay }")
            .empty());
}

TEST_CASE("a rule is exercised when it decides, or gives something that is not refused") {
  CHECK(Missing("  - { name: a, as: ana, connection: orders, expect: open }").size() == 6);
  // What is refused exercises the rule that refuses, and not the one that would have given it.
  CHECK(Missing("  - { name: a, as: ana, connection: orders, sql: TABLE hr.people, "
                "expect: refuse }") == Lines{"guardrails/no-where", "grants/reading/rules/1",
                                             "grants/reading/rules/2", "grants/writing/rules/1",
                                             "grants/writing/rules/2"});
  CHECK(Missing(R"yaml(  - name: a
    as: ana
    connection: orders
    sql: SELECT app.total(1) FROM app.orders
    expect: allow
  - name: b
    as: ana
    connection: orders
    grant: writing
    sql: [DELETE FROM app.orders, TRUNCATE app.orders]
    expect: refuse
)yaml") == Lines{"guardrails/no-pay"});
}

TEST_CASE("only a FunctionCall message exercises a rule for it") {
  constexpr std::string_view kCalling = R"yaml(version: 1
groups: { all: { claim: sub, any_of: '*' } }
grants:
  - name: g
    who: all
    on: { connections: '*' }
    rules:
      - { class: any, action: allow }
      - { class: function_call, action: allow }
)yaml";
  CHECK(Missing("  - { name: a, as: ana, connection: orders, sql: SELECT app.total(1), "
                "expect: allow }",
                kCalling) == Lines{"grants/g/rules/2"});
  CHECK(Missing("  - { name: a, as: ana, connection: orders, function_call: true, "
                "expect: allow }",
                kCalling) == Lines{"grants/g/rules/1"});
}

}  // namespace
}  // namespace portreeve::rehearsal
