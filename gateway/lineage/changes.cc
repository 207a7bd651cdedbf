#include <algorithm>

#include "lineage/tracer.h"

namespace portreeve::lineage {

using sql::NodeKind;
using sql::NodeRole;

// A rule may answer a change with whatever it reads. What a view's definition names is no rule's.
RangeItem Tracer::Target(uint32_t node) {
  const uint32_t relation = input_.outline.FirstChild(node, NodeRole::kRelation);
  const std::string_view schema = Text(At(relation).schema);
  for (const auto& candidate : Candidates(schema, NameOf(relation))) {
    if (candidate.relation == nullptr || candidate.relation->reaches.empty()) continue;
    const catalog::Relation& changed = *candidate.relation;
    std::vector<catalog::Oid> own;
    if (!changed.view_definition.empty()) {
      own = LineageOfView(changed, *input_.names.snapshot(), input_.views, input_.view_depth + 1)
                ->reads;
    }
    const bool ruled = std::ranges::any_of(changed.reaches, [&](catalog::Oid reached) {
      return std::ranges::count(own, reached) == 0;
    });
    if (ruled) Fail(changed.schema + "." + changed.name + " has rules");
  }
  return Relation(relation, nullptr);
}

// What an assigned column is set to. Its subscripts stand before the value.
Value Tracer::Assign(uint32_t node, Place place) {
  Value value;
  ForEach(node, NodeRole::kArgument,
          [&](uint32_t part) { Add(value, Computed(part, place, UseKind::kStored)); });
  return value;
}

// What was written just now can be read in RETURNING by any name.
const Rows& Tracer::Returning(uint32_t node, Scope& scope, const WithScope* with,
                              const Value& assigned) {
  Rows& rows = *NewRows();
  Targets(node, NodeRole::kReturning, {&scope, with}, rows);
  if (assigned.flows.empty() && !assigned.unknown) return rows;
  for (ColumnOfRows& column : rows.columns) {
    Value value = *column.value;
    Add(value, assigned);
    column.value = Keep(std::move(value));
  }
  return rows;
}

// EXCLUDED holds what was to be inserted, not what is there.
void Tracer::Conflict(uint32_t node, Place place, const RangeItem& target, const Value& inserted) {
  Scope scope;
  scope.outer = place.scope;
  scope.items.push_back(target);
  const Place in_target = {&scope, place.with};
  const auto matched = [&](uint32_t test) {
    if (!RecordBare(test, in_target, UseKind::kEquality)) {
      Computed(test, in_target, UseKind::kCondition);
    }
  };
  ForEach(node, NodeRole::kTest, matched);
  Rows& excluded = *NewRows();
  excluded = *target.rows;
  const Value* value = Keep(inserted);
  for (ColumnOfRows& column : excluded.columns) column.value = value;
  excluded.made.clear();
  excluded.rest = excluded.whole = value;
  RangeItem item;
  item.alias = "excluded";
  item.rows = &excluded;
  item.columns_visible = false;
  scope.items.push_back(std::move(item));
  ForEach(node, NodeRole::kAssign, [&](uint32_t assign) { Assign(assign, in_target); });
  ForEach(node, NodeRole::kWhere, [&](uint32_t where) { Condition(where, in_target); });
}

const Rows& Tracer::Insert(uint32_t node, Place outer) {
  const Place place = {outer.scope, PushWith(node, outer)};
  Scope scope;
  scope.outer = outer.scope;
  scope.items.push_back(Target(node));
  Value inserted;
  ForEach(node, NodeRole::kQuery, [&](uint32_t query) {
    const Rows& rows = Query(query, place);
    const Value all = AllOf(rows);
    Record(all, UseKind::kStored);
    inserted = Derived(all, UseKind::kStored);
  });
  ForEach(node, NodeRole::kAssign, [&](uint32_t assign) {
    Add(inserted, Assign(assign, {&scope, place.with}));
  });
  ForEach(node, NodeRole::kConflict,
          [&](uint32_t conflict) { Conflict(conflict, place, scope.items[0], inserted); });
  return Returning(node, scope, place.with, inserted);
}

// UPDATE, DELETE and MERGE.
const Rows& Tracer::Change(uint32_t node, Place outer) {
  const WithScope* with = PushWith(node, outer);
  Scope scope;
  scope.outer = outer.scope;
  const Place place = {&scope, with};
  scope.items.push_back(Target(node));
  ForEach(node, NodeRole::kFrom, [&](uint32_t from) { From(from, scope, with); });
  Value assigned;
  const auto assign = [&](uint32_t part) { Add(assigned, Assign(part, place)); };
  const auto condition = [&](uint32_t part) { Condition(part, place); };
  ForEach(node, NodeRole::kCondition, condition);
  ForEach(node, NodeRole::kAssign, assign);
  ForEach(node, NodeRole::kWhere, condition);
  ForEach(node, NodeRole::kWhen, [&](uint32_t when) {
    ForEach(when, NodeRole::kCondition, condition);
    ForEach(when, NodeRole::kAssign, assign);
    ForEach(when, NodeRole::kValues,
            [&](uint32_t value) { Add(assigned, Computed(value, place, UseKind::kStored)); });
  });
  return Returning(node, scope, with, assigned);
}

}  // namespace portreeve::lineage
