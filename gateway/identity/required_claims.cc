#include "identity/required_claims.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/wildcard.h"
#include "identity/plain_text.h"

namespace portreeve::identity {
namespace {

using nlohmann::json;

bool Fits(const json& value, const RequiredClaim& required) {
  std::string text;
  if (value.is_boolean()) {
    text = value.get<bool>() ? "true" : "false";
  } else if (value.is_string()) {
    text = value.get<std::string>();
  }
  return IsName(text) &&
         std::any_of(required.any_of.begin(), required.any_of.end(),
                     [&](const std::string& pattern) { return base::FitsWildcard(pattern, text); });
}

}  // namespace

absl::Status CheckRequiredClaims(const json& payload, const std::vector<RequiredClaim>& required) {
  for (const RequiredClaim& each : required) {
    const auto claim = payload.find(each.claim);
    if (claim == payload.end()) {
      return base::InvalidArgument("the token has no `" + each.claim + "`, which is required");
    }
    const bool fits = claim->is_array()
                          ? std::any_of(claim->begin(), claim->end(),
                                        [&](const json& item) { return Fits(item, each); })
                          : Fits(*claim, each);
    if (!fits) return base::InvalidArgument("the token has another `" + each.claim + "`");
  }
  return absl::OkStatus();
}

}  // namespace portreeve::identity
