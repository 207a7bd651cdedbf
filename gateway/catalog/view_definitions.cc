#include "catalog/view_definitions.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/function_names.h"
#include "catalog/resolve.h"
#include "catalog/search_path.h"
#include "sql/parser.h"

namespace portreeve::catalog {
namespace {

void AddOnce(std::vector<Oid>& oids, Oid oid) {
  if (std::ranges::find(oids, oid) == oids.end()) oids.push_back(oid);
}

std::string_view SchemaOf(std::string_view written) {
  return written.empty() ? kCatalogSchema : written;
}

void AddCalls(const sql::StatementFacts& facts, const Snapshot& names, std::vector<Oid>& calls) {
  for (const sql::FunctionUse& use : facts.functions) {
    bool there = false;
    for (const uint32_t index : names.FunctionsNamed(use.name)) {
      const Function& function = names.parts().functions[index];
      if (function.schema != SchemaOf(use.schema)) continue;
      there = true;
      if (!IsHarmless(function, use.arguments)) AddOnce(calls, function.oid);
    }
    if (!there) AddOnce(calls, kUnknownFunction);
  }
}

// What a definition says; none: it cannot be read.
std::optional<sql::StatementFacts> FactsOf(const Relation& view) {
  sql::Facts facts = sql::Analyse(view.view_definition, {}, {});
  if (facts.statements.size() != 1 ||
      facts.statements[0].statement_class == sql::StatementClass::kUnknown) {
    return std::nullopt;
  }
  return std::move(facts.statements[0]);
}

// What a view takes from others, by the names in its definition. False: not all of it can be said.
bool FindUses(const sql::StatementFacts& definition, const Snapshot& names,
              std::vector<UsedColumn>& uses, std::vector<Oid>& explained) {
  sql::Facts facts;
  facts.statements.push_back(definition);
  // It lives as long as this needs it.
  const std::shared_ptr<const Snapshot> borrowed(std::shared_ptr<void>(), &names);
  const auto findings = Resolve(facts, {borrowed, "", {std::string(kCatalogSchema)}, {}});
  if (findings[0].statement_class == sql::StatementClass::kUnknown) return false;
  for (const RelationTouch& touch : findings[0].relations) {
    const Relation* relation = names.FindRelation(touch.schema, touch.name);
    if (relation == nullptr) return false;
    if (touch.direct) explained.push_back(relation->oid);
  }
  for (const ColumnTouch& touch : findings[0].columns) {
    const Relation* relation = names.FindRelation(touch.schema, touch.relation);
    if (relation == nullptr) return false;
    uses.push_back({relation->oid, touch.column, touch.usage});
  }
  return true;
}

void UseAllOf(Oid reached, const Snapshot& names, std::vector<UsedColumn>& uses) {
  uses.push_back({reached, "", sql::ColumnUsage::kOutput});
  const Relation* relation = names.FindRelation(reached);
  if (relation == nullptr) return;
  for (const Relative& relative : names.RelativesOf(*relation).relations) {
    if (relative.family) uses.push_back({relative.relation->oid, "", sql::ColumnUsage::kOutput});
  }
}

std::vector<UsedColumn> UsesOf(const Relation& relation,
                               const std::optional<sql::StatementFacts>& definition,
                               const Snapshot& names) {
  std::vector<UsedColumn> uses;
  std::vector<Oid> explained;
  if (!definition || !FindUses(*definition, names, uses, explained)) {
    uses.clear();
    explained.clear();
  }
  for (const Oid reached : relation.reaches) {
    if (std::ranges::find(explained, reached) == explained.end()) UseAllOf(reached, names, uses);
  }
  return uses;
}

}  // namespace

void AddWhatDefinitionsName(SnapshotParts& parts, const Snapshot& names) {
  std::vector<std::optional<sql::StatementFacts>> definitions(parts.relations.size());
  for (size_t i = 0; i < parts.relations.size(); ++i) {
    Relation& view = parts.relations[i];
    if (view.view_definition.empty()) continue;
    definitions[i] = FactsOf(view);
    const bool users = view.oid >= kFirstUserOid;
    if (!definitions[i]) {
      if (users) AddOnce(view.calls, kUnknownFunction);
      continue;
    }
    for (const sql::RelationUse& use : definitions[i]->relations) {
      const Relation* reached = names.FindRelation(SchemaOf(use.schema), use.name);
      if (reached != nullptr && reached->oid != view.oid) AddOnce(view.reaches, reached->oid);
    }
    if (users) AddCalls(*definitions[i], names, view.calls);
  }
  // All at once: what one view uses is not to be counted as another's own.
  std::vector<std::vector<UsedColumn>> uses;
  for (size_t i = 0; i < parts.relations.size(); ++i) {
    uses.push_back(UsesOf(parts.relations[i], definitions[i], names));
  }
  for (size_t i = 0; i < parts.relations.size(); ++i) {
    parts.relations[i].uses = std::move(uses[i]);
  }
}

}  // namespace portreeve::catalog
