#include <algorithm>
#include <array>

#include "lineage/tracer.h"

namespace portreeve::lineage {
namespace {

constexpr std::array<std::string_view, 6> kSystemColumns = {"cmax",     "cmin", "ctid",
                                                            "tableoid", "xmax", "xmin"};

bool HasColumn(const Rows& rows, std::string_view name) {
  return std::ranges::any_of(rows.columns,
                             [name](const ColumnOfRows& column) { return column.name == name; }) ||
         (rows.system_columns && std::ranges::count(kSystemColumns, name) > 0);
}

// Nothing is known of it but that the session made it.
bool IsOnlyMade(const Rows& rows) {
  return rows.open && rows.columns.empty() && rows.rest == nullptr;
}

}  // namespace

bool Tracer::Match(const Rows& rows, std::string_view name, Found& found) {
  if (!Spend(1 + rows.columns.size() / 8)) return true;
  bool there = false;
  for (const ColumnOfRows& column : rows.columns) {
    if (column.name != name) continue;
    Add(found.value, *column.value);
    there = true;
  }
  if (!there && rows.system_columns && std::ranges::count(kSystemColumns, name) > 0) there = true;
  if (rows.open) {
    for (const std::string_view made : rows.made) {
      Value value;
      value.flows.push_back({sources_.Number({0, std::string(made), std::string(name)}), true,
                             false, UseKind::kComputed});
      Add(found.value, value);
    }
    if (rows.rest != nullptr) Add(found.value, *rows.rest);
  }
  found.found = found.found || there || rows.open;
  return there && !rows.open;
}

void Tracer::WholeRow(const RangeItem& item, Found& found) {
  Add(found.value, item.rows->whole != nullptr ? *item.rows->whole : AllOf(*item.rows));
  found.found = true;
  found.whole_row = true;
  found.rows = item.rows;
}

// The server takes the nearest level that has such a column; an alias only if no level has one.
Tracer::Found Tracer::BareName(std::string_view name, const Scope* scope) {
  Found found;
  for (const Scope* level = scope; level != nullptr; level = level->outer) {
    bool certain = false;
    for (size_t i = level->first; i < level->items.size(); ++i) {
      const RangeItem& item = level->items[i];
      if (item.columns_visible && Match(*item.rows, name, found)) certain = true;
    }
    if (certain || failed_) return found;
  }
  const RangeItem* item = FindItem("", name, scope);
  if (item != nullptr) WholeRow(*item, found);
  return found;
}

const RangeItem* Tracer::FindItem(std::string_view schema, std::string_view alias,
                                  const Scope* scope) {
  for (const Scope* level = scope; level != nullptr; level = level->outer) {
    if (!Spend(1 + level->items.size() / 8)) return nullptr;
    for (size_t i = level->first; i < level->items.size(); ++i) {
      const RangeItem& item = level->items[i];
      if (!item.name_visible || item.alias != alias) continue;
      if (schema.empty() || std::ranges::count(item.schemas, schema) > 0) return &item;
    }
  }
  return nullptr;
}

Tracer::Found Tracer::Lookup(uint32_t column, const Scope* scope) {
  const sql::OutlineNode& node = At(column);
  const std::string_view name = Text(node.name);
  const std::string_view qualifier = Text(node.qualifier);
  Found found;
  if (qualifier.empty() && !node.Has(sql::kStar)) {
    found = BareName(name, scope);
  } else if (qualifier.empty()) {
    // ROW(*) and the like: all of FROM.
    for (size_t i = 0; scope != nullptr && i < scope->items.size(); ++i) {
      if (scope->items[i].columns_visible) WholeRow(scope->items[i], found);
    }
  } else {
    const RangeItem* item = FindItem(Text(node.schema), qualifier, scope);
    if (item != nullptr && !node.Has(sql::kStar)) Match(*item->rows, name, found);
    // Otherwise it is a function of the row; a relation that the session may have made under the
    // name does not make it a column of the one that is known.
    if (item != nullptr && !HasColumn(*item->rows, name) && !IsOnlyMade(*item->rows)) {
      WholeRow(*item, found);
    }
  }
  if (!found.found) {
    Fail("it is not known what " + std::string(qualifier.empty() ? name : qualifier) + " means");
  }
  return found;
}

}  // namespace portreeve::lineage
