// The verbs of operators: agents and sessions, through the gateway's HTTP API.
#pragma once

#include <vector>

#include "cli/arguments.h"

namespace portreeve::cli {

std::vector<Verb> OperatorVerbs(const Environment& environment);

}  // namespace portreeve::cli
