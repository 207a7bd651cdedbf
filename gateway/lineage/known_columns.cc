#include "lineage/known_columns.h"

#include <array>

#include "catalog/search_path.h"

namespace portreeve::lineage {
namespace {

constexpr size_t kMostColumns = 5;

struct Known {
  std::string_view name;
  size_t count;
  std::array<std::string_view, kMostColumns> columns;
};

constexpr Known kKnown[] = {
    {"aclexplode", 4, {"grantor", "grantee", "privilege_type", "is_grantable"}},
    {"generate_series", 1, {""}},
    {"generate_subscripts", 1, {""}},
    {"json_array_elements", 1, {"value"}},
    {"json_array_elements_text", 1, {"value"}},
    {"json_each", 2, {"key", "value"}},
    {"json_each_text", 2, {"key", "value"}},
    {"json_object_keys", 1, {""}},
    {"jsonb_array_elements", 1, {"value"}},
    {"jsonb_array_elements_text", 1, {"value"}},
    {"jsonb_each", 2, {"key", "value"}},
    {"jsonb_each_text", 2, {"key", "value"}},
    {"jsonb_object_keys", 1, {""}},
    {"jsonb_path_query", 1, {""}},
    {"pg_get_keywords", 5, {"word", "catcode", "barelabel", "catdesc", "baredesc"}},
    {"pg_options_to_table", 2, {"option_name", "option_value"}},
    {"regexp_matches", 1, {""}},
    {"regexp_split_to_table", 1, {""}},
    {"string_to_table", 1, {""}},
    {"unnest", 1, {""}},
};

}  // namespace

std::optional<std::span<const std::string_view>> KnownColumns(std::string_view schema,
                                                              std::string_view name) {
  if (!schema.empty() && schema != catalog::kCatalogSchema) return std::nullopt;
  for (const Known& known : kKnown) {
    if (known.name == name) return std::span(known.columns.data(), known.count);
  }
  return std::nullopt;
}

}  // namespace portreeve::lineage
