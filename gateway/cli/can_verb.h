// `portreeve can`: may somebody do something? Its one rule: it ends with 0 for yes, 5 for what
// needs an approval and 3 for no.
#pragma once

#include "cli/arguments.h"

namespace portreeve::cli {

Verb CanVerb();

}  // namespace portreeve::cli
