#include <algorithm>

#include "catalog/relation_names.h"
#include "lineage/tracer.h"

namespace portreeve::lineage {

using catalog::RelationCandidate;
using catalog::RelationKind;

std::vector<RelationCandidate> Tracer::Candidates(std::string_view schema, std::string_view name) {
  return catalog::CandidatesOf({std::string(schema), std::string(name), sql::Access::kRead},
                               input_.facts, input_.names);
}

std::vector<std::string_view> Tracer::SchemasOf(std::string_view schema, std::string_view name) {
  std::vector<std::string_view> schemas;
  if (!schema.empty()) schemas.push_back(schema);
  for (const RelationCandidate& candidate : Candidates(schema, name)) {
    if (candidate.relation != nullptr) schemas.push_back(candidate.relation->schema);
  }
  return schemas;
}

// A view gives its own columns, and what its definition takes them from.
void Tracer::AddThroughView(const catalog::Relation& view, Rows& rows) {
  const auto lineage =
      LineageOfView(view, *input_.names.snapshot(), input_.views, input_.view_depth + 1);
  if (!lineage->unknown_reason.empty() || lineage->columns.size() != rows.columns.size()) {
    return Fail("the view " + view.schema + "." + view.name +
                " cannot be followed: " + lineage->unknown_reason);
  }
  for (const Use& use : lineage->uses) {
    if (!Spend(1)) return;
    uses_through_views_.emplace(sources_.Number(use.source), use.kind);
  }
  Value whole = *rows.whole;
  for (size_t i = 0; i < rows.columns.size(); ++i) {
    Value value = *rows.columns[i].value;
    Value taken;
    for (const Origin& origin : lineage->columns[i].origins) {
      taken.flows.push_back(
          {sources_.Number(origin.source), origin.direct, origin.through_view, origin.kind});
    }
    std::ranges::sort(taken.flows);
    taken.unknown = lineage->columns[i].unknown;
    Add(value, taken);
    Add(whole, taken);
    rows.columns[i].value = Keep(std::move(value));
  }
  rows.whole = Keep(std::move(whole));
}

void Tracer::AddRelation(const catalog::Relation& relation, Rows& rows) {
  const auto own = [&](const std::string& column) {
    Value value;
    value.flows.push_back(
        {sources_.Number({relation.oid, "", column}), true, false, UseKind::kComputed});
    return Keep(std::move(value));
  };
  if (!Spend(relation.columns.size())) return;
  for (const catalog::Column& column : relation.columns) {
    rows.columns.push_back({column.name, own(column.name), column.generated});
  }
  rows.whole = own("");
  rows.system_columns = relation.kind != RelationKind::kView;
  if (relation.kind == RelationKind::kView || relation.kind == RelationKind::kMaterializedView) {
    AddThroughView(relation, rows);
  }
}

const Rows& Tracer::RowsOfRelation(std::string_view schema, std::string_view name) {
  const auto [it, added] = relations_.try_emplace({schema, name}, nullptr);
  if (!added && it->second != nullptr) return *it->second;
  Rows& rows = *NewRows();
  it->second = &rows;
  const std::vector<RelationCandidate> candidates = Candidates(schema, name);
  if (candidates.size() == 1 && candidates[0].relation != nullptr) {
    AddRelation(*candidates[0].relation, rows);
    return rows;
  }
  // It may be any of them: whatever name is asked for may be a column of one that the session made.
  rows.open = rows.uncounted = true;
  Value whole;
  for (const RelationCandidate& candidate : candidates) {
    if (candidate.relation == nullptr && !candidate.known) {
      Fail("the relation " + std::string(name) + " is not known");
      return rows;
    }
    if (candidate.relation == nullptr) {
      rows.made.push_back(name);
      continue;
    }
    Rows one;
    AddRelation(*candidate.relation, one);
    rows.columns.insert(rows.columns.end(), one.columns.begin(), one.columns.end());
    rows.system_columns = rows.system_columns || one.system_columns;
    if (one.whole != nullptr) Add(whole, *one.whole);
  }
  if (!rows.made.empty()) {
    Value made;
    made.flows.push_back(
        {sources_.Number({0, std::string(name), ""}), true, false, UseKind::kComputed});
    Add(whole, made);
  }
  rows.whole = Keep(std::move(whole));
  return rows;
}

}  // namespace portreeve::lineage
