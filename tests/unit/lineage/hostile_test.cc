#include <string>

#include "unit/lineage/traced.h"

namespace portreeve::lineage {
namespace {

constexpr int kMany = 600;

std::string Repeated(const std::string& text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) repeated += text;
  return repeated;
}

bool IsUnknown(const Lines& lines) {
  return lines.size() == 1 && lines[0].starts_with("unknown: ");
}

TEST_CASE("what is nested too deeply is not followed") {
  const std::string subqueries =
      Repeated("SELECT * FROM (", kMany) + "SELECT email FROM customers" + Repeated(") s", kMany);
  CHECK(IsUnknown(Traced(subqueries)));
  CHECK(IsUnknown(Traced("SELECT " + Repeated("email || ", kMany) + "email FROM customers")));
  CHECK(
      IsUnknown(Traced(Repeated("SELECT email FROM customers UNION ALL ", kMany) + "SELECT 'x'")));
  CHECK(IsUnknown(Traced("SELECT " + Repeated("(SELECT ", kMany) + "1" + Repeated(")", kMany))));
  CHECK(Traced("SELECT id FROM customers WHERE " + Repeated("name = 'x' AND ", kMany) + "true") ==
        Lines{"id: =customers.id", "use equality customers.name"});
  CHECK(Traced(Repeated("SELECT e FROM (", 100) + "SELECT email AS e FROM customers" +
               Repeated(") s", 100)) == Lines{"e: =customers.email"});
}

TEST_CASE("work is bounded whatever the statement joins and repeats") {
  std::string doubling = "WITH w0 AS (SELECT * FROM customers)";
  for (int i = 1; i < 40; ++i) {
    const std::string before = "w" + std::to_string(i - 1);
    doubling += ", w" + std::to_string(i) + " AS (SELECT a.* FROM " + before + " a, " + before +
                " b WHERE a.id = b.id)";
  }
  CHECK(Traced(doubling + " SELECT email FROM w39", InShop(), false) ==
        Lines{"email: =customers.email"});
  std::string growing = "WITH w0 AS (SELECT * FROM customers)";
  for (int i = 1; i < 40; ++i) {
    const std::string before = "w" + std::to_string(i - 1);
    growing += ", w" + std::to_string(i) + " AS (SELECT * FROM " + before + " a, " + before + " b)";
  }
  CHECK(IsUnknown(Traced(growing + " SELECT 1 FROM w39")));
  std::string joins = "SELECT 1 FROM customers c0";
  for (int i = 1; i < kMany * 2; ++i) joins += ", customers c" + std::to_string(i);
  CHECK(Traced(joins) == Lines{"?column?:"});
  std::string merged = "SELECT 1 FROM customers c0";
  for (int i = 1; i < 400; ++i) merged += " JOIN customers c" + std::to_string(i) + " USING (id)";
  CHECK(Traced(merged, InShop(), false).size() == 1);
  // Each level of them is followed several times by the level around it.
  std::string recursions = "SELECT 1";
  for (int i = 0; i < 12; ++i) {
    const std::string name = "r" + std::to_string(i);
    recursions = "WITH RECURSIVE " + name + "(a, b, c) AS (SELECT 1, email, ssn FROM customers " +
                 "UNION ALL SELECT c.id, x.c, x.b FROM customers c, " + name + " x, (" +
                 recursions + ") s) SELECT 1 FROM " + name;
  }
  CHECK(Traced(recursions, InShop(), false).size() == 1);
  CHECK(IsUnknown(Traced("SELECT " + Repeated("c.*, ", kMany) + "1 FROM customers c")));
  CHECK(Traced("SELECT 1 WHERE 1 IN (" + Repeated("1, ", 100000) + "1)") == Lines{"?column?:"});
}

TEST_CASE("views of views are followed so far, and what is further down makes them unknown") {
  catalog::SnapshotParts parts = ShopParts();
  for (catalog::Oid i = 0; i < 60; ++i) {
    const std::string name = "v" + std::to_string(i);
    const std::string of = i == 0 ? "public.customers" : "public.v" + std::to_string(i - 1);
    parts.relations.push_back(MakeView(40000 + i, name, "id", "SELECT x.id FROM " + of + " x"));
  }
  parts.relations.push_back(MakeView(41000, "loop", "id", "SELECT x.id FROM public.loop x"));
  catalog::NameSpace names = InShop();
  names.snapshot = catalog::Snapshot::Make(std::move(parts));
  CHECK(Traced("SELECT id FROM v2", names) == Lines{"id: =customers.id =v0.id =v1.id =v2.id"});
  CHECK(IsUnknown(Traced("SELECT id FROM v59", names)));
  CHECK(IsUnknown(Traced("SELECT id FROM loop", names)));
}

}  // namespace
}  // namespace portreeve::lineage
