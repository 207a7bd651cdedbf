// `portreeve dev`, and the verbs of its demo issuer.
#pragma once

#include <vector>

#include "base/clock.h"
#include "cli/arguments.h"

namespace portreeve::dev {

// `clock` must outlive the verbs.
std::vector<cli::Verb> DevVerbs(const cli::Environment& environment, const base::Clock& clock);

}  // namespace portreeve::dev
