// The rows that stand in FROM and the names that they go by (PostgreSQL's ParseNamespaceItem).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "lineage/flow.h"

namespace portreeve::lineage {

struct ColumnOfRows {
  std::string_view name;
  const Value* value = nullptr;
  bool generated = false;  // Of a table: COPY leaves it out unless it is named.
};

struct Rows {
  std::vector<ColumnOfRows> columns;
  // Any other name may be one of its columns as well: of the relations that the session made, and
  // of `rest`.
  bool open = false;
  // How many columns it has is not known.
  bool uncounted = false;
  std::vector<std::string_view> made;
  const Value* rest = nullptr;
  const Value* whole = nullptr;  // The row as a value; null: all of its columns.
  bool system_columns = false;
};

struct RangeItem {
  std::string_view alias;
  std::vector<std::string_view> schemas;  // Of a relation without an alias.
  const Rows* rows = nullptr;
  bool name_visible = true;
  bool columns_visible = true;
};

struct Scope {
  const Scope* outer = nullptr;
  std::vector<RangeItem> items;
  size_t first = 0;  // Those before it cannot be seen.
};

struct WithQuery;

// What WITH queries can be seen, the nearest one first.
struct WithScope {
  const WithScope* outer = nullptr;
  WithQuery* query = nullptr;
};

struct WithQuery {
  enum class State : uint8_t { kNew, kRunning, kDone };

  uint32_t node = 0;
  std::string_view name;
  const Scope* scope = nullptr;
  const WithScope* with = nullptr;
  State state = State::kNew;
  const Rows* rows = nullptr;
};

// Where an expression or query stands.
struct Place {
  const Scope* scope = nullptr;
  const WithScope* with = nullptr;
};

}  // namespace portreeve::lineage
