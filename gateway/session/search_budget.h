// How often a principal may look for values in masked columns: who may compare can guess, and only
// a bound on the guesses keeps what is masked from being tried out. Its one rule: what is charged
// is each constant of each statement that goes out, whatever is found. A count(*) answers with a
// row whether the guess was right or not, so that misses could not be told from hits. Request hand
// only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "identity/principal.h"
#include "policy/mask_plan.h"
#include "session/rates.h"
#include "session/session_limits.h"

namespace portreeve::session {

class SearchBudget {
 public:
  // Both must outlive it.
  SearchBudget(Rates& rates, const identity::Principal& principal)
      : rates_(rates), principal_(principal) {}

  // `plans`: of the statements of a text that is about to run; some may be null. None: it may, and
  // its searches are charged.
  std::optional<SessionLimits::Objection> Charge(
      const std::vector<std::shared_ptr<const policy::MaskPlan>>& plans, int64_t now_us);

 private:
  std::optional<SessionLimits::Objection> Charge(const policy::MaskPlan::Search& search,
                                                 int64_t now_us);

  Rates& rates_;
  const identity::Principal& principal_;
};

}  // namespace portreeve::session
