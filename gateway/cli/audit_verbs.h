// The verbs that read the journal, from its folder: no gateway needs to run.
#pragma once

#include <vector>

#include "cli/arguments.h"

namespace portreeve::cli {

std::vector<Verb> AuditVerbs(const Environment& environment);

}  // namespace portreeve::cli
