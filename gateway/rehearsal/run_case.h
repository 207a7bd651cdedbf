// One case held against a policy.
#pragma once

#include <string>
#include <vector>

#include "policy/policy.h"
#include "rehearsal/case_file.h"
#include "rehearsal/coverage.h"

namespace portreeve::rehearsal {

// What is not as the case expects, a sentence each; empty: it passes. What it exercises is noted
// whether it passes or not.
std::vector<std::string> RunCase(const policy::Policy& policy, const CaseFile& file,
                                 const Case& tried, Coverage& coverage);

}  // namespace portreeve::rehearsal
