// The masks of sessions, made ready for the database that they are on: made once for all sessions
// of a lane that stand in the same way. Its one rule: never changed, so that the answer hand may
// hold them while the session goes on under others. MaskStock: loop thread only.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "catalog/snapshot.h"
#include "mask/detectors.h"
#include "mask/hash_key.h"
#include "policy/mask_functions.h"
#include "policy/mask_plan.h"
#include "policy/masked_columns.h"
#include "policy/masks_in_force.h"

namespace portreeve::session {

struct SessionMasks {
  std::shared_ptr<const policy::MasksInForce> in_force;
  std::shared_ptr<const policy::MaskedColumns> columns;  // Null: the catalog is not known.
  std::shared_ptr<const mask::Detectors> detectors;      // Null: none.
  mask::HashKey key;

  bool hides_columns() const { return !in_force->columns.empty(); }
  // Of the statement with that plan, which may be null.
  bool MasksRows(const policy::MaskPlan* plan) const {
    return detectors != nullptr || (plan != nullptr && plan->masks);
  }
  bool trusts_all() const { return policy::TrustsAll(in_force->policy->trusted_functions()); }
};

class MaskStock {
 public:
  static constexpr size_t kMaxKept = 64;

  explicit MaskStock(const mask::HashKey& key) : key_(key) {}

  // `snapshot`: null if the catalog is not known.
  std::shared_ptr<const SessionMasks> Of(
      const std::shared_ptr<const policy::MasksInForce>& in_force,
      const std::shared_ptr<const catalog::Snapshot>& snapshot);

 private:
  struct Kept {
    std::weak_ptr<const SessionMasks> masks;
    std::weak_ptr<const policy::Policy> policy;
    std::weak_ptr<const catalog::Snapshot> snapshot;
    std::string key;
  };

  const mask::HashKey key_;
  std::vector<Kept> kept_;
};

}  // namespace portreeve::session
