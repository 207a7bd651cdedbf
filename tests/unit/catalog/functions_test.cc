#include <catch2/catch.hpp>

#include "unit/catalog/small_catalog.h"

namespace portreeve::catalog {
namespace {

Lines Calls(std::string schema, std::string name, uint32_t arguments,
            const NameSpace& names = Names()) {
  sql::StatementFacts facts = Select();
  facts.functions = {{std::move(schema), std::move(name), arguments}};
  return Functions(Resolved(facts, names));
}

Lines Operators(std::string schema, std::string name, const NameSpace& names = Names()) {
  sql::StatementFacts facts = Select();
  facts.operators = {{std::move(schema), std::move(name)}};
  return Functions(Resolved(facts, names));
}

Lines Types(std::string schema, std::string name, const NameSpace& names = Names()) {
  sql::StatementFacts facts = Select();
  facts.types = {{std::move(schema), std::move(name)}};
  return Functions(Resolved(facts, names));
}

TEST_CASE("every candidate of an overloaded name counts") {
  CHECK(Calls("", "lower", 1) == Lines{"pg_catalog.lower(anyrange)", "pg_catalog.lower(text)"});
}

TEST_CASE("a function of another schema on the path may be meant instead of PostgreSQL's own") {
  CHECK(Calls("", "lower", 1, Names({"evil, pg_catalog"})) ==
        Lines{"evil.lower(text)!", "pg_catalog.lower(anyrange)", "pg_catalog.lower(text)"});
  CHECK(Calls("pg_catalog", "lower", 1, Names({"evil, pg_catalog"})) ==
        Lines{"pg_catalog.lower(anyrange)", "pg_catalog.lower(text)"});
}

TEST_CASE("PostgreSQL's own hides one of the same arguments behind it on every path") {
  CHECK(Calls("", "gen_random_uuid", 0) == Lines{"pg_catalog.gen_random_uuid()"});
  CHECK(Calls("", "lower", 1, Names({"evil"})) ==
        Lines{"pg_catalog.lower(anyrange)", "pg_catalog.lower(text)"});
  CHECK(Calls("", "gen_random_uuid", 0, Names({"public", "public, pg_catalog"})) ==
        Lines{"pg_catalog.gen_random_uuid()", "public.gen_random_uuid()!"});
  CHECK(Calls("public", "gen_random_uuid", 0) == Lines{"public.gen_random_uuid()!"});
}

TEST_CASE("a path that may be anything finds functions in every schema") {
  CHECK(Calls("", "lower", 1, Names({})).front() == "evil.lower(text)!");
  CHECK(Calls("", "order_total", 1, Names({})) == Lines{"public.order_total(integer)!"});
}

TEST_CASE("a function of users is not harmless, whatever it says of itself") {
  CHECK(Calls("", "order_total", 1) == Lines{"public.order_total(integer)!"});
  CHECK(Calls("app", "is_email", 1) == Lines{"app.is_email(text)!"});
}

TEST_CASE("a volatile function is harmless only if it is on the list") {
  CHECK(Calls("", "nextval", 1) == Lines{"pg_catalog.nextval(regclass)"});
  CHECK(Calls("", "pg_sleep", 1) == Lines{"pg_catalog.pg_sleep(double precision)!"});
  CHECK(Calls("", "now", 0) == Lines{"pg_catalog.now()"});
}

TEST_CASE("a stable function that runs SQL given as text is not harmless") {
  CHECK(Calls("", "query_to_xml", 4) ==
        Lines{"pg_catalog.query_to_xml(text, boolean, boolean, text)!"});
}

TEST_CASE("a function that is not there, or not with so many arguments, is unknown") {
  CHECK(Calls("", "nothing", 1) == Lines{".nothing()!?"});
  CHECK(Calls("evil", "nothing", 1) == Lines{"evil.nothing()!?"});
  CHECK(Calls("", "lower", 2) == Lines{".lower()!?"});
  CHECK(Calls("", "current_person", 0) == Lines{".current_person()!?"});
  CHECK(Calls("pg_temp", "lower", 1) == Lines{"pg_temp.lower()!?"});
}

TEST_CASE("functions are not looked for in pg_temp without its name") {
  SnapshotParts parts = SmallParts();
  parts.functions.push_back(MakeFunction(31000, "pg_temp", "hidden", "text", 1));
  NameSpace names = Names({"pg_temp, public"});
  names.snapshot = Snapshot::Make(std::move(parts));
  CHECK(Calls("", "hidden", 1, names) == Lines{".hidden()!?"});
}

TEST_CASE("variadic functions and aggregates take more arguments than they are declared with") {
  CHECK(Calls("", "concat", 9) == Lines{"pg_catalog.concat(VARIADIC \"any\")"});
  CHECK(Calls("", "concat", 0) == Lines{".concat()!?"});
  CHECK(Calls("", "percentile_cont", 1) ==
        Lines{"pg_catalog.percentile_cont(double precision, double precision)"});
}

TEST_CASE("functions of the information schema are PostgreSQL's own if initdb made them") {
  CHECK(Calls("information_schema", "_pg_index_position", 2) ==
        Lines{"information_schema._pg_index_position(oid, smallint)"});
  SnapshotParts parts = SmallParts();
  parts.functions.push_back(MakeFunction(31000, "information_schema", "added", "", 0));
  NameSpace names = Names();
  names.snapshot = Snapshot::Make(std::move(parts));
  CHECK(Calls("information_schema", "added", 0, names) == Lines{"information_schema.added()!"});
}

TEST_CASE("EXTRACT is date_part on a server that has no function extract") {
  SnapshotParts parts = SmallParts();
  parts.functions.push_back(MakeFunction(111, "pg_catalog", "date_part", "text, date", 2));
  NameSpace names = Names();
  names.snapshot = Snapshot::Make(std::move(parts));
  CHECK(Calls("pg_catalog", "extract", 2, names) == Lines{"pg_catalog.date_part(text, date)"});
  CHECK(Calls("", "extract", 2, names) == Lines{".extract()!?"});
}

TEST_CASE("without a snapshot every function, operator and type is unknown") {
  NameSpace names = Names();
  names.snapshot = nullptr;
  CHECK(Calls("", "now", 0, names) == Lines{".now()!?"});
  CHECK(Operators("", "=", names) == Lines{".=()!?"});
  CHECK(Operators("pg_catalog", "=", names).empty());
  CHECK(Types("", "email", names) == Lines{".email()!?"});
  CHECK(Types("pg_catalog", "int4", names).empty());
}

TEST_CASE("an operator of users calls its function") {
  CHECK(Operators("", "=").empty());
  CHECK(Operators("", "=", Names({"public, evil"})) == Lines{"evil.equal(integer, integer)!"});
  CHECK(Operators("evil", "=") == Lines{"evil.equal(integer, integer)!"});
  CHECK(Operators("pg_catalog", "=", Names({"evil"})).empty());
  CHECK(Operators("", "=", Names({})) == Lines{"evil.equal(integer, integer)!"});
}

TEST_CASE("an operator of users over a function that only computes is harmless") {
  CHECK(Operators("", "~~~").empty());
}

// The catalog with citext, more or less, in public.
NameSpace WithExtension(void (*change)(Function&) = [](Function&) {}) {
  SnapshotParts parts = SmallParts();
  for (const char* name : {"lower", "citext_eq", "digest"}) {
    Function function =
        MakeFunction(31000 + static_cast<Oid>(parts.functions.size()), "public", name, "citext", 1);
    function.language = "c";
    function.of_extension = true;
    change(function);
    parts.functions.push_back(function);
  }
  parts.operators.push_back({"public", "=", parts.functions[parts.functions.size() - 2].oid});
  NameSpace names = Names();
  names.snapshot = Snapshot::Make(std::move(parts));
  return names;
}

TEST_CASE("an extension that overloads what PostgreSQL has does not make every use of it a call") {
  CHECK(Operators("", "=", WithExtension()) == Lines{"public.citext_eq(citext)"});
  CHECK(Calls("", "lower", 1, WithExtension()) ==
        Lines{"pg_catalog.lower(anyrange)", "pg_catalog.lower(text)", "public.lower(citext)"});
}

TEST_CASE("an extension's function that the statement itself calls is not harmless") {
  CHECK(Calls("", "digest", 1, WithExtension()) == Lines{"public.digest(citext)!"});
  CHECK(Calls("public", "lower", 1, WithExtension()) == Lines{"public.lower(citext)!"});
}

TEST_CASE("an overload that is not an extension's, or does more than compute, is a call") {
  const Lines call = {"public.citext_eq(citext)!"};
  CHECK(Operators("", "=", WithExtension([](Function& f) { f.of_extension = false; })) == call);
  CHECK(Operators("", "=", WithExtension([](Function& f) { f.security_definer = true; })) == call);
  const auto of_users = WithExtension([](Function& f) { f.of_extension = false; });
  CHECK(Calls("", "lower", 1, of_users).back() == "public.lower(citext)!");
  const auto writes = WithExtension([](Function& f) { f.volatility = Volatility::kVolatile; });
  CHECK(Operators("", "=", writes) == call);
  CHECK(Calls("", "lower", 1, writes).back() == "public.lower(citext)!");
}

TEST_CASE("an operator of a schema that has none of that name is unknown") {
  CHECK(Operators("app", "=") == Lines{"app.=()!?"});
}

TEST_CASE("a type with a check or cast of users calls its functions") {
  CHECK(Types("app", "email") == Lines{"app.is_email(text)!"});
  CHECK(Types("", "email").empty());
  CHECK(Types("", "email", Names({"app"})) == Lines{"app.is_email(text)!"});
  CHECK(Types("", "plain").empty());
}

TEST_CASE("a view calls the functions of its definition, through the views that it reads") {
  sql::StatementFacts facts = Select();
  From(facts, "app", "report");
  CHECK(Functions(Resolved(facts, Names())) == Lines{"app.current_person()!"});
}

TEST_CASE("a column name behind a row may be a function of the row") {
  sql::StatementFacts facts = Select();
  From(facts, "", "people", "p");
  facts.columns = {{0, "", "p", "secrets", sql::ColumnUsage::kOutput}};
  const Findings findings = Resolved(facts, Names());
  CHECK(Functions(findings) == Lines{"public.secrets(people)!"});
  CHECK(Columns(findings) == Lines{"public.people.* output"});
  CHECK(findings.statement_class == sql::StatementClass::kFunction);
}

TEST_CASE("a field of any expression may be a function of it") {
  sql::StatementFacts facts = Select();
  facts.fields = {"secrets", "pg_sleep", "nothing"};
  CHECK(Functions(Resolved(facts, Names())) ==
        Lines{"pg_catalog.pg_sleep(double precision)!", "public.secrets(people)!"});
  NameSpace unknown = Names();
  unknown.snapshot = nullptr;
  CHECK(Functions(Resolved(facts, unknown)) ==
        Lines{".nothing()!?", ".pg_sleep()!?", ".secrets()!?"});
}

TEST_CASE("a column of the relation is not taken for a function of the row") {
  sql::StatementFacts facts = Select();
  From(facts, "", "people", "p");
  facts.columns = {{0, "", "p", "name", sql::ColumnUsage::kOutput}};
  CHECK(Functions(Resolved(facts, Names())).empty());
}

TEST_CASE("a column name behind the row of a subquery may be a function of the row") {
  sql::StatementFacts facts = Select();
  facts.range.push_back({0, "s", sql::kNoIndex, false});
  facts.columns = {{0, "", "s", "secrets", sql::ColumnUsage::kOutput},
                   {0, "", "s", "total", sql::ColumnUsage::kOutput}};
  CHECK(Functions(Resolved(facts, Names())) == Lines{"public.secrets(people)!"});
}

}  // namespace
}  // namespace portreeve::catalog
