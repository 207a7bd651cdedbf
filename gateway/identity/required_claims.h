// What a token must say before it is believed, beyond what the standards want: which repository,
// service account or client it was made for. Its one rule: every required claim must be there.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/status.h"

namespace portreeve::identity {

struct RequiredClaim {
  std::string claim;
  std::vector<std::string> any_of;  // With `*` for any run of characters.
};

// A text, a truth value or a list of texts counts; in a list, one that fits is enough.
absl::Status CheckRequiredClaims(const nlohmann::json& payload,
                                 const std::vector<RequiredClaim>& required);

}  // namespace portreeve::identity
