#include "policy/masks_in_force.h"

#include <algorithm>
#include <utility>

#include "policy/match.h"

namespace portreeve::policy {

std::shared_ptr<const MasksInForce> MasksFor(std::shared_ptr<const Policy> policy,
                                             const identity::Principal& principal,
                                             const ConnectionRef& connection) {
  // A policy that only observes changes nothing.
  if (policy->observes()) return nullptr;
  auto masks = std::make_shared<MasksInForce>();
  for (const Mask& mask : policy->masks()) {
    const bool unmasked =
        std::any_of(mask.unmask.begin(), mask.unmask.end(),
                    [&](const std::string& group) { return policy->IsMember(group, principal); });
    if (unmasked || !MayBeThere(mask.databases, mask.connections, &connection)) continue;
    (mask.columns.empty() ? masks->detectors : masks->columns).push_back(&mask);
    masks->key += mask.name + '\n';
  }
  if (masks->key.empty()) return nullptr;
  masks->policy = std::move(policy);
  return masks;
}

}  // namespace portreeve::policy
