#include <utility>

#include "lineage/tracer.h"

namespace portreeve::lineage {

using sql::NodeKind;
using sql::NodeRole;

namespace {

constexpr size_t kMaxColumns = 1664;
const Rows kNoRows;

// Of the columns of VALUES; they have no more than the server's limit.
std::string_view ColumnName(size_t position) {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> made;
    for (size_t i = 1; i <= kMaxColumns; ++i) made.push_back("column" + std::to_string(i));
    return made;
  }();
  return position < names.size() ? std::string_view(names[position]) : std::string_view();
}

}  // namespace

const Rows& Tracer::Query(uint32_t node, Place outer, WithQuery* recursive) {
  if (node == 0) Fail("it has no query");
  if (!Spend(1)) return kNoRows;
  switch (At(node).kind) {
    case NodeKind::kInsert:
      return Insert(node, outer);
    case NodeKind::kUpdate:
    case NodeKind::kDelete:
    case NodeKind::kMerge:
      return Change(node, outer);
    case NodeKind::kSelect:
      break;
    default:
      Fail("a query in it is not known or nested too deeply");
      return kNoRows;
  }
  const Place place = {outer.scope, PushWith(node, outer)};
  if (At(node).value != static_cast<int>(sql::SetOperation::kNone)) {
    return SetOperation(node, place, recursive);
  }
  if (input_.outline.FirstChild(node, NodeRole::kValues) != 0) return ValuesOf(node, place);
  return Select(node, place);
}

// All that is visible, or all of one item.
void Tracer::Star(uint32_t column, const Scope& scope, Rows& rows) {
  const std::string_view qualifier = Text(At(column).qualifier);
  const auto add = [&](const Rows& from) {
    if (!Spend(from.columns.size())) return;
    rows.columns.insert(rows.columns.end(), from.columns.begin(), from.columns.end());
    if (from.uncounted) rows.uncounted = true;
    if (!from.open) return;
    rows.open = true;
    rows.made.insert(rows.made.end(), from.made.begin(), from.made.end());
    Value rest = rows.rest != nullptr ? *rows.rest : Value{};
    if (from.rest != nullptr) Add(rest, *from.rest);
    rows.rest = Keep(std::move(rest));
  };
  if (!qualifier.empty()) {
    const RangeItem* item = FindItem(Text(At(column).schema), qualifier, &scope);
    if (item != nullptr) return add(*item->rows);
    return Fail("it is not known what " + std::string(qualifier) + ".* means");
  }
  for (const RangeItem& item : scope.items) {
    if (item.columns_visible) add(*item.rows);
  }
}

// (row).*, where the row is one of FROM.
bool Tracer::FieldStar(uint32_t field, Place place, Rows& rows) {
  const uint32_t row = input_.outline.FirstChild(field, NodeRole::kArgument);
  if (row == 0 || At(row).kind != NodeKind::kColumn || At(row).Has(sql::kStar)) return false;
  const Found found = Lookup(row, place.scope);
  if (!found.whole_row || !Spend(found.rows->columns.size())) return false;
  if (found.rows->open || found.rows->uncounted) return false;
  rows.columns.insert(rows.columns.end(), found.rows->columns.begin(), found.rows->columns.end());
  return true;
}

void Tracer::Targets(uint32_t node, NodeRole role, Place place, Rows& rows) {
  ForEach(node, role, [&](uint32_t target) {
    const uint32_t value = input_.outline.FirstChild(target, NodeRole::kArgument);
    if (At(target).kind != NodeKind::kTarget || value == 0) {
      return Fail("an output of it is not known");
    }
    const sql::OutlineNode& at = At(value);
    if (at.kind == NodeKind::kColumn && at.Has(sql::kStar)) {
      return Star(value, *place.scope, rows);
    }
    if (at.kind == NodeKind::kField && at.Has(sql::kStar)) {
      if (FieldStar(value, place, rows)) return;
      const Value all = Computed(value, place, UseKind::kComputed);
      rows.uncounted = rows.open = true;
      Value rest = rows.rest != nullptr ? *rows.rest : Value{};
      Add(rest, all);
      rows.rest = Keep(std::move(rest));
      return;
    }
    rows.columns.push_back({NameOf(target), Keep(Output(value, place))});
  });
  if (rows.columns.size() > kMaxColumns) Fail("it has more columns than the server gives");
}

// A number or a bare name may mean an output.
void Tracer::OutputOrExpression(uint32_t node, const Rows& outputs, Place place, UseKind kind) {
  uint32_t value = node;
  if (At(node).kind == NodeKind::kSort) {
    value = input_.outline.FirstChild(node, NodeRole::kArgument);
    if (value == 0) return;
  }
  const sql::OutlineNode& at = At(value);
  if (at.kind == NodeKind::kConstant && at.Has(sql::kInteger)) {
    const size_t position = static_cast<size_t>(at.value);
    if (outputs.uncounted || outputs.open) return RecordRows(outputs, kind);
    if (position >= 1 && position <= outputs.columns.size()) {
      Record(*outputs.columns[position - 1].value, kind);
    }
    return;
  }
  const bool bare = at.kind == NodeKind::kColumn && at.qualifier.length == 0 && !at.Has(sql::kStar);
  if (bare) {
    // GROUP BY prefers the columns of FROM.
    Scope own;
    Found found;
    if (place.scope != nullptr) {
      own = *place.scope;
      own.outer = nullptr;
    }
    bool certain = false;
    if (kind == UseKind::kGrouping) {
      for (const RangeItem& item : own.items) {
        if (item.columns_visible && Match(*item.rows, NameOf(value), found)) certain = true;
      }
    }
    if (!certain) certain = Match(outputs, NameOf(value), found);
    Record(found.value, kind);
    if (certain) return;
  }
  if (at.kind == NodeKind::kExpression && kind == UseKind::kGrouping) {
    // GROUPING SETS, ROLLUP and CUBE, as well as expressions that are grouped by.
    for (uint32_t child = at.first_child; child != 0 && !failed_; child = At(child).next) {
      OutputOrExpression(child, outputs, place, kind);
    }
    return;
  }
  Computed(value, place, kind);
}

void Tracer::SortsAndLimits(uint32_t node, const Rows& outputs, Place place) {
  ForEach(node, NodeRole::kSort,
          [&](uint32_t sort) { OutputOrExpression(sort, outputs, place, UseKind::kOrdering); });
  ForEach(node, NodeRole::kLimit,
          [&](uint32_t limit) { Computed(limit, place, UseKind::kCondition); });
}

const Rows& Tracer::Select(uint32_t node, Place outer) {
  Level level;
  Level* const around = std::exchange(level_, &level);
  Scope scope;
  scope.outer = outer.scope;
  const Place place = {&scope, outer.with};
  Rows& rows = *NewRows();
  ForEach(node, NodeRole::kFrom, [&](uint32_t from) { From(from, scope, outer.with); });
  Targets(node, NodeRole::kTarget, place, rows);
  ForEach(node, NodeRole::kWhere, [&](uint32_t where) { Condition(where, place); });
  ForEach(node, NodeRole::kGroup,
          [&](uint32_t group) { OutputOrExpression(group, rows, place, UseKind::kGrouping); });
  ForEach(node, NodeRole::kHaving, [&](uint32_t having) { Condition(having, place); });
  ForEach(node, NodeRole::kWindow,
          [&](uint32_t window) { Computed(window, place, UseKind::kOrdering); });
  ForEach(node, NodeRole::kDistinctOn, [&](uint32_t distinct) {
    OutputOrExpression(distinct, rows, place, UseKind::kOrdering);
  });
  if (At(node).Has(sql::kDistinct)) RecordRows(rows, UseKind::kGrouping);
  SortsAndLimits(node, rows, place);
  level_ = around;
  EndLevel(node, level, place);
  return rows;
}

const Rows& Tracer::ValuesOf(uint32_t node, Place outer) {
  Rows& rows = *NewRows();
  Scope scope;
  scope.outer = outer.scope;
  std::vector<Value> values;
  ForEach(node, NodeRole::kValues, [&](uint32_t row) {
    size_t column = 0;
    ForEach(row, NodeRole::kArgument, [&](uint32_t expression) {
      if (column == values.size()) values.emplace_back();
      const sql::OutlineNode& at = At(expression);
      const bool star =
          (at.kind == NodeKind::kColumn || at.kind == NodeKind::kField) && at.Has(sql::kStar);
      if (star) return Fail("it is not known how many columns its VALUES have");
      Add(values[column++], Output(expression, {&scope, outer.with}));
    });
  });
  for (size_t i = 0; i < values.size() && Spend(1); ++i) {
    rows.columns.push_back({ColumnName(i), Keep(std::move(values[i]))});
  }
  scope.items.push_back({"*VALUES*", {}, &rows, true, true});
  SortsAndLimits(node, rows, {&scope, outer.with});
  return rows;
}

const Rows& Tracer::Union(const Rows& left, const Rows& right) {
  Rows& rows = *NewRows();
  if (left.uncounted || right.uncounted || left.columns.size() != right.columns.size()) {
    Value rest = AllOf(left);
    Add(rest, AllOf(right));
    rows.rest = Keep(std::move(rest));
    rows.open = rows.uncounted = true;
    rows.made = left.made;
    rows.made.insert(rows.made.end(), right.made.begin(), right.made.end());
    return rows;
  }
  for (size_t i = 0; i < left.columns.size() && Spend(1); ++i) {
    Value value = *left.columns[i].value;
    Add(value, *right.columns[i].value);
    rows.columns.push_back({left.columns[i].name, Keep(std::move(value))});
  }
  return rows;
}

const Rows& Tracer::SetOperation(uint32_t node, Place place, WithQuery* recursive) {
  const uint32_t left = input_.outline.FirstChild(node, NodeRole::kLeft);
  const uint32_t right = input_.outline.FirstChild(node, NodeRole::kRight);
  const Rows* rows = &Query(left, place);
  if (recursive != nullptr) {
    recursive->rows = &Named(recursive->node, *rows);
    rows = &Recur(*recursive, right, *rows, place);
  } else {
    rows = &Union(*rows, Query(right, place));
  }
  if (!At(node).Has(sql::kAll)) RecordRows(*rows, UseKind::kGrouping);
  Scope scope;
  scope.outer = place.scope;
  SortsAndLimits(node, *rows, {&scope, place.with});
  return *rows;
}

}  // namespace portreeve::lineage
