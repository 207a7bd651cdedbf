// What people and workloads do with leases: `dsn`, `connect`, `exec`, `ls`, `lease ls`, `lease
// revoke`.
#pragma once

#include <vector>

#include "cli/arguments.h"

namespace portreeve::cli {

std::vector<Verb> LeaseVerbs(const Environment& environment);

}  // namespace portreeve::cli
