// Which columns of others a statement uses through a view, from the texts of both.

#include <catch2/catch.hpp>

#include "sql/parser.h"
#include "unit/catalog/small_catalog.h"

namespace portreeve::catalog {
namespace {

NameSpace WithViews(std::vector<std::pair<std::string, std::string>> definitions) {
  SnapshotParts parts = SmallParts();
  Oid oid = 50000;
  for (auto& [name, definition] : definitions) {
    parts.relations.push_back(MakeRelation(oid++, "public", name, {"a", "b"}, RelationKind::kView));
    parts.relations.back().view_definition = std::move(definition);
  }
  NameSpace names = Names();
  names.snapshot = Snapshot::Make(std::move(parts));
  return names;
}

// The columns of schema hr that the statement uses.
Lines OfHr(const NameSpace& names, std::string_view sql) {
  const sql::Facts facts = sql::Analyse(sql, {}, {});
  Lines lines = Columns(Resolve(facts, names).at(0));
  std::erase_if(lines, [](const std::string& line) { return !line.starts_with("hr."); });
  return lines;
}

const char* const kPeople = "SELECT p.id AS a, p.salary AS b FROM hr.people p;";
const Lines kBoth = {"hr.people.id output", "hr.people.salary output"};

TEST_CASE("who uses a column of a view uses all that its definition names") {
  const NameSpace names = WithViews({{"v", kPeople}});
  for (const char* sql :
       {"SELECT b FROM v", "SELECT * FROM v", "TABLE v", "SELECT v FROM v", "SELECT x.a FROM v x",
        "SELECT 1 FROM v WHERE b > 1", "WITH w AS (SELECT a FROM v) TABLE w",
        "CREATE VIEW u AS SELECT b FROM v", "SELECT z FROM v AS y(x, z)",
        "SELECT 1 FROM public.orders o JOIN v ON o.id = v.a"}) {
    INFO(sql);
    CHECK(OfHr(names, sql) == kBoth);
  }
}

TEST_CASE("who uses none of a view's columns uses those that choose its rows") {
  CHECK(OfHr(WithViews({{"v", kPeople}}), "SELECT count(*) FROM v").empty());
  const NameSpace names =
      WithViews({{"v", "SELECT p.id AS a FROM hr.people p WHERE p.salary > 10;"}});
  CHECK(OfHr(names, "SELECT count(*) FROM v") == Lines{"hr.people.salary predicate"});
  CHECK(OfHr(names, "SELECT a FROM v") ==
        Lines{"hr.people.id output", "hr.people.salary predicate"});
}

TEST_CASE("a view that leaves a column out does not use it") {
  const NameSpace names = WithViews({{"v", "SELECT p.id AS a FROM hr.people p;"}});
  CHECK(OfHr(names, "SELECT * FROM v") == Lines{"hr.people.id output"});
}

TEST_CASE("a view of a view uses what that one does, whatever it shows itself") {
  const NameSpace names =
      WithViews({{"v", kPeople}, {"u", "SELECT v.a FROM public.v WHERE v.b > 1;"}});
  CHECK(OfHr(names, "SELECT a FROM u") == kBoth);
  CHECK(OfHr(names, "SELECT count(*) FROM u") == kBoth);
}

TEST_CASE("a view of a partitioned table uses the columns of its partitions") {
  const NameSpace names = WithViews({{"v", "SELECT pay.amount AS a FROM hr.pay;"}});
  CHECK(OfHr(names, "SELECT a FROM v") == Lines{"hr.pay.amount output", "hr.pay_2025.amount output",
                                                "hr.pay_2026.amount output",
                                                "hr.pay_2026_11.amount output"});
}

TEST_CASE("a definition that is not understood uses all columns of what it reaches") {
  const Lines all = {"hr.people.* output"};
  CHECK(OfHr(Names(), "SELECT who FROM app.payroll") == all);
  CHECK(OfHr(Names(), "SELECT amount FROM app.totals").size() == 1);
  SnapshotParts parts = SmallParts();
  parts.relations[8].view_definition = "SELECT JSON_TABLE(";
  NameSpace names = Names();
  names.snapshot = Snapshot::Make(std::move(parts));
  CHECK(OfHr(names, "SELECT who FROM app.payroll") == all);
  // A rule on a table, whose text nobody has read.
  parts = SmallParts();
  parts.relations[1].reaches = {20003};
  names.snapshot = Snapshot::Make(std::move(parts));
  CHECK(OfHr(names, "SELECT id FROM public.orders") ==
        Lines{"hr.pay.* output", "hr.pay_2025.* output", "hr.pay_2026.* output",
              "hr.pay_2026_11.* output"});
}

TEST_CASE("a write to a view may write any column of what it reaches, and reads when it reads") {
  const NameSpace names = WithViews({{"v", kPeople}});
  const Lines written = {"hr.people.* assigned"};
  Lines both = kBoth;
  both.insert(both.begin(), written.front());
  CHECK(OfHr(names, "INSERT INTO v VALUES (1, 2)") == written);
  CHECK(OfHr(names, "INSERT INTO v SELECT id, id FROM public.orders") == written);
  CHECK(OfHr(names, "INSERT INTO v VALUES (1, 2) RETURNING b") == both);
  CHECK(OfHr(names, "UPDATE v SET b = 1") == written);
  CHECK(OfHr(names, "UPDATE v SET b = 1 WHERE a = 2") == both);
  CHECK(OfHr(names, "DELETE FROM v WHERE b > 10") == kBoth);
  CHECK(OfHr(names, "DELETE FROM v").empty());
}

TEST_CASE("to change a view itself uses no column, but a refresh does") {
  const NameSpace names = WithViews({{"v", kPeople}});
  CHECK(OfHr(names, "DROP VIEW v").empty());
  CHECK(OfHr(names, "GRANT SELECT ON v TO app").empty());
  CHECK(OfHr(Names(), "REFRESH MATERIALIZED VIEW app.totals").size() == 1);
}

}  // namespace
}  // namespace portreeve::catalog
