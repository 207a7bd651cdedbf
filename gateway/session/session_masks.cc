#include "session/session_masks.h"

#include <algorithm>
#include <string>

#include "base/check.h"

namespace portreeve::session {
namespace {

std::shared_ptr<const mask::Detectors> DetectorsOf(const policy::MasksInForce& in_force) {
  if (in_force.detectors.empty()) return nullptr;
  std::vector<std::string> redacted;
  std::vector<std::string> reported;
  for (const policy::Mask* mask : in_force.detectors) {
    std::vector<std::string>& names = mask->reports ? reported : redacted;
    names.insert(names.end(), mask->detect.begin(), mask->detect.end());
  }
  auto made = mask::Detectors::Make(redacted, reported);
  // The policy has been loaded with these very names.
  PORTREEVE_CHECK(made.ok());
  return std::make_shared<const mask::Detectors>(*std::move(made));
}

}  // namespace

std::shared_ptr<const SessionMasks> MaskStock::Of(
    const std::shared_ptr<const policy::MasksInForce>& in_force,
    const std::shared_ptr<const catalog::Snapshot>& snapshot) {
  for (const Kept& kept : kept_) {
    if (kept.key != in_force->key || kept.policy.lock() != in_force->policy ||
        kept.snapshot.lock() != snapshot) {
      continue;
    }
    if (auto masks = kept.masks.lock()) return masks;
  }
  std::shared_ptr<const policy::MaskedColumns> columns;
  if (snapshot != nullptr) {
    columns = std::make_shared<const policy::MaskedColumns>(in_force, snapshot);
  }
  auto masks = std::make_shared<const SessionMasks>(
      SessionMasks{in_force, std::move(columns), DetectorsOf(*in_force), key_});
  std::erase_if(kept_, [](const Kept& kept) { return kept.masks.expired(); });
  if (kept_.size() >= kMaxKept) kept_.erase(kept_.begin());
  kept_.push_back({masks, in_force->policy, snapshot, in_force->key});
  return masks;
}

}  // namespace portreeve::session
