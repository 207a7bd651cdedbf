#include "catalog/collector.h"
#include "catalog/function_names.h"
#include "catalog/search_path.h"
#include "lineage/tracer.h"

namespace portreeve::lineage {

using sql::NodeKind;
using sql::NodeRole;

bool Tracer::OnlyComputes(uint32_t call) {
  const sql::OutlineNode& node = At(call);
  const sql::FunctionUse use = {std::string(Text(node.schema)), std::string(Text(node.name)),
                                static_cast<uint32_t>(node.value)};
  const auto [it, added] =
      only_compute_.try_emplace(use.schema + '.' + use.name + '/' + std::to_string(use.arguments));
  if (!added) return it->second;
  catalog::Collector found(input_.facts);
  catalog::AddFunctionTouches(use, input_.names, found);
  it->second = true;
  for (const catalog::FunctionTouch& touch : found.Finish().functions) {
    if (!input_.views.OnlyComputes(touch)) it->second = false;
  }
  return it->second;
}

// Of (row).column or column(row), where the row is one of FROM: it is that column.
bool Tracer::Field(uint32_t node, Place place, Value& value) {
  const uint32_t row = input_.outline.FirstChild(node, NodeRole::kArgument);
  if (row == 0 || At(row).kind != NodeKind::kColumn || At(row).Has(sql::kStar)) return false;
  Found found = Lookup(row, place.scope);
  if (!found.whole_row || found.rows->open) return false;
  Found column;
  if (!Match(*found.rows, NameOf(node), column)) return false;
  value = std::move(column.value);
  return true;
}

Value Tracer::Output(uint32_t node, Place place) {
  const sql::OutlineNode& at = At(node);
  if (at.kind == NodeKind::kColumn && !at.Has(sql::kStar)) {
    Found found = Lookup(node, place.scope);
    if (!found.whole_row) return std::move(found.value);
    Record(found.value, UseKind::kWholeRow);
    return Derived(found.value, UseKind::kWholeRow);
  }
  if (at.kind == NodeKind::kField && !at.Has(sql::kStar)) {
    Value value;
    if (Field(node, place, value)) return value;
  }
  if (at.kind == NodeKind::kSublink && at.value == static_cast<int>(sql::SublinkForm::kScalar)) {
    const Rows& rows = Query(input_.outline.FirstChild(node, NodeRole::kQuery), place);
    if (rows.columns.size() == 1 && !rows.uncounted) return *rows.columns[0].value;
    if (!failed_) Fail("it is not known which column a subquery gives");
    return {};
  }
  return Computed(node, place, UseKind::kComputed);
}

Value Tracer::ColumnValue(uint32_t node, Place place, UseKind kind) {
  const Found found = Lookup(node, place.scope);
  Record(found.value, kind);
  if (!found.whole_row) return Derived(found.value, kind);
  Record(found.value, UseKind::kWholeRow);
  return Derived(found.value, UseKind::kWholeRow);
}

void Tracer::Below(uint32_t node, Place place, UseKind kind, Value& value) {
  for (uint32_t child = At(node).first_child; child != 0 && !failed_; child = At(child).next) {
    Add(value, Computed(child, place, kind));
  }
}

Value Tracer::Sublink(uint32_t node, Place place, UseKind kind) {
  Value value;
  ForEach(node, NodeRole::kTest, [&](uint32_t test) { Add(value, Computed(test, place, kind)); });
  const Rows& rows = Query(input_.outline.FirstChild(node, NodeRole::kQuery), place);
  if (At(node).value == static_cast<int>(sql::SublinkForm::kExists)) return value;
  const Value all = AllOf(rows);
  Record(all, kind);
  Add(value, Derived(all, kind));
  return value;
}

Value Tracer::Call(uint32_t node, Place place, UseKind kind) {
  const sql::OutlineNode& call = At(node);
  const std::string_view schema = Text(call.schema);
  const std::string_view name = Text(call.name);
  const bool own = schema.empty() || schema == catalog::kCatalogSchema;
  const uint32_t only = input_.outline.FirstChild(node, NodeRole::kArgument);
  const bool one = own && call.value == 1 && only != 0 && At(only).kind == NodeKind::kColumn &&
                   !call.Has(sql::kWithinGroup);
  const bool plain = one && !call.Has(sql::kDistinct) &&
                     input_.outline.FirstChild(node, NodeRole::kFilter) == 0 &&
                     input_.outline.FirstChild(node, NodeRole::kOver) == 0;
  UseKind of_arguments = kind;
  if (one && name == "count") {
    of_arguments = UseKind::kCount;
  } else if (plain && (name == "sum" || name == "avg") &&
             (kind == UseKind::kComputed || kind == UseKind::kOrdering ||
              kind == UseKind::kCondition)) {
    of_arguments = UseKind::kAggregate;
    NoteAggregate(only, place);
  }
  Value value;
  ForEach(node, NodeRole::kArgument, [&](uint32_t argument) {
    Add(value, Computed(argument, place, of_arguments));
    if (call.Has(sql::kDistinct)) Computed(argument, place, UseKind::kGrouping);
  });
  ForEach(node, NodeRole::kSort, [&](uint32_t sort) {
    Value sorted = Computed(sort, place, call.Has(sql::kWithinGroup) ? kind : UseKind::kOrdering);
    if (call.Has(sql::kWithinGroup)) Add(value, sorted);
  });
  ForEach(node, NodeRole::kFilter,
          [&](uint32_t filter) { Computed(filter, place, UseKind::kCondition); });
  ForEach(node, NodeRole::kOver,
          [&](uint32_t window) { Computed(window, place, UseKind::kOrdering); });
  // column(row) is another way to write row.column.
  Value column;
  if (one && schema.empty() && Field(node, place, column)) Add(value, column);
  if (!OnlyComputes(node)) value.unknown = true;
  return value;
}

Value Tracer::Computed(uint32_t node, Place place, UseKind kind) {
  Value value;
  if (!Spend(1)) return value;
  switch (At(node).kind) {
    case NodeKind::kColumn:
      return ColumnValue(node, place, kind);
    case NodeKind::kField:
      if (!At(node).Has(sql::kStar) && Field(node, place, value)) {
        Record(value, kind);
        return Derived(value, kind);
      }
      Below(node, place, kind, value);
      return value;
    case NodeKind::kFunctionCall:
      return Call(node, place, kind);
    case NodeKind::kSublink:
      return Sublink(node, place, kind);
    case NodeKind::kConstant:
    case NodeKind::kParameter:
    case NodeKind::kName:
      return value;
    case NodeKind::kOperator:
    case NodeKind::kBool:
    case NodeKind::kNullTest:
    case NodeKind::kCast:
    case NodeKind::kExpression:
    case NodeKind::kSort:
    case NodeKind::kWindow:
    case NodeKind::kTarget:
    case NodeKind::kOption:
      Below(node, place, kind, value);
      return value;
    default:
      Fail("an expression in it is not known or nested too deeply");
      return value;
  }
}

}  // namespace portreeve::lineage
