// What `portreeve policy explain` says: how a session opens and why, and how a text is decided and
// why, as JSON and as text made from it.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "policy/policy.h"
#include "rehearsal/caller.h"
#include "rehearsal/rehearsal.h"

namespace portreeve::cli {

// `done`: of `text`; none if the session does not open, or nothing is said in it.
// `snapshot`: that its names were resolved in. `without_catalog`: they could not be.
nlohmann::ordered_json Explanation(const policy::Policy& policy, const rehearsal::Caller& caller,
                                   const rehearsal::Opening& opening,
                                   const std::optional<rehearsal::Rehearsed>& done,
                                   std::string_view text, const catalog::Snapshot& snapshot,
                                   bool without_catalog);

// For people. `explanation` is one.
std::string ExplanationText(const nlohmann::ordered_json& explanation);

}  // namespace portreeve::cli
