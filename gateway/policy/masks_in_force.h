// The masks that hold for one caller on one connection. Its one rule: they are settled from the
// principal and the policy alone, before any statement is seen.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "identity/principal.h"
#include "policy/contents.h"
#include "policy/policy.h"

namespace portreeve::policy {

// Never changes; shared by a caller's sessions and their answers.
struct MasksInForce {
  std::shared_ptr<const Policy> policy;  // It owns the masks.
  std::vector<const Mask*> columns;      // In the order of the policy: the first that fits counts.
  std::vector<const Mask*> detectors;
  std::string key;  // Equal for equal masks of the same policy.
};

// Null: none hold.
std::shared_ptr<const MasksInForce> MasksFor(std::shared_ptr<const Policy> policy,
                                             const identity::Principal& principal,
                                             const ConnectionRef& connection);

}  // namespace portreeve::policy
