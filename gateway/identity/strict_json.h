// JSON as tokens and key sets may have it. Its one rule: what two parsers could read differently (a
// member twice, a byte order mark, bytes behind the end) is refused, not resolved.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "base/status.h"

namespace portreeve::identity {

struct JsonLimits {
  size_t depth = 16;     // The outermost object counts as one.
  size_t values = 2048;  // Of all levels together.
};

// The text must be one object and nothing else. Messages never quote the text; its size is the
// caller's to bound.
absl::StatusOr<nlohmann::json> ParseStrictObject(std::string_view text,
                                                 const JsonLimits& limits = {});

}  // namespace portreeve::identity
