#include "catalog/snapshot.h"

#include <catch2/catch.hpp>

#include "unit/catalog/small_catalog.h"

namespace portreeve::catalog {
namespace {

std::string VersionAfter(void (*change)(SnapshotParts&)) {
  SnapshotParts parts = SmallParts();
  change(parts);
  return Snapshot::Make(std::move(parts))->version();
}

std::vector<std::string> RelativesOf(std::string_view schema, std::string_view name) {
  const Relation* relation = SmallCatalog()->FindRelation(schema, name);
  REQUIRE(relation != nullptr);
  std::vector<std::string> lines;
  for (const Relative& relative : SmallCatalog()->RelativesOf(*relation).relations) {
    lines.push_back(relative.relation->schema + "." + relative.relation->name +
                    (relative.family ? " family" : ""));
  }
  std::ranges::sort(lines);
  return lines;
}

TEST_CASE("equal readings have equal versions, and every change another one") {
  const std::string same = Snapshot::Make(SmallParts())->version();
  CHECK(same == SmallCatalog()->version());
  CHECK(same.size() == 32);
  const std::vector<std::string> others = {
      VersionAfter([](SnapshotParts& p) { p.server_version += "x"; }),
      VersionAfter([](SnapshotParts& p) { p.login_role += "x"; }),
      VersionAfter([](SnapshotParts& p) { p.default_search_path += "x"; }),
      VersionAfter([](SnapshotParts& p) { p.schemas.emplace_back("x"); }),
      VersionAfter([](SnapshotParts& p) { p.relations[0].oid = 7; }),
      VersionAfter([](SnapshotParts& p) { p.relations[0].kind = RelationKind::kView; }),
      VersionAfter([](SnapshotParts& p) { p.relations[0].columns[0].name = "x"; }),
      VersionAfter([](SnapshotParts& p) { p.relations[0].columns[0].number = 9; }),
      VersionAfter([](SnapshotParts& p) { p.relations[0].columns[0].type = 9; }),
      VersionAfter([](SnapshotParts& p) { p.relations[0].view_definition = "x"; }),
      VersionAfter([](SnapshotParts& p) { p.relations[0].reaches = {7}; }),
      VersionAfter([](SnapshotParts& p) { p.relations[0].calls = {7}; }),
      VersionAfter([](SnapshotParts& p) { p.relations[0].parents = {7}; }),
      VersionAfter([](SnapshotParts& p) { p.functions[0].body_hash = "x"; }),
      VersionAfter([](SnapshotParts& p) { p.functions[0].volatility = Volatility::kVolatile; }),
      VersionAfter([](SnapshotParts& p) { p.functions[0].security_definer = true; }),
      VersionAfter([](SnapshotParts& p) { p.functions[0].of_extension = true; }),
      VersionAfter([](SnapshotParts& p) { p.functions[0].language = "c"; }),
      VersionAfter([](SnapshotParts& p) { p.operators[0].function = 7; }),
      VersionAfter([](SnapshotParts& p) { p.types[0].calls = {7}; }),
      VersionAfter([](SnapshotParts& p) { p.usages[0].role = "x"; }),
  };
  std::vector<std::string> all = others;
  all.push_back(same);
  std::ranges::sort(all);
  CHECK(std::ranges::adjacent_find(all) == all.end());
}

TEST_CASE("a version tells texts apart that only look alike when joined") {
  const auto version = [](std::string a, std::string b) {
    SnapshotParts parts;
    parts.schemas = {std::move(a), std::move(b)};
    return Snapshot::Make(std::move(parts))->version();
  };
  CHECK(version("ab", "c") != version("a", "bc"));
  CHECK(version("abc", "") != version("", "abc"));
}

TEST_CASE("relations are found by schema and name") {
  const auto snapshot = SmallCatalog();
  CHECK(snapshot->FindRelation("hr", "people")->oid == 20002);
  CHECK(snapshot->FindRelation("public", "people")->oid == 20001);
  CHECK(snapshot->FindRelation("app", "people") == nullptr);
  CHECK(snapshot->FindRelation("hr", "nothing") == nullptr);
  CHECK(snapshot->FindRelation("public", "mixed case") == nullptr);
  CHECK(snapshot->RelationsNamed("people").size() == 2);
  CHECK(snapshot->RelationsNamed("nothing").empty());
}

TEST_CASE("a parent has its children as relatives, through all generations") {
  CHECK(RelativesOf("hr", "pay") ==
        Lines{"hr.pay_2025 family", "hr.pay_2026 family", "hr.pay_2026_11 family"});
}

TEST_CASE("a child has its parents as relatives and not its siblings") {
  CHECK(RelativesOf("hr", "pay_2026_11") == Lines{"hr.pay family", "hr.pay_2026 family"});
  CHECK(RelativesOf("hr", "pay_2026") == Lines{"hr.pay family", "hr.pay_2026_11 family"});
  CHECK(RelativesOf("hr", "pay_2025") == Lines{"hr.pay family"});
}

TEST_CASE("a view has what it reaches as relatives, through views and down to partitions") {
  CHECK(RelativesOf("app", "payroll") == Lines{"hr.people"});
  CHECK(RelativesOf("app", "report") == Lines{"app.payroll", "hr.pay", "hr.pay_2025", "hr.pay_2026",
                                              "hr.pay_2026_11", "hr.people"});
  const auto relatives =
      SmallCatalog()->RelativesOf(*SmallCatalog()->FindRelation("app", "report"));
  CHECK(relatives.calls == std::vector<Oid>{30003});
}

TEST_CASE("a catalog that goes in circles or names what is not there is walked once") {
  SnapshotParts parts;
  parts.relations = {MakeRelation(1, "s", "a", {}), MakeRelation(2, "s", "b", {})};
  parts.relations[0].parents = {2, 99};
  parts.relations[1].parents = {1};
  parts.relations[0].reaches = {1, 2, 98};
  const auto snapshot = Snapshot::Make(std::move(parts));
  const auto relatives = snapshot->RelativesOf(*snapshot->FindRelation("s", "a"));
  REQUIRE(relatives.relations.size() == 1);
  CHECK(relatives.relations[0].relation->name == "b");
  CHECK(relatives.relations[0].family);
}

TEST_CASE("a schema may be used by everyone, by a role or by whom it is not known") {
  SnapshotParts parts;
  parts.schemas = {"open", "some", "closed"};
  parts.usages = {{"open", ""}, {"some", "reader"}};
  const auto snapshot = Snapshot::Make(std::move(parts));
  CHECK(snapshot->MayUse("anyone", "open"));
  CHECK(snapshot->MayUse("reader", "some"));
  CHECK_FALSE(snapshot->MayUse("anyone", "some"));
  CHECK_FALSE(snapshot->MayUse("reader", "closed"));
  CHECK_FALSE(snapshot->MayUse("", "closed"));
  CHECK_FALSE(snapshot->MayUse("reader", "nowhere"));
  CHECK(snapshot->MayUse("reader", "pg_catalog"));
}

}  // namespace
}  // namespace portreeve::catalog
