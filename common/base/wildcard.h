// Patterns as operators write them. Its one rule: `*` fits any run of characters, everything else
// itself.
#pragma once

#include <string_view>

namespace portreeve::base {

bool FitsWildcard(std::string_view pattern, std::string_view text);

}  // namespace portreeve::base
