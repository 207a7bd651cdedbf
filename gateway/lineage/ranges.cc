#include <algorithm>

#include "lineage/known_columns.h"
#include "lineage/tracer.h"

namespace portreeve::lineage {

using sql::NodeKind;
using sql::NodeRole;

// With the names of an alias, as far as they go.
const Rows& Tracer::Renamed(uint32_t node, const Rows& rows) {
  if (input_.outline.FirstChild(node, NodeRole::kColumnAlias) == 0) return rows;
  if (!Spend(rows.columns.size())) return rows;
  Rows& renamed = *NewRows();
  renamed = rows;
  const Value all = rows.open ? AllOf(rows) : Value{};
  size_t position = 0;
  ForEach(node, NodeRole::kColumnAlias, [&](uint32_t name) {
    if (position < renamed.columns.size()) {
      renamed.columns[position].name = NameOf(name);
    } else if (rows.open) {
      renamed.columns.push_back({NameOf(name), Keep(all)});
    }
    if (rows.open) renamed.columns[position].value = Keep(all);
    ++position;
  });
  return renamed;
}

void Tracer::AddItem(uint32_t node, const Rows& rows, Scope& scope) {
  RangeItem item;
  item.alias = Text(At(node).qualifier);
  item.rows = &Renamed(node, rows);
  item.name_visible = !item.alias.empty();
  scope.items.push_back(std::move(item));
}

// A table, view or WITH query.
RangeItem Tracer::Relation(uint32_t node, const WithScope* with) {
  const sql::OutlineNode& at = At(node);
  const std::string_view schema = Text(at.schema);
  const std::string_view name = Text(at.name);
  RangeItem item;
  WithQuery* query = schema.empty() ? FindWith(with, name) : nullptr;
  item.rows = query != nullptr ? &RowsOf(*query) : &RowsOfRelation(schema, name);
  item.rows = &Renamed(node, *item.rows);
  item.alias = Text(at.qualifier);
  if (item.alias.empty()) {
    item.alias = name;
    if (query == nullptr) item.schemas = SchemasOf(schema, name);
  }
  return item;
}

void Tracer::FunctionColumns(uint32_t item, uint32_t range, bool only, Place place, Rows& rows) {
  const uint32_t call = input_.outline.FirstChild(item, NodeRole::kArgument);
  if (call == 0) return Fail("a function in FROM is not known");
  const Value* value = Keep(Computed(call, place, UseKind::kComputed));
  if (input_.outline.FirstChild(item, NodeRole::kColumnDefinition) != 0) {
    return ForEach(item, NodeRole::kColumnDefinition, [&](uint32_t name) {
      rows.columns.push_back({NameOf(name), value});
    });
  }
  const bool is_call = At(call).kind == NodeKind::kFunctionCall;
  const std::string_view name = is_call ? NameOf(call) : std::string_view();
  const std::string_view schema = is_call ? Text(At(call).schema) : std::string_view();
  const std::string_view alias = Text(At(range).qualifier);
  const auto known = is_call ? KnownColumns(schema, name) : std::nullopt;
  if (known) {
    const size_t times = name == "unnest" ? std::max(At(call).value, 1) : 1;
    for (size_t i = 0; i < times && Spend(1); ++i) {
      for (const std::string_view column : *known) {
        const std::string_view own = only && times == 1 && !alias.empty() ? alias : name;
        rows.columns.push_back({column.empty() ? own : column, value});
      }
    }
  } else {
    rows.uncounted = true;
  }
  rows.open = true;
  Value rest = rows.rest != nullptr ? *rows.rest : Value{};
  Add(rest, *value);
  rows.rest = Keep(std::move(rest));
}

void Tracer::Functions(uint32_t node, Scope& scope, const WithScope* with) {
  Rows& rows = *NewRows();
  const Place place = {&scope, with};
  const uint32_t first = input_.outline.FirstChild(node, NodeRole::kFrom);
  const bool only = first != 0 && input_.outline.Next(first) == 0;
  ForEach(node, NodeRole::kFrom,
          [&](uint32_t item) { FunctionColumns(item, node, only, place, rows); });
  if (At(node).Has(sql::kOrdinality)) rows.columns.push_back({"ordinality", Keep({})});
  AddItem(node, rows, scope);
  RangeItem& item = scope.items.back();
  if (!item.alias.empty() || first == 0) return;
  // PostgreSQL names it after the first function.
  const uint32_t call = input_.outline.FirstChild(first, NodeRole::kArgument);
  if (call != 0 && At(call).kind == NodeKind::kFunctionCall) item.alias = NameOf(call);
  item.name_visible = !item.alias.empty();
}

void Tracer::TableFunction(uint32_t node, Scope& scope, const WithScope* with) {
  Rows& rows = *NewRows();
  Value value;
  ForEach(node, NodeRole::kArgument, [&](uint32_t argument) {
    Add(value, Computed(argument, {&scope, with}, UseKind::kComputed));
  });
  const Value* kept = Keep(std::move(value));
  ForEach(node, NodeRole::kColumnDefinition, [&](uint32_t name) {
    rows.columns.push_back({NameOf(name), kept});
  });
  AddItem(node, rows, scope);
  if (!scope.items.back().alias.empty()) return;
  scope.items.back().alias = "xmltable";
  scope.items.back().name_visible = true;
}

// The columns that can be seen of a part of FROM.
Rows Tracer::Gathered(const Scope& scope, size_t begin, size_t end) {
  Rows all;
  Value rest;
  for (size_t i = begin; i < end && i < scope.items.size(); ++i) {
    const RangeItem& item = scope.items[i];
    if (!item.columns_visible || !Spend(item.rows->columns.size())) continue;
    const Rows& rows = *item.rows;
    all.columns.insert(all.columns.end(), rows.columns.begin(), rows.columns.end());
    all.open = all.open || rows.open;
    all.uncounted = all.uncounted || rows.uncounted;
    all.made.insert(all.made.end(), rows.made.begin(), rows.made.end());
    if (rows.rest != nullptr) Add(rest, *rows.rest);
  }
  all.rest = Keep(std::move(rest));
  return all;
}

// Of USING and NATURAL the merged columns stand first (PostgreSQL 7.2.1.1).
const Rows& Tracer::Joined(uint32_t node, const Rows& left, const Rows& right, Rows& merged) {
  std::vector<std::string_view> names;
  ForEach(node, NodeRole::kUsing, [&](uint32_t name) { names.push_back(NameOf(name)); });
  if (At(node).Has(sql::kNatural)) {
    if (left.open || right.open) Fail("it is not known on which columns a NATURAL JOIN joins");
    for (const ColumnOfRows& column : left.columns) {
      const bool common = Spend(1 + right.columns.size() / 8) &&
                          std::ranges::any_of(right.columns, [&](const ColumnOfRows& other) {
                            return other.name == column.name;
                          });
      if (common) names.push_back(column.name);
    }
  }
  Rows& joined = *NewRows();
  for (const std::string_view name : names) {
    Found found;
    Match(left, name, found);
    const bool in_left = found.found;
    found.found = false;
    Match(right, name, found);
    if (!in_left || !found.found) Fail("it is not known what " + std::string(name) + " means");
    Record(found.value, UseKind::kCondition);
    merged.columns.push_back({name, Keep(std::move(found.value))});
  }
  joined.columns = merged.columns;
  const auto add = [&](const Rows& side) {
    for (const ColumnOfRows& column : side.columns) {
      if (!Spend(1 + names.size() / 8)) return;
      if (std::ranges::count(names, column.name) == 0) joined.columns.push_back(column);
    }
    joined.open = joined.open || side.open;
    joined.uncounted = joined.uncounted || side.uncounted;
    joined.made.insert(joined.made.end(), side.made.begin(), side.made.end());
  };
  add(left);
  add(right);
  Value rest;
  if (left.rest != nullptr) Add(rest, *left.rest);
  if (right.rest != nullptr) Add(rest, *right.rest);
  joined.rest = Keep(std::move(rest));
  return joined;
}

void Tracer::Join(uint32_t node, Scope& scope, const WithScope* with) {
  const size_t begin = scope.items.size();
  From(input_.outline.FirstChild(node, NodeRole::kLeft), scope, with);
  const size_t middle = scope.items.size();
  From(input_.outline.FirstChild(node, NodeRole::kRight), scope, with);
  if (failed_) return;
  const size_t first = scope.first;
  scope.first = begin;
  ForEach(node, NodeRole::kCondition, [&](uint32_t on) { Condition(on, {&scope, with}); });
  scope.first = first;
  const bool merges =
      At(node).Has(sql::kNatural) || input_.outline.FirstChild(node, NodeRole::kUsing) != 0;
  const bool named = At(node).qualifier.length != 0;
  // Without either its columns are those of its sides.
  if (!merges && !named) return;
  const Rows left = Gathered(scope, begin, middle);
  const Rows right = Gathered(scope, middle, scope.items.size());
  Rows& merged = *NewRows();
  const Rows& joined = Joined(node, left, right, merged);
  for (size_t i = begin; i < scope.items.size(); ++i) {
    scope.items[i].columns_visible = false;
    if (named) scope.items[i].name_visible = false;
  }
  AddItem(node, joined, scope);
  ForEach(node, NodeRole::kUsingAlias, [&](uint32_t alias) {
    RangeItem item;
    item.alias = NameOf(alias);
    item.rows = &merged;
    item.columns_visible = false;
    scope.items.push_back(std::move(item));
  });
}

void Tracer::From(uint32_t node, Scope& scope, const WithScope* with) {
  if (node == 0) Fail("a part of FROM is missing");
  if (!Spend(1)) return;
  switch (At(node).kind) {
    case NodeKind::kRelation:
      scope.items.push_back(Relation(node, with));
      return;
    case NodeKind::kSubquery: {
      const Place lateral = {&scope, with};
      const Place place = {scope.outer, with};
      const uint32_t query = input_.outline.FirstChild(node, NodeRole::kQuery);
      const Rows& rows = Query(query, At(node).Has(sql::kLateral) ? lateral : place);
      AddItem(node, rows, scope);
      return;
    }
    case NodeKind::kFunctions:
      return Functions(node, scope, with);
    case NodeKind::kTableFunction:
      return TableFunction(node, scope, with);
    case NodeKind::kSample:
      From(input_.outline.FirstChild(node, NodeRole::kFrom), scope, with);
      return ForEach(node, NodeRole::kArgument, [&](uint32_t argument) {
        Computed(argument, {&scope, with}, UseKind::kCondition);
      });
    case NodeKind::kJoin:
      return Join(node, scope, with);
    default:
      return Fail("a part of FROM is not known or nested too deeply");
  }
}

}  // namespace portreeve::lineage
