// What a portal shows of masked columns, in all of its executions. The first part is the request
// hand's, the second one the answer hand's: they meet in the order of the portal's messages only.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "mask/row_masker.h"
#include "policy/mask_plan.h"
#include "session/session_masks.h"

namespace portreeve::session {

// The rows of one result, from its description to its last row.
struct MaskedRows {
  std::shared_ptr<const SessionMasks> masks;  // The masker refers to what they hold.
  std::shared_ptr<const policy::MaskPlan> plan;
  mask::RowMasker masker;
  mask::Counts told;  // What is on record already.
};

struct PortalMasks {
  // Request hand: its description was asked for under these.
  bool described = false;
  std::shared_ptr<const SessionMasks> described_masks;
  std::shared_ptr<const policy::MaskPlan> described_plan;
  void Describe(std::shared_ptr<const SessionMasks> masks,
                std::shared_ptr<const policy::MaskPlan> plan) {
    described = true;
    described_masks = std::move(masks);
    described_plan = std::move(plan);
  }

  // Answer hand.
  std::unique_ptr<MaskedRows> rows;  // None: its rows leave as they are.
};

}  // namespace portreeve::session
