// The start-up parameter `options`: command-line switches for the server
// (PostgreSQL 55.2.1, 20.1.4).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace portreeve::sql {

// Names, with '-' turned to '_', and values of the parameters that the text sets, in its order;
// split as PostgreSQL's pg_split_opts and process_postgres_switches do. Only `-c name=value` and
// `--name=value` are understood: every other switch is an InvalidArgument that names it, and so are
// too many.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ParseStartupOptions(
    std::string_view options);

}  // namespace portreeve::sql
