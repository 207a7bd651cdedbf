// Who asks, of what: the options that the verbs which decide have in common.
#pragma once

#include <vector>

#include "base/status.h"
#include "cli/arguments.h"
#include "rehearsal/caller.h"

namespace portreeve::cli {

// --as, --connection, --label, --database, --grant, --at and --catalog.
std::vector<Flag> CallerFlags();

// InvalidArgument: an option has not the form that it must have.
absl::StatusOr<rehearsal::Caller> CallerOf(const Arguments& arguments);

}  // namespace portreeve::cli
