// The conditions of rules and guardrails, as they are read from the file.

#include "policies.h"

namespace portreeve::policy {
namespace {

using Catch::Matchers::Contains;

std::string OnlyError(const std::string& rule) {
  const auto errors = ErrorsOf(With("{ class: read, action: allow, message: \"\" }", rule));
  CAPTURE(errors);
  REQUIRE(errors.size() == 1);
  return errors.front();
}

TEST_CASE("a pattern has as many parts as what it stands for") {
  CHECK_THAT(OnlyError("{ class: read, tables: [people], action: refuse }"),
             Contains("`people` is not of the form schema.table"));
  CHECK_THAT(OnlyError("{ class: read, columns: ['hr.salary'], action: refuse }"),
             Contains("is not of the form schema.table.column"));
  CHECK_THAT(OnlyError("{ class: function, functions: ['f(integer'], action: refuse }"),
             Contains("is not of the form name"));
}

TEST_CASE("an empty list of objects is no condition, and an error") {
  for (const char* key : {"tables", "columns", "functions", "except"}) {
    INFO(key);
    CHECK_THAT(OnlyError("{ class: any, " + std::string(key) + ": [], action: refuse }"),
               Contains("must name at least one"));
  }
}

TEST_CASE("a condition that a permission cannot have is an error") {
  CHECK_THAT(OnlyError("{ class: read, columns: ['hr.*.salary'], action: allow }"),
             Contains("are for rules that refuse"));
  CHECK_THAT(OnlyError("{ class: update, where: absent, action: allow }"),
             Contains("is for rules that refuse"));
  CHECK_THAT(OnlyError("{ class: any, tables: ['a.b'], functions: ['a.f'], action: allow }"),
             Contains("needs a rule of its own"));
  CHECK_THAT(OnlyError("{ class: read, except: ['a.f'], action: refuse }"),
             Contains("leaves functions out"));
  CHECK_THAT(OnlyError("{ class: update, where: present, action: refuse }"), Contains("absent"));
}

TEST_CASE("a guardrail has a name of its own, refuses, and has a condition") {
  const auto guardrails = [](const std::string& items) {
    return ErrorsOf(With("grants:", "guardrails: [" + items + "]\ngrants:"));
  };
  CHECK_THAT(guardrails("{ class: ddl, action: refuse }").at(0), Contains("name"));
  CHECK_THAT(guardrails("{ name: a, class: ddl, action: allow }").at(0), Contains("refuse"));
  CHECK_THAT(guardrails("{ name: a, action: refuse }").at(0), Contains("a guardrail needs"));
  CHECK_THAT(guardrails("{ name: a, class: ddl, action: refuse }, "
                        "{ name: a, class: role, action: refuse }")
                 .at(0),
             Contains("two guardrails named `a`"));
  CHECK_THAT(ErrorsOf(With("grants:", "guardrails: []\ngrants:")).at(0),
             Contains("at least one guardrail"));
}

TEST_CASE("a rule without effect beside one without conditions is an error") {
  const auto second = [](const std::string& rules) {
    return ErrorsOf(With("- { class: read, action: allow, message: \"\" }", rules));
  };
  CHECK_THAT(second("- { class: any, action: allow }\n"
                    "      - { class: read, tables: ['a.b'], action: allow }")
                 .at(0),
             Contains("covers all its classes"));
  CHECK_THAT(second("- { class: read, action: refuse }\n"
                    "      - { class: read, tables: ['a.b'], action: allow }")
                 .at(0),
             Contains("refuses all its classes"));
  Valid(With("- { class: read, action: allow, message: \"\" }",
             "- { class: read, tables: ['a.b'], action: refuse }\n"
             "      - { class: read, action: allow }"));
}

TEST_CASE("names matter to a grant with conditions or guardrails, not to one that allows any") {
  const auto needs = [](std::string_view text) { return Valid(text)->grants()[0].needs_catalog; };
  const std::string any(With("class: read", "class: any"));
  CHECK_FALSE(needs(any));
  CHECK(needs(With("class: any", "class: any, tables: ['public.*']", any)));
  CHECK(needs(
      With("grants:", "guardrails: [{ name: a, class: unknown, action: refuse }]\ngrants:", any)));
}

}  // namespace
}  // namespace portreeve::policy
