// Runs psql with a lease. Its one rule: the secret is in a file that only the user can read, for as
// long as psql runs, and nowhere else.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "cli/arguments.h"
#include "cli/lease_login.h"

namespace portreeve::cli {

// What psql ended with: its own code, or 128 and the signal's number. kNotFound: there is no psql.
absl::StatusOr<int> RunPsql(const LeaseLogin& login, const std::vector<std::string>& arguments,
                            const Environment& environment);

}  // namespace portreeve::cli
