// A database small enough to be seen whole, and facts as the parser gives them.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/resolve.h"

namespace portreeve::catalog {

inline Relation MakeRelation(Oid oid, std::string schema, std::string name,
                             std::vector<std::string> columns,
                             RelationKind kind = RelationKind::kTable) {
  Relation relation;
  relation.oid = oid;
  relation.schema = std::move(schema);
  relation.name = std::move(name);
  relation.kind = kind;
  for (std::string& column : columns) {
    const auto number = static_cast<int16_t>(relation.columns.size() + 1);
    relation.columns.push_back({number, std::move(column), 25});
  }
  return relation;
}

inline Function MakeFunction(Oid oid, std::string schema, std::string name, std::string arguments,
                             uint16_t count, Volatility volatility = Volatility::kImmutable) {
  Function function;
  function.oid = oid;
  function.schema = std::move(schema);
  function.name = std::move(name);
  function.arguments = std::move(arguments);
  function.min_arguments = count;
  function.max_arguments = count;
  function.volatility = volatility;
  function.language = "internal";
  return function;
}

// The schemas app, hr, public and evil; `reader` may use all but `closed`.
inline SnapshotParts SmallParts() {
  SnapshotParts parts;
  parts.server_version = "15.14";
  parts.login_role = "reader";
  parts.default_search_path = "\"$user\", public";
  parts.schemas = {"app", "closed", "evil", "hr", "information_schema", "pg_catalog", "public"};
  for (const char* schema : {"app", "evil", "hr", "public"}) parts.usages.push_back({schema, ""});

  parts.relations = {
      MakeRelation(1, "pg_catalog", "pg_class", {"oid", "relname"}),
      MakeRelation(20000, "public", "orders", {"id", "total", "customer"}),
      MakeRelation(20001, "public", "people", {"id", "name"}),
      MakeRelation(20002, "hr", "people", {"id", "salary"}),
      MakeRelation(20003, "hr", "pay", {"day", "amount"}, RelationKind::kPartitioned),
      MakeRelation(20004, "hr", "pay_2026", {"day", "amount"}),
      MakeRelation(20005, "hr", "pay_2026_11", {"day", "amount", "note"}),
      MakeRelation(20006, "hr", "pay_2025", {"day", "amount"}),
      MakeRelation(20007, "app", "payroll", {"who", "what"}, RelationKind::kView),
      MakeRelation(20008, "app", "report", {"line"}, RelationKind::kView),
      MakeRelation(20009, "closed", "orders", {"id"}),
      MakeRelation(20010, "evil", "orders", {"id"}),
      MakeRelation(20011, "app", "totals", {"amount"}, RelationKind::kMaterializedView),
      MakeRelation(20012, "hr", "people_salary_idx", {}, RelationKind::kIndex),
      MakeRelation(20013, "public", "Mixed Case", {"Id"}),
  };
  parts.relations[5].parents = {20003};
  parts.relations[6].parents = {20004};
  parts.relations[7].parents = {20003};
  parts.relations[8].reaches = {20002};
  parts.relations[8].calls = {30003};
  parts.relations[9].reaches = {20007, 20003};
  parts.relations[12].reaches = {20002};
  parts.relations[13].reaches = {20002};

  parts.functions = {
      MakeFunction(100, "pg_catalog", "lower", "text", 1),
      MakeFunction(101, "pg_catalog", "lower", "anyrange", 1),
      MakeFunction(102, "pg_catalog", "now", "", 0, Volatility::kStable),
      MakeFunction(103, "pg_catalog", "nextval", "regclass", 1, Volatility::kVolatile),
      MakeFunction(104, "pg_catalog", "pg_sleep", "double precision", 1, Volatility::kVolatile),
      MakeFunction(105, "pg_catalog", "gen_random_uuid", "", 0, Volatility::kVolatile),
      MakeFunction(106, "pg_catalog", "query_to_xml", "text, boolean, boolean, text", 4,
                   Volatility::kStable),
      MakeFunction(107, "pg_catalog", "row_to_json", "record", 1, Volatility::kStable),
      MakeFunction(108, "pg_catalog", "count", "", 0),
      MakeFunction(109, "pg_catalog", "percentile_cont", "double precision, double precision", 2),
      MakeFunction(110, "pg_catalog", "concat", "VARIADIC \"any\"", 1, Volatility::kStable),
      MakeFunction(30000, "public", "order_total", "integer", 1, Volatility::kStable),
      MakeFunction(30001, "public", "gen_random_uuid", "", 0, Volatility::kVolatile),
      MakeFunction(30002, "evil", "lower", "text", 1),
      MakeFunction(30003, "app", "current_person", "", 0, Volatility::kStable),
      MakeFunction(30004, "public", "secrets", "people", 1),
      MakeFunction(30005, "evil", "equal", "integer, integer", 2),
      MakeFunction(30006, "app", "is_email", "text", 1),
      MakeFunction(12000, "information_schema", "_pg_index_position", "oid, smallint", 2,
                   Volatility::kStable),
  };
  parts.functions[8].kind = 'a';
  parts.functions[9].kind = 'a';
  parts.functions[10].max_arguments = UINT16_MAX;
  parts.operators = {{"evil", "=", 30005}, {"public", "~~~", 100}};
  parts.types = {{40000, "app", "email", {30006}}, {40001, "public", "plain", {}}};
  return parts;
}

inline std::shared_ptr<const Snapshot> SmallCatalog() {
  static const std::shared_ptr<const Snapshot> snapshot = Snapshot::Make(SmallParts());
  return snapshot;
}

inline NameSpace Names(std::vector<std::string> search_paths = {"\"$user\", public"}) {
  return {SmallCatalog(), "reader", std::move(search_paths), {}};
}

// A statement that reads, with one query level.
inline sql::StatementFacts Select() {
  sql::StatementFacts facts;
  facts.statement_class = sql::StatementClass::kRead;
  facts.sub_class = sql::SubClass::kSelect;
  facts.levels.emplace_back();
  return facts;
}

inline void From(sql::StatementFacts& facts, std::string schema, std::string name,
                 std::string alias = "", uint32_t level = 0,
                 sql::Access access = sql::Access::kRead) {
  facts.relations.push_back({std::move(schema), name, access});
  facts.range.push_back({level, alias.empty() ? name : std::move(alias),
                         static_cast<uint32_t>(facts.relations.size() - 1), false});
}

inline Findings Resolved(const sql::StatementFacts& facts, const NameSpace& names) {
  sql::Facts all;
  all.statements = {facts};
  return Resolve(all, names).at(0);
}

// "schema.name read", with "?" behind what is not known and "(derived)" behind what is not direct.
inline std::vector<std::string> Relations(const Findings& findings) {
  std::vector<std::string> lines;
  for (const RelationTouch& touch : findings.relations) {
    lines.push_back(touch.schema + "." + touch.name + " " + std::string(Name(touch.access)) +
                    (touch.known ? "" : "?") + (touch.direct ? "" : " (derived)"));
  }
  std::ranges::sort(lines);
  return lines;
}

// "schema.relation.column output", "*" for all of them.
inline std::vector<std::string> Columns(const Findings& findings) {
  std::vector<std::string> lines;
  for (const ColumnTouch& touch : findings.columns) {
    lines.push_back(touch.schema + "." + touch.relation + "." +
                    (touch.column.empty() ? "*" : touch.column) + " " +
                    std::string(Name(touch.usage)));
  }
  std::ranges::sort(lines);
  return lines;
}

// "schema.name(arguments)", with "!" behind what is not harmless and "?" behind what is not known.
inline std::vector<std::string> Functions(const Findings& findings) {
  std::vector<std::string> lines;
  for (const FunctionTouch& touch : findings.functions) {
    lines.push_back(touch.schema + "." + touch.name + "(" + touch.arguments + ")" +
                    (touch.harmless ? "" : "!") + (touch.known ? "" : "?"));
  }
  std::ranges::sort(lines);
  return lines;
}

using Lines = std::vector<std::string>;

}  // namespace portreeve::catalog
