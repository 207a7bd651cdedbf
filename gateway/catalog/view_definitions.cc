#include "catalog/view_definitions.h"

#include <algorithm>
#include <string_view>

#include "catalog/function_names.h"
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

}  // namespace

void AddWhatDefinitionsName(SnapshotParts& parts, const Snapshot& names) {
  for (Relation& view : parts.relations) {
    if (view.view_definition.empty()) continue;
    const sql::Facts facts = sql::Analyse(view.view_definition, {}, {});
    const bool users = view.oid >= kFirstUserOid;
    if (facts.statements.size() != 1 ||
        facts.statements[0].statement_class == sql::StatementClass::kUnknown) {
      if (users) AddOnce(view.calls, kUnknownFunction);
      continue;
    }
    for (const sql::RelationUse& use : facts.statements[0].relations) {
      const Relation* reached = names.FindRelation(SchemaOf(use.schema), use.name);
      if (reached != nullptr && reached->oid != view.oid) AddOnce(view.reaches, reached->oid);
    }
    if (users) AddCalls(facts.statements[0], names, view.calls);
  }
}

}  // namespace portreeve::catalog
