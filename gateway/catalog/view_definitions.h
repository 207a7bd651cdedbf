// What views do beyond what the server's own dependencies tell: those leave out everything that
// initdb made. Its one rule: a definition that cannot be read may call anything.
#pragma once

#include "catalog/snapshot.h"

namespace portreeve::catalog {

// Stands in `calls` for a function that is not known.
inline constexpr Oid kUnknownFunction = 0;

// Adds to `reaches`, `uses` and `calls` of each view what its definition names, as read with
// nothing but pg_catalog on the search_path. Of what a relation reaches otherwise, by a rule say,
// it uses all columns. Functions of PostgreSQL's own views are left out: what those call is part of
// what they are. `names` is a snapshot of the same parts.
void AddWhatDefinitionsName(SnapshotParts& parts, const Snapshot& names);

}  // namespace portreeve::catalog
