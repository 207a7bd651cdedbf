#include <catch2/catch.hpp>

#include "unit/catalog/small_catalog.h"

namespace portreeve::catalog {
namespace {

// What a view with this definition reaches and calls.
Findings Viewed(std::string definition, Oid oid = 50000) {
  SnapshotParts parts = SmallParts();
  parts.relations.push_back(MakeRelation(oid, "public", "viewed", {"a"}, RelationKind::kView));
  parts.relations.back().view_definition = std::move(definition);
  NameSpace names = Names();
  names.snapshot = Snapshot::Make(std::move(parts));
  sql::StatementFacts facts = Select();
  From(facts, "", "viewed");
  return Resolved(facts, names);
}

TEST_CASE("a view reaches the relations that its definition names") {
  CHECK(Relations(Viewed(" SELECT p.salary\n   FROM hr.people p,\n    pg_class;")) ==
        Lines{"hr.people read (derived)", "pg_catalog.pg_class read (derived)",
              "public.viewed read"});
  CHECK(Relations(Viewed("SELECT 1 AS a;")) == Lines{"public.viewed read"});
}

TEST_CASE("an unqualified name in a definition is one of pg_catalog") {
  CHECK(Relations(Viewed("SELECT id FROM orders;")) == Lines{"public.viewed read"});
}

TEST_CASE("a view calls what its definition calls, PostgreSQL's own functions included") {
  CHECK(Functions(Viewed("SELECT pg_sleep(1), lower('A'), public.order_total(1);")) ==
        Lines{"pg_catalog.pg_sleep(double precision)!", "public.order_total(integer)!"});
  CHECK(Functions(Viewed("SELECT query_to_xml('SELECT 1', true, true, '');")) ==
        Lines{"pg_catalog.query_to_xml(text, boolean, boolean, text)!"});
}

TEST_CASE("a definition that cannot be read, or names what is not there, may call anything") {
  for (const char* definition : {"SELECT JSON_TABLE(", "SELECT nothing();", "SELECT hr.lower('a');",
                                 "SELECT 1; SELECT 2;"}) {
    INFO(definition);
    const Findings findings = Viewed(definition);
    CHECK(Functions(findings) == Lines{".()!?"});
    CHECK(findings.statement_class == sql::StatementClass::kFunction);
  }
}

TEST_CASE("what PostgreSQL's own views call is part of what they are") {
  CHECK(Functions(Viewed("SELECT pg_sleep(1) FROM hr.people;", 12345)).empty());
  CHECK(Relations(Viewed("SELECT pg_sleep(1) FROM hr.people;", 12345)) ==
        Lines{"hr.people read (derived)", "public.viewed read"});
  CHECK(Functions(Viewed("SELECT JSON_TABLE(", 12345)).empty());
}

TEST_CASE("a recursive view does not reach itself") {
  CHECK(Relations(Viewed("SELECT a FROM public.viewed;")) == Lines{"public.viewed read"});
}

}  // namespace
}  // namespace portreeve::catalog
