// `portreeve login`, `token`, `whoami` and `logout`.
#pragma once

#include <vector>

#include "base/clock.h"
#include "cli/arguments.h"

namespace portreeve::cli {

// Both must outlive the verbs.
std::vector<Verb> LoginVerbs(const Environment& environment, const base::Clock& clock);

}  // namespace portreeve::cli
