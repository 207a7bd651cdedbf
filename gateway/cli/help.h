// Help texts, printed from the table of verbs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"

namespace portreeve::cli {

// Every verb that begins with `prefix` ("" for all), one a line.
std::string OverviewText(const std::vector<Verb>& verbs, std::string_view prefix);
// One verb with all that it takes.
std::string VerbText(const Verb& verb);

}  // namespace portreeve::cli
