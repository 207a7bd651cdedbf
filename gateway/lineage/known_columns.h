// The columns of PostgreSQL's own functions in FROM.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace portreeve::lineage {

// In order; an empty name is that of the alias or the function. nullopt: not known.
std::optional<std::span<const std::string_view>> KnownColumns(std::string_view schema,
                                                              std::string_view name);

}  // namespace portreeve::lineage
