#include "rehearsal/catalog_reader.h"

#include <algorithm>
#include <string>
#include <vector>

#include "catalog/resolve.h"
#include "files.h"
#include "rehearsal/own_catalog.h"
#include "sql/parser.h"

namespace portreeve::rehearsal {
namespace {

constexpr std::string_view kCatalog = R"yaml(
search_path: app, public
tables:
  hr.pay: { columns: [month, amount] }
  hr.pay_2026: { columns: [month, amount], partition_of: hr.pay }
  app.orders: [id, total]
views:
  app.payroll: { columns: [amount], as: "SELECT amount FROM hr.pay" }
  app.checked: { columns: [ok], materialized: true, as: "SELECT app.check(id) FROM app.orders" }
functions:
  - app.check(int4)
  - { name: "app.run(text)", kind: procedure }
  - { name: "app.twice(integer, VARIADIC text[])", volatility: immutable, of_extension: true }
)yaml";

catalog::Findings Resolved(std::string_view sql,
                           const std::shared_ptr<const catalog::Snapshot>& snapshot) {
  const sql::Facts facts = sql::Analyse(sql, {}, {});
  return catalog::Resolve(facts, {snapshot, "r", {snapshot->parts().default_search_path}, {}})
      .at(0);
}

bool Reaches(const catalog::Findings& findings, std::string_view schema, std::string_view name) {
  return std::ranges::any_of(findings.relations, [&](const catalog::RelationTouch& touch) {
    return touch.schema == schema && touch.name == name && touch.known;
  });
}

TEST_CASE("a small catalog resolves names as that of a server does") {
  const auto snapshot = CatalogOf(kCatalog);
  CHECK(Reaches(Resolved("SELECT * FROM orders", snapshot), "app", "orders"));
  CHECK(Reaches(Resolved("SELECT * FROM payroll", snapshot), "hr", "pay_2026"));
  const catalog::Findings called = Resolved("SELECT ok FROM app.checked", snapshot);
  REQUIRE(called.functions.size() == 1);
  CHECK(called.functions[0].name == "check");
  CHECK(called.functions[0].arguments == "integer");
  CHECK(called.sub_class == sql::SubClass::kCall);
}

TEST_CASE("a small catalog has what PostgreSQL itself puts into every database") {
  const auto snapshot = EmptyCatalog();
  const catalog::Findings counted =
      Resolved("SELECT lower(relname), count(*) FROM pg_class GROUP BY 1", snapshot);
  CHECK(counted.statement_class == sql::StatementClass::kRead);
  CHECK(Reaches(counted, "pg_catalog", "pg_class"));
  CHECK(Reaches(Resolved("TABLE pg_user", snapshot), "pg_catalog", "pg_authid"));
  CHECK(Reaches(Resolved("TABLE information_schema.tables", snapshot), "pg_catalog", "pg_class"));
  const catalog::Findings reading = Resolved("SELECT pg_read_file('x')", snapshot);
  REQUIRE_FALSE(reading.functions.empty());
  CHECK(reading.functions[0].known);
  CHECK_FALSE(reading.functions[0].harmless);
}

TEST_CASE("PostgreSQL's own views are known with the columns that they take from tables") {
  const catalog::Findings roles = Resolved("SELECT rolname FROM pg_roles", EmptyCatalog());
  const auto takes = [&](std::string_view column) {
    return std::ranges::any_of(roles.columns, [&](const catalog::ColumnTouch& touch) {
      return touch.relation == "pg_authid" && touch.column == column;
    });
  };
  CHECK(takes("rolname"));
  CHECK_FALSE(takes("rolpassword"));
  CHECK_FALSE(takes(""));
}

TEST_CASE("a column may be written with its type, and one that is not PostgreSQL's is not known") {
  const auto snapshot = CatalogOf(R"yaml(
tables:
  app.t: [id: integer, plain, name: varchar(30), tags: "text[]", mood: app.mood]
  app.u: { columns: [at: timestamp(3) with time zone, sum: "numeric(10,2)"] }
)yaml");
  const auto types_of = [&](std::string_view table) {
    std::vector<catalog::Oid> types;
    for (const auto& column : snapshot->FindRelation("app", table)->columns) {
      types.push_back(column.type);
    }
    return types;
  };
  CHECK(types_of("t") == std::vector<catalog::Oid>{23, 0, 1043, 1009, 0});
  CHECK(types_of("u") == std::vector<catalog::Oid>{1184, 1700});
  CHECK(snapshot->FindRelation("app", "t")->columns[0].name == "id");
}

TEST_CASE("what is neither a name nor one name with one type is no column") {
  const std::string error = "a column is a name, or `name: type`";
  CHECK(CatalogErrors("tables: { app.t: [[id], {a: text, b: text}, {c: [text]}] }") ==
        Lines{"c.yaml:1:19: " + error, "c.yaml:1:25: " + error, "c.yaml:1:45: " + error});
  CHECK(CatalogErrors("tables: { app.t: [id: text, id] }") ==
        Lines{"c.yaml:1:18: there are two columns named `id`"});
}

TEST_CASE("a catalog may be read out of a file of cases") {
  const auto snapshot =
      CatalogOf("version: 1\ncases: [nonsense]\ncatalog: { tables: { app.t: [a] } }\n");
  CHECK(snapshot->FindRelation("app", "t") != nullptr);
}

TEST_CASE("all that is wrong with a catalog is said in one run, with its place") {
  CHECK(CatalogErrors(R"yaml(search_path: "a b"
tables:
  orders: [id]
  app.t: [id, id]
  app.u: { column: [id] }
  "app.*": [id]
  pg_catalog.mine: [id]
  app.v: { columns: [id], partition_of: app.nowhere }
views:
  app.t: { columns: [id], as: "SELECT 1" }
  app.a: { columns: [id] }
  app.b: { columns: [id], as: "SELECT id FROM t" }
  app.c: { columns: [id], as: "SELECT id FROM app.nowhere" }
  app.d: { columns: [id], as: "DELETE FROM app.t" }
  app.e: { columns: [id], as: "SELEC 1" }
  app.f: { columns: [id], materialized: maybe, as: "SELECT 1; SELECT 2" }
functions:
  - order_total
  - app.f
  - "app.g(integer)"
  - "app.g(int)"
  - "app.*(int)"
  - { name: "app.h()", volatility: sometimes, kind: macro, cost: 1 }
  - [app.i()]
nonsense: 1
)yaml") ==
        Lines{
            "c.yaml:1:14: `search_path`: the server would not take it",
            "c.yaml:3:3: `orders` is not of the form schema.name",
            "c.yaml:4:10: there are two columns named `id`",
            "c.yaml:5:10: table needs `columns`",
            "c.yaml:5:12: table has no `column`; did you mean `columns`?",
            "c.yaml:6:3: `app.*` is not of the form schema.name",
            "c.yaml:7:3: what is in pg_catalog is known already",
            "c.yaml:8:41: there is no table `app.nowhere`",
            "c.yaml:10:3: there are two relations named `app.t`",
            "c.yaml:11:10: view needs `as`",
            "c.yaml:12:31: write `t` with its schema",
            "c.yaml:13:31: there is no `app.nowhere`",
            "c.yaml:14:31: a view is one SELECT",
            "c.yaml:15:31: syntax error at or near \"SELEC\"",
            "c.yaml:16:41: `materialized`: `maybe` is not one of `false` `true`",
            "c.yaml:16:52: a view is one SELECT",
            "c.yaml:18:5: `order_total` is not of the form schema.name(types)",
            "c.yaml:19:5: `app.f` is not of the form schema.name(types)",
            "c.yaml:21:5: there are two functions `app.g(int)`",
            "c.yaml:22:5: `app.*(int)` is not of the form schema.name(types)",
            "c.yaml:23:36: `volatility`: `sometimes` is not one of `immutable` `stable` `volatile`",
            "c.yaml:23:53: `kind`: `macro` is not one of `function` `procedure` `aggregate`",
            "c.yaml:23:60: function has no `cost`",
            "c.yaml:24:5: function must be a map, not a list",
            "c.yaml:25:1: the catalog has no `nonsense`",
        });
}

TEST_CASE("a catalog of the wrong shape is refused, and none is too large to be") {
  CHECK(CatalogErrors("[]").size() == 1);
  CHECK(CatalogErrors("tables: []") == Lines{"c.yaml:1:9: `tables` must be a map of names"});
  CHECK(CatalogErrors("functions: {}") == Lines{"c.yaml:1:12: `functions` must be a list"});
  CHECK(CatalogErrors("schemas: { a: b }").size() == 1);
  CHECK(CatalogErrors("schemas: ['']").size() == 1);
  std::string wide = "tables: { app.t: [";
  for (int i = 0; i < 1'601; ++i) wide += "c" + std::to_string(i) + ", ";
  CHECK(CatalogErrors(wide + "] }") == Lines{"c.yaml:1:18: a relation has at most 1600 columns"});
  CHECK_FALSE(CatalogErrors(std::string(2'000'000, '#')).empty());
  std::string many = "functions:\n";
  for (int i = 0; i < 40'000; ++i) many += "- s.f" + std::to_string(i) + "()\n";
  CHECK(CatalogOf(many)->parts().functions.size() > 40'000);
}

}  // namespace
}  // namespace portreeve::rehearsal
