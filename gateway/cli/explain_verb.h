// `portreeve policy explain`: why a session opens under a grant, and a text is decided as it is.
#pragma once

#include "cli/arguments.h"

namespace portreeve::cli {

Verb ExplainVerb();

}  // namespace portreeve::cli
