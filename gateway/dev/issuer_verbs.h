// The verbs of the demo issuer.
#pragma once

#include <vector>

#include "base/clock.h"
#include "cli/arguments.h"

namespace portreeve::dev {

// `clock` must outlive the verbs.
std::vector<cli::Verb> IssuerVerbs(const cli::Environment& environment, const base::Clock& clock);

}  // namespace portreeve::dev
