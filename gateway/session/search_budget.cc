#include "session/search_budget.h"

#include <algorithm>
#include <string>
#include <utility>

namespace portreeve::session {

std::optional<SessionLimits::Objection> SearchBudget::Charge(
    const std::vector<std::shared_ptr<const policy::MaskPlan>>& plans, int64_t now_us) {
  for (const auto& plan : plans) {
    if (plan == nullptr) continue;
    for (const policy::MaskPlan::Search& search : plan->searches) {
      if (auto objection = Charge(search, now_us)) return objection;
    }
  }
  return std::nullopt;
}

std::optional<SessionLimits::Objection> SearchBudget::Charge(const policy::MaskPlan::Search& search,
                                                             int64_t now_us) {
  const policy::Mask& mask = *search.mask;
  const auto meter =
      rates_.Of(principal_.issuer, principal_.subject, mask.path, now_us, RateMeter::kHourUs);
  // More than there ever are is as good as any larger number.
  const auto constants =
      static_cast<uint32_t>(std::min<uint64_t>(search.constants, uint64_t{mask.searches} + 1));
  const int64_t wait_us = meter->Take(constants, mask.searches, now_us);
  if (wait_us == 0) return std::nullopt;
  std::string hint = constants > mask.searches
                         ? "Compare with fewer values."
                         : "Try again in " + std::to_string(1 + wait_us / 1'000'000) + " s.";
  base::Refusal refusal{
      std::string(base::sqlstate::kConfigurationLimitExceeded),
      "more than " + std::to_string(mask.searches) + " values have been looked for in an hour",
      "Mask " + mask.name + " allows no more.", std::move(hint)};
  return SessionLimits::Objection{mask.path, std::move(refusal)};
}

}  // namespace portreeve::session
