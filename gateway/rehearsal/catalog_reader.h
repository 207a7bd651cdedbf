// A small catalog that somebody has written: tables, views and functions, on top of what PostgreSQL
// itself has. Its one rule: what a view or partition speaks of is in it, or it is an error.
#pragma once

#include <memory>
#include <string_view>

#include "catalog/snapshot.h"
#include "yaml/diagnostics.h"
#include "yaml/document.h"

namespace portreeve::rehearsal {

// Null after an error.
std::shared_ptr<const catalog::Snapshot> ReadCatalog(const yaml::Node& node,
                                                     yaml::Diagnostics& diagnostics);

// A file of its own, or the `catalog` of a file of cases. Null after an error.
std::shared_ptr<const catalog::Snapshot> LoadCatalog(std::string_view text,
                                                     yaml::Diagnostics& diagnostics);

// Without anything of a user's.
std::shared_ptr<const catalog::Snapshot> EmptyCatalog();

}  // namespace portreeve::rehearsal
