// A shop whose customers are not to be seen, on top of what PostgreSQL itself has.
#pragma once

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/split.h"
#include "catalog/snapshot.h"

namespace portreeve::lineage {

inline void AddColumns(catalog::Relation& relation, const std::string& names) {
  for (const std::string_view name : base::Split(names, ',')) {
    const auto number = static_cast<int16_t>(relation.columns.size() + 1);
    relation.columns.push_back({number, std::string(name), 25});
  }
}

inline catalog::Relation MakeTable(catalog::Oid oid, std::string schema, std::string name,
                                   const std::string& columns) {
  catalog::Relation relation;
  relation.oid = oid;
  relation.schema = std::move(schema);
  relation.name = std::move(name);
  AddColumns(relation, columns);
  return relation;
}

inline catalog::Relation MakeView(catalog::Oid oid, std::string name, const std::string& columns,
                                  std::string definition) {
  catalog::Relation relation = MakeTable(oid, "public", std::move(name), columns);
  relation.kind = catalog::RelationKind::kView;
  relation.view_definition = std::move(definition);
  return relation;
}

// One line of gateway/rehearsal/own_catalog.txt.
inline void AddOwn(const std::vector<std::string>& fields, catalog::SnapshotParts& parts) {
  const auto oid = static_cast<catalog::Oid>(std::stoul(fields[1]));
  if (fields[0] == "r") {
    catalog::Relation relation = MakeTable(oid, fields[2], fields[3], fields[5]);
    relation.kind = static_cast<catalog::RelationKind>(fields[4].at(0));
    relation.view_definition = fields[6];
    parts.relations.push_back(std::move(relation));
    return;
  }
  catalog::Function function;
  function.oid = oid;
  function.schema = fields[2];
  function.name = fields[3];
  function.kind = fields[4].at(0);
  function.volatility = static_cast<catalog::Volatility>(fields[5].at(0));
  function.min_arguments = static_cast<uint16_t>(std::stoul(fields[6]));
  function.max_arguments = static_cast<uint16_t>(std::stoul(fields[7]));
  function.arguments = fields[8];
  function.language = "internal";
  parts.functions.push_back(std::move(function));
}

inline catalog::SnapshotParts ShopParts() {
  catalog::SnapshotParts parts;
  parts.server_version = "15.14";
  parts.login_role = "reader";
  parts.schemas = {"hr", "information_schema", "pg_catalog", "public"};
  for (const std::string& schema : parts.schemas) parts.usages.push_back({schema, ""});
  std::ifstream own(std::string(PORTREEVE_SOURCE_DIR) + "/gateway/rehearsal/own_catalog.txt");
  for (std::string line; std::getline(own, line);) {
    std::vector<std::string> fields;
    for (const std::string_view field : base::Split(line, '\t')) fields.emplace_back(field);
    AddOwn(fields, parts);
  }
  parts.relations.push_back(MakeTable(20001, "public", "customers", "id,name,email,ssn,region"));
  parts.relations.push_back(
      MakeTable(20002, "public", "orders", "id,customer_id,total,note,placed"));
  parts.relations.push_back(MakeTable(20003, "public", "items", "order_id,sku,quantity"));
  parts.relations.push_back(MakeTable(20004, "hr", "people", "id,name,salary,manager_id"));
  parts.relations.push_back(MakeTable(20005, "hr", "customers", "id,badge"));
  parts.relations.push_back(MakeView(20006, "contacts", "id,who,mail",
                                     "SELECT c.id, c.name, c.email FROM public.customers c"));
  parts.relations.push_back(
      MakeView(20007, "initials", "id,initial",
               "SELECT c.id, left(c.email, 1) FROM public.customers c WHERE c.ssn IS NOT NULL"));
  parts.relations.push_back(
      MakeView(20008, "joined", "id,x",
               "SELECT contacts.id, contacts.mail FROM public.contacts UNION ALL "
               "SELECT p.id, p.name FROM hr.people p"));
  parts.relations.push_back(MakeView(20009, "kept", "id,mail",
                                     "SELECT customers.id, customers.email FROM public.customers"));
  parts.relations.back().kind = catalog::RelationKind::kMaterializedView;
  catalog::Function leak;
  leak.oid = 30001;
  leak.schema = "public";
  leak.name = "leak";
  leak.arguments = "text";
  leak.min_arguments = leak.max_arguments = 1;
  parts.functions.push_back(std::move(leak));
  return parts;
}

inline std::shared_ptr<const catalog::Snapshot> Shop() {
  static const auto snapshot = catalog::Snapshot::Make(ShopParts());
  return snapshot;
}

}  // namespace portreeve::lineage
