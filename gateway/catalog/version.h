// A snapshot's version: a hash of all that it holds, so that what was decided by one reading of the
// catalog stands when the next reading finds the same.
#pragma once

#include <string>

#include "catalog/snapshot.h"

namespace portreeve::catalog {

// 32 hex digits. Every field counts, and the order of the values as well.
std::string VersionOf(const SnapshotParts& parts);

}  // namespace portreeve::catalog
