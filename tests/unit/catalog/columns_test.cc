#include <catch2/catch.hpp>

#include "unit/catalog/small_catalog.h"

namespace portreeve::catalog {
namespace {

using sql::ColumnUsage;

sql::ColumnUse Use(std::string qualifier, std::string name, uint32_t level = 0,
                   ColumnUsage usage = ColumnUsage::kOutput) {
  return {level, "", std::move(qualifier), std::move(name), usage};
}

Lines ColumnsOf(sql::StatementFacts facts, std::vector<sql::ColumnUse> uses,
                const NameSpace& names = Names()) {
  facts.columns = std::move(uses);
  return Columns(Resolved(facts, names));
}

TEST_CASE("a qualified column belongs to the relation of that name or alias") {
  sql::StatementFacts facts = Select();
  From(facts, "", "people", "p");
  From(facts, "hr", "people", "q");
  CHECK(ColumnsOf(facts, {Use("p", "id"), Use("q", "salary", 0, ColumnUsage::kPredicate)}) ==
        Lines{"hr.people.salary predicate", "public.people.id output"});
}

TEST_CASE("an unqualified column belongs to the relations in scope that have it") {
  sql::StatementFacts facts = Select();
  From(facts, "", "people");
  From(facts, "hr", "people", "q");
  CHECK(ColumnsOf(facts, {Use("", "salary")}) == Lines{"hr.people.salary output"});
  CHECK(ColumnsOf(facts, {Use("", "id")}) ==
        Lines{"hr.people.id output", "public.people.id output"});
}

TEST_CASE("the nearest level that has the alias explains a name") {
  sql::StatementFacts facts = Select();
  facts.levels.push_back({0});
  From(facts, "hr", "people", "p", 0);
  From(facts, "", "people", "p", 1);
  CHECK(ColumnsOf(facts, {Use("p", "id", 1)}) == Lines{"public.people.id output"});
  CHECK(ColumnsOf(facts, {Use("p", "id", 0)}) == Lines{"hr.people.id output"});
}

TEST_CASE("a name may belong to a level further out, and never to one further in") {
  sql::StatementFacts facts = Select();
  facts.levels.push_back({0});
  From(facts, "hr", "people", "outer_one", 0);
  From(facts, "", "orders", "inner_one", 1);
  CHECK(ColumnsOf(facts, {Use("outer_one", "salary", 1), Use("", "salary", 1)}) ==
        Lines{"hr.people.salary output"});
  facts.columns = {Use("inner_one", "id", 0)};
  CHECK(Resolved(facts, Names()).statement_class == sql::StatementClass::kUnknown);
}

TEST_CASE("a star is every column of the relations of its own level") {
  sql::StatementFacts facts = Select();
  facts.levels.push_back({0});
  From(facts, "hr", "people", "", 0);
  From(facts, "", "orders", "", 1);
  CHECK(ColumnsOf(facts, {Use("", "", 1)}) == Lines{"public.orders.* output"});
  CHECK(ColumnsOf(facts, {Use("people", "", 1)}) == Lines{"hr.people.* output"});
}

TEST_CASE("the name of a relation alone is its whole row") {
  sql::StatementFacts facts = Select();
  From(facts, "hr", "people", "p");
  CHECK(ColumnsOf(facts, {Use("", "p")}) == Lines{"hr.people.* output"});
}

TEST_CASE("a list of column aliases hides which column is meant") {
  sql::StatementFacts facts = Select();
  From(facts, "hr", "people", "p");
  facts.range[0].renames = true;
  CHECK(ColumnsOf(facts, {Use("p", "a")}) == Lines{"hr.people.* output"});
  CHECK(ColumnsOf(facts, {Use("p", "salary")}) == Lines{"hr.people.* output"});
  // `b` may be any of them, or a column that the list leaves alone.
  CHECK(ColumnsOf(facts, {Use("", "b")}) == Lines{"hr.people.* output", "hr.people.b output"});
}

TEST_CASE("a column of an unknown relation is all that it may have") {
  sql::StatementFacts facts = Select();
  From(facts, "", "nothing", "n");
  CHECK(ColumnsOf(facts, {Use("n", "x")}) == Lines{".nothing.* output"});
  CHECK(ColumnsOf(facts, {Use("", "x")}) == Lines{".nothing.* output"});
}

TEST_CASE("a column that no relation is known to have may be newer than the snapshot") {
  sql::StatementFacts facts = Select();
  From(facts, "hr", "people", "p");
  facts.range.push_back({0, "s", sql::kNoIndex, false});
  CHECK(ColumnsOf(facts, {Use("", "ssn")}) == Lines{"hr.people.ssn output"});
  CHECK(ColumnsOf(facts, {Use("p", "ssn")}) == Lines{"hr.people.ssn output"});
  CHECK(ColumnsOf(facts, {Use("s", "ssn")}).empty());
}

TEST_CASE("system columns belong to every table and to no view") {
  sql::StatementFacts facts = Select();
  From(facts, "hr", "people", "p");
  From(facts, "app", "payroll", "v");
  CHECK(ColumnsOf(facts, {Use("", "ctid")}) == Lines{"hr.people.ctid output"});
  CHECK(ColumnsOf(facts, {Use("p", "tableoid")}) == Lines{"hr.people.tableoid output"});
}

TEST_CASE("a name of three parts is found by schema and table, not by alias") {
  sql::StatementFacts facts = Select();
  From(facts, "", "people");
  From(facts, "hr", "people", "q");
  CHECK(ColumnsOf(facts, {{0, "public", "people", "id", ColumnUsage::kOutput}}) ==
        Lines{"public.people.id output"});
  facts.columns = {{0, "hr", "people", "salary", ColumnUsage::kOutput}};
  const Findings findings = Resolved(facts, Names());
  CHECK(findings.statement_class == sql::StatementClass::kUnknown);
  CHECK(findings.unknown_reason.find("\"hr.people.salary\"") != std::string::npos);
}

TEST_CASE("a name of three parts finds an unqualified relation only in its own schema") {
  sql::StatementFacts facts = Select();
  From(facts, "", "people");
  facts.columns = {{0, "hr", "people", "salary", ColumnUsage::kOutput}};
  CHECK(Resolved(facts, Names()).statement_class == sql::StatementClass::kUnknown);
  CHECK(Columns(Resolved(facts, Names({"hr"}))) == Lines{"hr.people.salary output"});
}

TEST_CASE("a qualifier that is in no FROM makes the statement unknown") {
  sql::StatementFacts facts = Select();
  facts.statement_class = sql::StatementClass::kWrite;
  facts.sub_class = sql::SubClass::kUpdate;
  From(facts, "hr", "people", "people", 0, sql::Access::kUpdate);
  facts.columns = {Use("old", "ssn")};
  const Findings findings = Resolved(facts, Names());
  CHECK(findings.statement_class == sql::StatementClass::kUnknown);
  CHECK(findings.sub_class == sql::SubClass::kUnknown);
  CHECK(findings.unknown_reason ==
        "the name \"old.ssn\" belongs to nothing that the statement reads");
}

TEST_CASE("a column of a parent is one of its children, and the other way round") {
  sql::StatementFacts facts = Select();
  From(facts, "hr", "pay_2026", "p");
  CHECK(ColumnsOf(facts, {Use("p", "amount")}) ==
        Lines{"hr.pay.amount output", "hr.pay_2026.amount output", "hr.pay_2026_11.amount output"});
}

TEST_CASE("a column of a view is the view's, and with it goes what the view uses") {
  sql::StatementFacts facts = Select();
  From(facts, "app", "payroll", "v");
  CHECK(ColumnsOf(facts, {Use("v", "what"), Use("", "who")}) ==
        Lines{"app.payroll.what output", "app.payroll.who output", "hr.people.* output"});
}

TEST_CASE("columns follow a relation to everything that its name may mean") {
  sql::StatementFacts facts = Select();
  From(facts, "", "people");
  CHECK(ColumnsOf(facts, {Use("people", "id")}, Names({"public", "hr"})) ==
        Lines{"hr.people.id output", "public.people.id output"});
  NameSpace names = Names();
  names.made = {{"", "people", true}};
  CHECK(ColumnsOf(facts, {Use("people", "id")}, names) ==
        Lines{"pg_temp.people.id output", "public.people.id output"});
}

TEST_CASE("levels and places that are not there are passed over") {
  sql::StatementFacts facts = Select();
  facts.levels = {{0}};
  From(facts, "hr", "people", "p", 7);
  facts.range.push_back({0, "q", 99, false});
  CHECK(ColumnsOf(facts, {Use("", "x"), Use("", "", 9), Use("q", "x"), Use("", "q")}).empty());
}

TEST_CASE("a statement with more names than can be looked at is unknown") {
  sql::StatementFacts facts = Select();
  for (int i = 0; i < 3000; ++i) From(facts, "", "orders", "o" + std::to_string(i));
  for (int i = 0; i < 3000; ++i) facts.columns.push_back(Use("", "c" + std::to_string(i)));
  const Findings findings = Resolved(facts, Names());
  CHECK(findings.statement_class == sql::StatementClass::kUnknown);
  CHECK_FALSE(findings.unknown_reason.empty());
  CHECK(findings.columns.size() <= 100'000);
}

TEST_CASE("a statement whose names would take too long to look for is unknown") {
  sql::StatementFacts facts = Select();
  facts.levels.clear();
  for (uint32_t i = 0; i < 3000; ++i) facts.levels.push_back({i == 0 ? sql::kNoIndex : i - 1});
  for (int i = 0; i < 3000; ++i) facts.columns.push_back(Use("", "c" + std::to_string(i), 2999));
  const Findings findings = Resolved(facts, Names());
  CHECK(findings.statement_class == sql::StatementClass::kUnknown);
  CHECK(findings.unknown_reason.find("too many names") != std::string::npos);
}

}  // namespace
}  // namespace portreeve::catalog
