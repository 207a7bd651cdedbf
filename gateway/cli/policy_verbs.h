// The verbs that look at a policy file: no gateway needs to run.
#pragma once

#include <vector>

#include "cli/arguments.h"

namespace portreeve::cli {

std::vector<Verb> PolicyVerbs();

}  // namespace portreeve::cli
