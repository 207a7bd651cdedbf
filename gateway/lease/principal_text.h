// A principal as text for the store, and back. Its one rule: what is not wholly understood is no
// principal.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "identity/principal.h"

namespace portreeve::lease {

std::string ToText(const identity::Principal& principal);
// kDataLoss: it is not what ToText() gives.
absl::StatusOr<identity::Principal> PrincipalFromText(std::string_view text);

}  // namespace portreeve::lease
