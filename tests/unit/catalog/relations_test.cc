#include <catch2/catch.hpp>

#include "unit/catalog/small_catalog.h"

namespace portreeve::catalog {
namespace {

Lines Reads(std::string schema, std::string name, const NameSpace& names) {
  sql::StatementFacts facts = Select();
  From(facts, std::move(schema), std::move(name));
  return Relations(Resolved(facts, names));
}

Lines Uses(std::string schema, std::string name, sql::Access access) {
  sql::StatementFacts facts = Select();
  From(facts, std::move(schema), std::move(name), "", 0, access);
  return Relations(Resolved(facts, Names()));
}

TEST_CASE("an unqualified name is the first on the search_path that may be used") {
  CHECK(Reads("", "people", Names({"public, hr"})) == Lines{"public.people read"});
  CHECK(Reads("", "people", Names({"hr, public"})) == Lines{"hr.people read"});
  CHECK(Reads("", "people", Names({"nowhere, \"HR\", hr"})) == Lines{"hr.people read"});
}

TEST_CASE("pg_catalog stands before the path unless the path places it") {
  NameSpace names = Names({"evil"});
  SnapshotParts parts = SmallParts();
  parts.relations.push_back(MakeRelation(20100, "evil", "pg_class", {"relname"}));
  names.snapshot = Snapshot::Make(std::move(parts));
  CHECK(Reads("", "pg_class", names) == Lines{"pg_catalog.pg_class read"});
  names.search_paths = {"evil, pg_catalog"};
  CHECK(Reads("", "pg_class", names) == Lines{"evil.pg_class read"});
}

TEST_CASE("a schema that the role may not be able to use hides nothing") {
  CHECK(Reads("", "orders", Names({"closed, public"})) ==
        Lines{"closed.orders read", "public.orders read"});
}

TEST_CASE("a name is resolved by every search_path that the session may have") {
  CHECK(Reads("", "orders", Names({"public", "evil, public"})) ==
        Lines{"evil.orders read", "public.orders read"});
  CHECK(Reads("", "people", Names({"public", "\"$user"})) ==
        Lines{"hr.people read", "public.people read"});
  CHECK(Reads("", "orders", Names({})) ==
        Lines{"closed.orders read", "evil.orders read", "public.orders read"});
}

TEST_CASE("$user leads to the schema of the role") {
  NameSpace names = Names({"\"$user\", public"});
  names.role = "hr";
  CHECK(Reads("", "people", names) == Lines{"hr.people read"});
  names.role = "";
  CHECK(Reads("", "people", names) == Lines{"public.people read"});
}

TEST_CASE("what no schema on the path has is unknown, without a schema") {
  CHECK(Reads("", "nothing", Names()) == Lines{".nothing read?"});
  CHECK(Reads("", "payroll", Names()) == Lines{".payroll read?"});
}

TEST_CASE("a qualified name that the snapshot does not have is unknown") {
  CHECK(Reads("hr", "nothing", Names()) == Lines{"hr.nothing read?"});
  CHECK(Reads("nowhere", "people", Names()) == Lines{"nowhere.people read?"});
  CHECK(Reads("pg_temp_3", "people", Names()) == Lines{"pg_temp_3.people read?"});
  CHECK(Reads("HR", "people", Names()) == Lines{"HR.people read?"});
}

TEST_CASE("names are compared as they are, quoted ones included") {
  CHECK(Reads("", "Mixed Case", Names()) == Lines{"public.Mixed Case read"});
  CHECK(Reads("", "mixed case", Names()) == Lines{".mixed case read?"});
}

TEST_CASE("without a snapshot every relation is unknown") {
  NameSpace names = Names();
  names.snapshot = nullptr;
  CHECK(Reads("", "people", names) == Lines{".people read?"});
  CHECK(Reads("hr", "people", names) == Lines{"hr.people read?"});
}

TEST_CASE("a temporary table that the session made is known, and so is what it may hide") {
  NameSpace names = Names();
  names.made = {{"", "scratch", true}, {"", "orders", true}};
  CHECK(Reads("", "scratch", names) == Lines{"pg_temp.scratch read"});
  CHECK(Reads("pg_temp", "scratch", names) == Lines{"pg_temp.scratch read"});
  CHECK(Reads("", "orders", names) == Lines{"pg_temp.orders read", "public.orders read"});
  CHECK(Reads("public", "orders", names) == Lines{"public.orders read"});
  CHECK(Reads("pg_temp", "other", names) == Lines{"pg_temp.other read?"});
}

TEST_CASE("a table made in pg_temp by its name or by the path is temporary") {
  NameSpace names = Names();
  names.made = {{"pg_temp", "scratch", false}};
  CHECK(Reads("", "scratch", names) == Lines{"pg_temp.scratch read"});
  names = Names({"pg_temp, public"});
  names.made = {{"", "scratch", false}};
  CHECK(Reads("", "scratch", names) == Lines{"pg_temp.scratch read"});
}

TEST_CASE("a table that the session made is known before the next snapshot has it") {
  NameSpace names = Names({"app, public"});
  names.made = {{"", "fresh", false}, {"hr", "newer", false}};
  CHECK(Reads("", "fresh", names) == Lines{"app.fresh read"});
  CHECK(Reads("app", "fresh", names) == Lines{"app.fresh read"});
  CHECK(Reads("hr", "fresh", names) == Lines{"hr.fresh read?"});
  CHECK(Reads("hr", "newer", names) == Lines{"hr.newer read"});
  CHECK(Reads("", "newer", names) == Lines{".newer read?"});
}

TEST_CASE("what an earlier statement of the text makes is known to the later ones") {
  sql::Facts facts;
  facts.statements = {Select(), Select()};
  facts.statements[0].statement_class = sql::StatementClass::kDdl;
  facts.statements[0].makes_relations = {{"", "scratch", true}};
  From(facts.statements[0], "", "scratch", "", 0, sql::Access::kDdl);
  From(facts.statements[1], "", "scratch");
  const auto findings = Resolve(facts, Names());
  REQUIRE(findings.size() == 2);
  CHECK(Relations(findings[0]) == Lines{"pg_temp.scratch ddl"});
  CHECK(Relations(findings[1]) == Lines{"pg_temp.scratch read"});
}

TEST_CASE("a relation that the statement itself makes is where CREATE puts it") {
  sql::StatementFacts facts = Select();
  facts.statement_class = sql::StatementClass::kDdl;
  facts.makes_relations = {{"", "people", false}};
  From(facts, "", "people", "", 0, sql::Access::kDdl);
  From(facts, "", "people", "old", 0, sql::Access::kRead);
  CHECK(Relations(Resolved(facts, Names({"app, hr"}))) ==
        Lines{"app.people ddl", "hr.people read"});
  CHECK(Relations(Resolved(facts, Names({}))).front() == ".people ddl?");
}

TEST_CASE("a search_path that an earlier statement of the text sets may hold for the later ones") {
  sql::Facts facts;
  facts.statements = {Select(), Select()};
  facts.statements[0].settings = {{"search_path", "evil, public", false, false}};
  From(facts.statements[0], "", "orders");
  From(facts.statements[1], "", "orders");
  auto findings = Resolve(facts, Names());
  CHECK(Relations(findings.at(0)) == Lines{"public.orders read"});
  CHECK(Relations(findings.at(1)) == Lines{"evil.orders read", "public.orders read"});

  const std::vector<sql::SettingUse> anything = {{"search_path", std::nullopt, true, false},
                                                 {"search_path", std::nullopt, false, false},
                                                 {"", std::nullopt, false, false},
                                                 {"all", std::nullopt, true, false},
                                                 {"role", "hr", false, false},
                                                 {"search_path", "a,,b", false, false}};
  for (const sql::SettingUse& setting : anything) {
    INFO(setting.name);
    facts.statements[0].settings = {setting};
    findings = Resolve(facts, Names());
    CHECK(Relations(findings.at(1)).size() == 3);
  }
  facts.statements[0].settings = {{"work_mem", "4MB", false, false}};
  CHECK(Relations(Resolve(facts, Names()).at(1)) == Lines{"public.orders read"});
}

TEST_CASE("a view, a partition and a parent bring their relatives along") {
  CHECK(Uses("app", "payroll", sql::Access::kRead) ==
        Lines{"app.payroll read", "hr.people read (derived)"});
  CHECK(Uses("hr", "pay_2026", sql::Access::kDelete) ==
        Lines{"hr.pay delete (derived)", "hr.pay_2026 delete", "hr.pay_2026_11 delete (derived)"});
  CHECK(Uses("app", "payroll", sql::Access::kUpdate) ==
        Lines{"app.payroll update", "hr.people update (derived)"});
}

TEST_CASE("to change a view's definition does nothing to what it reaches") {
  CHECK(Uses("app", "payroll", sql::Access::kDdl) == Lines{"app.payroll ddl"});
  CHECK(Uses("app", "totals", sql::Access::kDdl) ==
        Lines{"app.totals ddl", "hr.people read (derived)"});
  CHECK(Uses("hr", "people_salary_idx", sql::Access::kDdl) ==
        Lines{"hr.people ddl (derived)", "hr.people_salary_idx ddl"});
}

}  // namespace
}  // namespace portreeve::catalog
