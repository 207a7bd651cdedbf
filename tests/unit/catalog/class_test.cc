#include <catch2/catch.hpp>

#include "unit/catalog/small_catalog.h"

namespace portreeve::catalog {
namespace {

using sql::StatementClass;
using sql::SubClass;

Findings Calling(StatementClass statement_class, SubClass sub_class, std::string function) {
  sql::StatementFacts facts = Select();
  facts.statement_class = statement_class;
  facts.sub_class = sub_class;
  facts.housekeeping = true;
  facts.functions = {{"", std::move(function), 1}};
  return Resolved(facts, Names());
}

TEST_CASE("a function that is not harmless raises the class to function") {
  for (const char* function : {"order_total", "nothing", "pg_sleep"}) {
    INFO(function);
    const Findings findings = Calling(StatementClass::kRead, SubClass::kSelect, function);
    CHECK(findings.statement_class == StatementClass::kFunction);
    CHECK(findings.sub_class == SubClass::kCall);
    CHECK_FALSE(findings.housekeeping);
  }
}

TEST_CASE("a harmless function leaves the class as it is") {
  const Findings findings = Calling(StatementClass::kRead, SubClass::kSelect, "lower");
  CHECK(findings.statement_class == StatementClass::kRead);
  CHECK(findings.sub_class == SubClass::kSelect);
  CHECK(findings.housekeeping);
}

TEST_CASE("a class that is higher already stays") {
  const Findings write = Calling(StatementClass::kWrite, SubClass::kUpdate, "order_total");
  CHECK(write.statement_class == StatementClass::kWrite);
  CHECK(write.sub_class == SubClass::kUpdate);
  const Findings call = Calling(StatementClass::kFunction, SubClass::kDoBlock, "order_total");
  CHECK(call.sub_class == SubClass::kDoBlock);
  const Findings unknown = Calling(StatementClass::kUnknown, SubClass::kUnknown, "order_total");
  CHECK(unknown.statement_class == StatementClass::kUnknown);
}

TEST_CASE("what the facts say of the statement is kept") {
  sql::StatementFacts facts = Select();
  facts.where = sql::Where::kTrivial;
  facts.limit = 10;
  facts.statement_class = StatementClass::kUnknown;
  facts.sub_class = SubClass::kUnknown;
  facts.unknown_reason = "too deep";
  const Findings findings = Resolved(facts, Names());
  CHECK(findings.where == sql::Where::kTrivial);
  CHECK(findings.limit == 10);
  CHECK(findings.unknown_reason == "too deep");
}

TEST_CASE("each statement has its findings, and a text without statements has none") {
  sql::Facts facts;
  CHECK(Resolve(facts, Names()).empty());
  facts.syntax_error.emplace();
  CHECK(Resolve(facts, Names()).empty());
  facts.syntax_error.reset();
  facts.statements = {Select(), Select(), Select()};
  CHECK(Resolve(facts, Names()).size() == 3);
}

TEST_CASE("findings that are equal are kept once") {
  sql::StatementFacts facts = Select();
  for (int i = 0; i < 100; ++i) {
    From(facts, "hr", "people", "p" + std::to_string(i));
    facts.columns.push_back({0, "", "p" + std::to_string(i), "id", sql::ColumnUsage::kOutput});
    facts.functions.push_back({"", "now", 0});
  }
  const Findings findings = Resolved(facts, Names());
  CHECK(findings.relations.size() == 1);
  CHECK(findings.columns.size() == 1);
  CHECK(findings.functions.size() == 1);
}

}  // namespace
}  // namespace portreeve::catalog
