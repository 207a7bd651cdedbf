#include "rehearsal/case_file.h"

#include "files.h"

namespace portreeve::rehearsal {
namespace {

TEST_CASE("a case says who, where, when, what and what must come of it") {
  const CaseFile file = CasesOf(R"yaml(  - name: one
    as: { sub: bob, groups: staff, team: night }
    connection: { name: stock, labels: { env: test }, database: s }
    grant: writing
    at: "2026-11-25T09:30:00.5+01:00"
    search_path: hr
    sql: [SELECT 1, SELECT 2]
    expect: refuse
    expect_grant: reading
    expect_rule: defaults
    expect_sqlstate: "42501"
    expect_message: may not
  - { name: two, as: ana, connection: orders, expect: open }
  - { name: three, as: ana, connection: orders, function_call: true, expect: refuse }
)yaml");
  REQUIRE(file.cases.size() == 3);
  const Case& one = file.cases[0];
  CHECK(one.mark.line == 12);
  CHECK(one.caller.principal.subject == "bob");
  CHECK(one.caller.principal.groups == Lines{"staff"});
  REQUIRE(one.caller.principal.claims.size() == 1);
  CHECK(one.caller.principal.claims[0].second == "night");
  CHECK(one.caller.connection.name == "stock");
  CHECK(one.caller.connection.database == "s");
  CHECK(one.caller.requested == "writing");
  CHECK(one.caller.at_unix_s == 1795595400);
  CHECK(one.search_path == "hr");
  CHECK(one.texts == Lines{"SELECT 1", "SELECT 2"});
  CHECK(one.expect == Expected::kRefuse);
  CHECK(one.message == "may not");
  CHECK(file.cases[1].caller.principal.groups == Lines{"staff"});
  CHECK(file.cases[1].caller.connection.name == "orders");
  CHECK(file.cases[1].caller.connection.labels.size() == 1);
  CHECK_FALSE(file.cases[1].caller.at_unix_s.has_value());
  CHECK(file.cases[2].function_call);
}

TEST_CASE("all that is wrong with cases is said in one run, with its place") {
  CHECK(CaseErrors(R"yaml(  - { name: a, as: anna, connection: order, sql: SELECT 1, expect: allow }
  - { name: a, as: ana, connection: orders, sql: SELECT 1, expect: alow }
  - { name: b, as: { groups: [] }, connection: { label: x }, sql: [], expect: allow }
  - { name: c, as: ana, connection: orders, expect: allow }
  - { name: d, as: ana, connection: orders, sql: SELECT 1, expect: open, at: noon }
  - { as: ana, connection: orders, sql: { a: b }, expect: hold, expected_rule: x }
  - { name: e, as: ana, connection: orders, function_call: yes, sql: x, expect: allow }
  - { name: f, as: ana, connection: orders, expect: no_grant, expect_grant: x, expect_rule: y }
  - { name: g, as: ana, connection: orders, sql: x, expect: allow, expect_sqlstate: "42501" }
  - nonsense
)yaml") == Lines{
               "t.yaml:12:20: there is no principal `anna`; did you mean `ana`?",
               "t.yaml:12:38: there is no connection `order`; did you mean `orders`?",
               "t.yaml:13:5: there are two cases named `a`",
               "t.yaml:13:68: `expect`: `alow` is not one of `allow` `hold` `refuse` `open` "
               "`no_grant`; did you mean `allow`?",
               "t.yaml:14:20: principal needs `sub`",
               "t.yaml:14:48: connection needs `name`",
               "t.yaml:14:50: connection has no `label`; did you mean `labels`?",
               "t.yaml:14:67: must be a text or a list of texts, and not empty",
               "t.yaml:15:53: `expect`: needs `sql`; without it, `open` or `no_grant`",
               "t.yaml:16:68: `expect`: `open` and `no_grant` are for cases without `sql`",
               "t.yaml:16:78: `at`: must be a time like 2026-11-25T09:30:00+01:00",
               "t.yaml:17:5: case needs `name`",
               "t.yaml:17:41: must be a text or a list of texts, and not empty",
               "t.yaml:17:65: case has no `expected_rule`; did you mean `expect_rule`?",
               "t.yaml:18:60: `function_call`: `yes` is not one of `true`",
               "t.yaml:18:60: `function_call`: stands in place of `sql`",
               "t.yaml:19:77: `expect_grant`: there is none",
               "t.yaml:19:93: `expect_rule`: is for cases with `sql`",
               "t.yaml:20:85: `expect_sqlstate`: nothing is refused",
               "t.yaml:21:5: case must be a map, not a text",
           });
}

TEST_CASE("a file of cases of the wrong shape is refused") {
  const auto errors = [](std::string_view text) {
    yaml::Diagnostics diagnostics("t.yaml");
    CHECK_FALSE(LoadCases(text, diagnostics).has_value());
    return diagnostics.Messages();
  };
  CHECK(errors("") == Lines{"t.yaml:1:1: the file of cases needs `version`",
                            "t.yaml:1:1: the file of cases needs `cases`"});
  CHECK(errors("version: 2\ncases: []\n").size() == 2);
  CHECK(errors("version: 1\ncases: { a: b }\nprincipals: []\nconnections: x\n").size() == 3);
  CHECK(errors("version: 1\ncases:\n- name: a\n  name: b\n").size() > 1);
  CHECK(errors(std::string(2'000'000, ' ')).size() == 1);
  std::string many = "version: 1\ncases:\n";
  for (int i = 0; i < 10'001; ++i) many += "- a\n";
  CHECK(errors(many) == Lines{"t.yaml:3:1: there are at most 10000 cases"});
}

TEST_CASE("a time has a date, a time of day and an offset") {
  CHECK(ParseInstant("2026-11-25T09:30:00+01:00") == 1795595400);
  CHECK(ParseInstant("2026-11-25T08:30:00Z") == 1795595400);
  for (const char* wrong : {"", "noon", "2026-11-25", "2026-11-25T09:30:00", "infinite-future",
                            "2026-13-25T09:30:00Z", "2026-11-25T09:30:00Z extra"}) {
    CHECK_FALSE(ParseInstant(wrong).has_value());
  }
}

}  // namespace
}  // namespace portreeve::rehearsal
