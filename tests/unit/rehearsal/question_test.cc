#include "rehearsal/question.h"

#include "files.h"

namespace portreeve::rehearsal {
namespace {

const policy::ConnectionRef kOrders{"orders", {{"env", "prod"}}, "orders"};

std::string Line(std::string_view act, const policy::Decision& decision) {
  return std::string(act) + ": " + std::string(policy::Name(decision.action)) + " " +
         std::string(decision.rule);
}

// "delete app.orders: allow grants/...", and what is stricter behind a dash.
Lines Asked(std::string_view grant, std::string_view wanted, std::string_view object,
            std::string_view catalog = "", std::string_view text = kPolicy) {
  const auto policy = PolicyOf(text);
  for (const policy::Grant& each : policy->grants()) {
    if (each.name() != grant) continue;
    const auto answers =
        Ask(*policy, each, kOrders, catalog.empty() ? nullptr : CatalogOf(catalog), wanted, object);
    if (!answers.ok()) return {std::string(answers.status().message())};
    Lines lines;
    for (const Answer& answer : *answers) {
      lines.push_back(Line(answer.act, answer.decision));
      for (const Variant& variant : answer.stricter) {
        lines.push_back("- " + Line(variant.text, variant.decision));
      }
    }
    return lines;
  }
  return {};
}

TEST_CASE("what may be done to a table is asked by class") {
  CHECK(Asked("reading", "select", "app.orders") ==
        Lines{"select app.orders: allow grants/reading/rules/1"});
  CHECK(Asked("reading", "delete", "app.orders") == Lines{
                                                        "delete app.orders: refuse defaults",
                                                    });
  CHECK(Asked("writing", "delete", "app.orders") ==
        Lines{"delete app.orders: allow grants/writing/rules/1",
              "- without a WHERE: hold guardrails/no-where"});
  CHECK(Asked("reading", "read", "hr.people") ==
        Lines{"select hr.people: allow grants/reading/rules/1",
              "- with every column: refuse guardrails/no-pay"});
  CHECK(Asked("writing", "write", "app.orders") ==
        Lines{"insert app.orders: allow grants/writing/rules/1",
              "update app.orders: allow grants/writing/rules/1",
              "- without a WHERE: hold guardrails/no-where",
              "delete app.orders: allow grants/writing/rules/1",
              "- without a WHERE: hold guardrails/no-where",
              "truncate app.orders: refuse grants/writing/rules/2"});
}

TEST_CASE("a table that is asked for is looked through by the catalog") {
  constexpr std::string_view kCatalog = R"yaml(
tables: { hr.people: [id, pay] }
views: { app.names: { columns: [id], as: "SELECT id FROM hr.people" } }
)yaml";
  constexpr std::string_view kNoPeople = R"yaml(version: 1
groups: { all: { claim: sub, any_of: '*' } }
grants:
  - name: g
    who: all
    on: { connections: '*' }
    rules:
      - { class: read, action: allow }
      - { class: read, tables: "hr.*", action: refuse }
)yaml";
  CHECK(Asked("g", "read", "app.names", "", kNoPeople) ==
        Lines{"select app.names: allow grants/g/rules/1"});
  CHECK(Asked("g", "read", "app.names", kCatalog, kNoPeople) ==
        Lines{"select app.names: refuse grants/g/rules/2"});
  CHECK(Asked("g", "read", "app.nowhere", kCatalog, kNoPeople) ==
        Lines{"the catalog has no `app.nowhere`"});
}

TEST_CASE("calls are asked for by the function's types") {
  CHECK(Asked("reading", "call", "app.total(int)") ==
        Lines{"call app.total(int): allow grants/reading/rules/2"});
  CHECK(Asked("reading", "function", "app.other(int)") ==
        Lines{"call app.other(int): refuse defaults"});
  CHECK(Asked("reading", "call", "pg_catalog.lower(text)") ==
        Lines{"call pg_catalog.lower(text): allow grants/reading/rules/1"});
  CHECK(Asked("reading", "call", "pg_catalog.no_such(text)") ==
        Lines{"there is no function `pg_catalog.no_such(text)`"});
}

TEST_CASE("a class is asked for without an object as well") {
  CHECK(Asked("reading", "read", "") == Lines{"select: allow grants/reading/rules/1"});
  CHECK(Asked("reading", "copy_program", "") == Lines{"copy_program: refuse defaults"});
  CHECK(Asked("reading", "transaction", "") == Lines{"transaction: allow housekeeping"});
  CHECK(Asked("reading", "ddl", "") == Lines{"ddl: refuse defaults"});
  CHECK(Asked("reading", "unknown", "") == Lines{"unknown: refuse defaults"});
  CHECK(Asked("reading", "function_call", "") == Lines{"function_call: refuse defaults"});
  CHECK(Asked("writing", "write", "").size() == 4);
}

TEST_CASE("what nobody can answer is no question") {
  CHECK(Asked("reading", "slect", "app.t") ==
        Lines{"`slect` is nothing that is done to a table; did you mean `select`?"});
  CHECK(Asked("reading", "read", "orders") ==
        Lines{"`orders` is not of the form schema.table or schema.function(types)"});
  CHECK(Asked("reading", "read", "app.*") ==
        Lines{"`app.*` is not of the form schema.table or schema.function(types)"});
  CHECK(Asked("reading", "read", "total(int)") ==
        Lines{"`total(int)` is not of the form schema.function(types)"});
  CHECK(Asked("reading", "read", "app.total(int)") ==
        Lines{"a function is called: ask for `function` or `call`"});
  CHECK(Asked("reading", "any", "").at(0).starts_with("there is no class `any`"));
  CHECK(Asked("reading", "misc", "").at(0).starts_with("there is no class `misc`"));
}

}  // namespace
}  // namespace portreeve::rehearsal
