// search_path as the server reads it (PostgreSQL 5.9.3). Its one rule: a value that the server
// would not take has no meaning here either.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/snapshot.h"

namespace portreeve::catalog {

inline constexpr std::string_view kCatalogSchema = "pg_catalog";
inline constexpr std::string_view kTemporarySchema = "pg_temp";

// The names in a list as SHOW gives it: unquoted ones in lower case, all cut to the server's 63
// bytes. nullopt: the server would not take it.
std::optional<std::vector<std::string>> ParseSearchPath(std::string_view text);

// A search_path with what the server adds to it and without what it passes over.
struct Path {
  // In the order in which they are searched: pg_temp (for relations only) and pg_catalog stand
  // first unless the path itself places them.
  std::vector<std::string> schemas;
  std::string creation;  // Where CREATE puts a name without a schema; empty: nowhere.
};

Path MakePath(const std::vector<std::string>& names, const Snapshot& snapshot,
              std::string_view role);

}  // namespace portreeve::catalog
