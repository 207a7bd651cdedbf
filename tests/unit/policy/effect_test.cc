// Rules that can never make a difference are errors of the file, and what may be a slip a warning.

#include "policies.h"

namespace portreeve::policy {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

constexpr const char* kRule = "{ class: read, action: allow, message: \"\" }";

std::string WithApprovals(std::string_view text) {
  return With("grants:",
              "approvals: { peer: { by: staff }, two: { by: staff, quorum: 2 } }\ngrants:", text);
}

std::vector<std::string> Errors(const std::string& rules) {
  yaml::Diagnostics diagnostics("p.yaml");
  Policy::Load(WithApprovals(With(kRule, rules)), diagnostics);
  return diagnostics.Messages();
}

std::string OnlyError(const std::string& rules) {
  const auto errors = Errors(rules);
  INFO(rules);
  CAPTURE(errors);
  REQUIRE(errors.size() == 1);
  return errors.front();
}

TEST_CASE("a rule that can never match is an error") {
  struct Case {
    const char* rule;
    const char* error;
  };
  const Case cases[] = {
      {"{ class: read, where: absent, action: refuse }",
       "`where`: is for updates and deletes, and `class` means none"},
      {"{ class: [insert, ddl], where: absent, action: hold, approval: peer }",
       "`where`: is for updates and deletes"},
      {"{ class: do_block, tables: ['hr.*'], action: refuse }",
       "`class`: `do_block` names no table, column or function: it needs a rule of its own"},
      {"{ class: [read, transaction], columns: ['a.b.c'], action: refuse }",
       "`class`: `transaction` names no table"},
      {"{ class: set, functions: [pg_sleep], action: refuse }", "`class`: `set` names no table"},
      {"{ class: any, functions: [f, 'a.g'], except: ['*.f', 'a.*'], action: refuse }",
       "`except`: leaves out every function that the rule means"},
      {"{ class: any, functions: ['public.f(a integer)'], action: refuse }",
       "`functions`: `a integer` is no type: write the types of arguments without their names"},
      {"{ class: any, functions: ['public.f(INTEGER)'], action: refuse }",
       "`functions`: `INTEGER` is no type: write it small"},
      {"{ class: any, functions: ['public.f(integer, b text)'], action: refuse }",
       "`b text` is no type"},
  };
  for (const Case& entry : cases) CHECK_THAT(OnlyError(entry.rule), Contains(entry.error));
  const std::string wide(64, 'a');
  CHECK_THAT(OnlyError("{ class: any, tables: ['public." + wide + "'], action: refuse }"),
             Contains("fits nothing: names have at most 63 bytes"));
  CHECK_THAT(OnlyError("{ class: any, columns: ['a.b." + wide + "'], action: refuse }"),
             Contains("fits nothing"));
  CHECK_THAT(OnlyError("{ class: any, functions: [" + wide + "], action: refuse }"),
             Contains("fits nothing"));
}

TEST_CASE("what can match is no error") {
  const std::string wild = std::string(63, 'a') + "*";
  for (const std::string& rule :
       {std::string("{ class: explain, where: absent, action: refuse }"),
        std::string("{ class: [merge, read], where: absent, action: refuse }"),
        std::string(
            "{ class: any, functions: ['public.f(double precision, text[])'], action: refuse }"),
        std::string(
            "{ class: any, functions: ['p.f(timestamp with time zone[])'], action: refuse }"),
        std::string("{ class: any, functions: ['p.f(int, \"My Type\")'], action: refuse }"),
        std::string("{ class: any, functions: ['p.f()', 'p.g(*)', 'p.h(text, VARIADIC text[])'], "
                    "action: refuse }"),
        std::string("{ class: any, functions: [f, g], except: ['*.f'], action: refuse }"),
        std::string("{ class: call, functions: [f], action: refuse }"),
        "{ class: any, tables: ['public." + wild + "'], action: refuse }"}) {
    INFO(rule);
    CHECK(Errors(rule + "\n      - { class: [read, misc], action: allow }").empty());
  }
}

TEST_CASE("a function that is left out or given must say which schema") {
  for (const char* rule : {"{ class: function, functions: [order_total], action: allow }",
                           "{ class: function, except: [order_total], action: refuse }",
                           "{ class: function, except: [order_total], action: allow }",
                           "{ class: any, functions: ['o*'], except: [order_total], "
                           "action: hold, approval: peer }"}) {
    CHECK_THAT(OnlyError(rule), Contains("`order_total` must say which schema: "
                                         "`public.order_total`, or `*.order_total` for every one"));
  }
  for (const char* rule : {"{ class: function, functions: ['*.order_total'], action: allow }",
                           "{ class: function, functions: [order_total], action: refuse }",
                           "{ class: any, functions: [f], action: hold, approval: peer }"}) {
    INFO(rule);
    CHECK(Errors(rule).empty());
  }
}

struct Pair {
  const char* first;
  const char* second;
  const char* why;  // Empty: both have an effect.
  bool first_is_idle = false;
};

const Pair kPairs[] = {
    {"{ class: write, tables: ['public.*'], action: refuse }",
     "{ class: update, tables: ['public.a'], action: refuse }", "covers all that it means"},
    {"{ class: update, tables: ['public.a'], action: refuse }",
     "{ class: write, tables: ['public.*'], action: refuse }", ""},
    {"{ class: write, tables: ['public.*'], action: refuse }",
     "{ class: update, tables: ['public.a'], action: hold, approval: peer }",
     "refuses all that it means"},
    {"{ class: update, tables: ['public.a'], action: hold, approval: peer }",
     "{ class: write, tables: ['public.*'], action: refuse }", "refuses all that it means", true},
    {"{ class: write, action: hold, approval: two }",
     "{ class: update, action: hold, approval: peer }", "covers all its classes"},
    {"{ class: update, action: hold, approval: peer }",
     "{ class: write, action: hold, approval: two }", "covers all its classes", true},
    {"{ class: write, action: hold, approval: peer }",
     "{ class: update, action: hold, approval: two }", ""},
    {"{ class: write, action: hold, approval: peer }", "{ class: update, action: allow }",
     "holds all its classes"},
    {"{ class: update, action: allow }", "{ class: write, action: hold, approval: peer }",
     "holds all its classes", true},
    {"{ class: write, where: absent, action: refuse }",
     "{ class: update, where: absent, tables: ['a.b'], action: refuse }",
     "covers all that it means"},
    {"{ class: write, where: absent, action: refuse }",
     "{ class: update, tables: ['a.b'], action: refuse }", ""},
    {"{ class: any, columns: ['a.*.c'], action: refuse }",
     "{ class: any, columns: ['a.b.c', 'a.d.c'], action: refuse }", "covers all that it means"},
    {"{ class: any, columns: ['a.*.c'], action: refuse }",
     "{ class: any, columns: ['a.b.c', 'a.d.e'], action: refuse }", ""},
    {"{ class: any, functions: [f], action: refuse }",
     "{ class: any, functions: ['a.f(integer)'], action: refuse }", "covers all that it means"},
    {"{ class: function, except: ['a.f', 'a.g'], action: refuse }",
     "{ class: function, except: ['a.*'], action: refuse }", "covers all that it means"},
    {"{ class: function, except: ['a.*'], action: refuse }",
     "{ class: function, except: ['a.f'], action: refuse }", ""},
    {"{ class: read, databases: 'a*', action: refuse }",
     "{ class: read, databases: ab, tables: ['c.d'], action: refuse }", "covers all that it means"},
    {"{ class: read, databases: ab, action: refuse }", "{ class: read, action: refuse }", ""},
    {"{ class: read, databases: 'a*', action: refuse }",
     "{ class: read, databases: ab, action: allow }", "refuses all that it means"},
    {"{ class: read, tables: ['a.*'], action: allow }",
     "{ class: read, tables: ['a.b'], action: allow }", "covers all that it means"},
    // Who may read no table of `a` may still read none at all.
    {"{ class: read, tables: ['a.*'], action: refuse }",
     "{ class: read, tables: ['a.b'], action: allow }", ""},
    // A FunctionCall message may call the function that is refused.
    {"{ class: any, action: refuse }", "{ class: any, functions: [f], action: refuse }", ""},
    {"{ class: read, action: refuse }", "{ class: read, functions: [f], action: refuse }",
     "covers all its classes"},
};

TEST_CASE("a rule that another makes idle is an error, and no rule that has an effect is") {
  for (const Pair& pair : kPairs) {
    INFO(pair.first << " " << pair.second);
    const auto errors = Errors(std::string(pair.first) + "\n      - " + pair.second);
    CAPTURE(errors);
    if (*pair.why == '\0') {
      CHECK(errors.empty());
      continue;
    }
    REQUIRE(errors.size() == 1);
    CHECK_THAT(errors[0], StartsWith(pair.first_is_idle ? "p.yaml:12:9: " : "p.yaml:13:9: ") &&
                              Contains("this rule has no effect: grants/reading/rules/") &&
                              Contains(pair.why));
  }
}

TEST_CASE("a guardrail that an earlier or a stricter one makes idle is an error") {
  const auto errors = ErrorsOf(WithApprovals(
      With("grants:",
           "guardrails:\n"
           "  - { name: a, class: write, tables: ['hr.*'], action: hold, approval: peer }\n"
           "  - { name: b, tables: ['hr.*'], action: refuse }\n"
           "  - { name: c, class: ddl, tables: ['hr.pay'], action: refuse }\n"
           "  - { name: d, class: [ddl, transaction], action: refuse }\ngrants:")));
  const std::vector<std::string> expected = {
      "p.yaml:5:5: this rule has no effect: guardrails/b refuses all that it means",
      "p.yaml:7:5: this rule has no effect: guardrails/b covers all that it means",
  };
  CHECK(errors == expected);
}

TEST_CASE("a rule of a grant that a guardrail makes idle is a warning: it may not stay") {
  const std::string guarded = With(
      "grants:", "guardrails: [{ name: freeze, class: [write, ddl], action: refuse }]\ngrants:");
  CHECK(WarningsOf(guarded).empty());
  const auto warnings = WarningsOf(With(kRule,
                                        "{ class: [read, write], action: allow }\n"
                                        "      - { class: update, action: refuse }",
                                        guarded));
  CHECK(warnings == std::vector<std::string>{"p.yaml:13:9: this rule has no effect: "
                                             "guardrails/freeze covers all its classes"});
}

TEST_CASE("a grant that allows nothing, and names with capitals, are warnings") {
  CHECK_THAT(WarningsOf(With(kRule, "{ class: read, action: refuse }")).at(0),
             Contains("p.yaml:11:7: the grant allows nothing"));
  const auto warnings =
      WarningsOf(With(kRule, "{ class: read, tables: ['HR.pay', 'hr.\"Pay\"'], action: allow }"));
  REQUIRE(warnings.size() == 2);
  CHECK_THAT(warnings[0], StartsWith("p.yaml:11:24: `HR` is the name as it stands in the catalog"));
}

TEST_CASE("a file with very many patterns is read in bounded time, and loads") {
  std::string tables;
  for (int i = 0; i < 20'000; ++i)
    tables += (i == 0 ? "" : ", ") + ("'a.t" + std::to_string(i)) + "'";
  Valid(With(kRule, "{ class: read, tables: [" + tables + "], action: allow }\n" +
                        "      - { class: read, tables: [" + tables + "], action: refuse }"));
}

TEST_CASE("a claim that no token can have is an error") {
  CHECK_THAT(ErrorsOf(With("any_of: [staff]", "any_of: [\"a\\tb\"]")).at(0),
             Contains("`any_of`: fits nothing: no claim has control characters"));
}

}  // namespace
}  // namespace portreeve::policy
