// What PostgreSQL itself puts into every database: its relations and functions, as version 15 has
// them. A small catalog that somebody writes stands on top of it.
#pragma once

#include <span>
#include <string_view>

#include "catalog/snapshot.h"

namespace portreeve::rehearsal {

// The schemas pg_catalog, information_schema and public, which everyone may use.
catalog::SnapshotParts OwnCatalog();

// The lines of own_catalog.txt; tests/support/own_catalog.py says what stands in them.
std::span<const std::string_view> OwnCatalogLines();

}  // namespace portreeve::rehearsal
