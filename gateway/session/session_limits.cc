#include "session/session_limits.h"

#include <utility>

namespace portreeve::session {
namespace {

constexpr char kOneByOne[] = "Send the statements one by one.";

}  // namespace

void SessionLimits::Adopt(const policy::Grant& grant, std::shared_ptr<RateMeter> meter) {
  grant_ = grant.name();
  const policy::Limits& limits = grant.limits;
  all_.reset();
  results_.reset();
  if (limits.rows || limits.bytes || limits.affects_at_most) {
    all_ = std::make_shared<const ResultLimits>(
        ResultLimits{grant_, limits.rows, limits.bytes, limits.affects_at_most});
    results_ = std::make_shared<const ResultLimits>(
        ResultLimits{grant_, limits.rows, limits.bytes, std::nullopt});
  }
  statement_time_us_ = limits.statement_time_us;
  per_minute_ = meter != nullptr ? limits.per_minute : 0;
  meter_ = std::move(meter);
}

StatementTraits SessionLimits::Together(StatementTraits own,
                                        const std::vector<StatementTraits>& relied_on) {
  for (const StatementTraits& other : relied_on) {
    own.changes |= other.changes;
    own.countable &= other.countable;
    own.acts |= other.acts;
    own.gives_rows |= other.gives_rows;
    own.changes_catalog |= other.changes_catalog;
  }
  return own;
}

std::string SessionLimits::RuleOf(std::string_view limit) const {
  return "grants/" + grant_ + "/limits/" + std::string(limit);
}

SessionLimits::Objection SessionLimits::Refuse(std::string_view limit, std::string message,
                                               std::string hint) const {
  std::string rule = RuleOf(limit);
  base::Refusal refusal{std::string(base::sqlstate::kConfigurationLimitExceeded),
                        std::move(message), "Rule " + rule + ".", std::move(hint)};
  return {std::move(rule), std::move(refusal)};
}

std::optional<SessionLimits::Objection> SessionLimits::ObjectToRate(uint32_t charged,
                                                                    int64_t now_us) {
  if (per_minute_ == 0 || charged == 0) return std::nullopt;
  const int64_t wait_us = meter_->Take(charged, per_minute_, now_us);
  if (wait_us == 0) return std::nullopt;
  std::string hint = charged > per_minute_
                         ? kOneByOne
                         : "Try again in " + std::to_string(1 + wait_us / 1'000'000) + " s.";
  return Refuse("per_minute",
                "more than " + std::to_string(per_minute_) + " statements in a minute",
                std::move(hint));
}

std::optional<SessionLimits::Objection> SessionLimits::Object(const StatementTraits& traits,
                                                              int64_t now_us) {
  if (all_ != nullptr && all_->affects_at_most && traits.changes) {
    if (traits.several && !traits.unexamined) {
      return Refuse("affects_at_most",
                    "what one of several statements changes cannot be counted and undone",
                    kOneByOne);
    }
    if (!traits.countable) {
      auto refusal = TooManyChanged(*all_, std::nullopt);
      return Objection{RuleOf("affects_at_most"), std::move(*refusal)};
    }
  }
  // If its result is cut off, one that was done before the server stopped would stay.
  if (bounds_results() && traits.several && !traits.unexamined && traits.acts &&
      traits.gives_rows) {
    return Refuse(results_->rows ? "rows" : "bytes",
                  "a statement that acts cannot stand among others whose results are bounded",
                  kOneByOne);
  }
  return ObjectToRate(traits.charged, now_us);
}

Manner SessionLimits::MannerOf(const StatementTraits& traits) const {
  if (all_ == nullptr) return Manner::kFreely;
  if (all_->affects_at_most && traits.changes) return Manner::kGuarded;
  if (!bounds_results() || !traits.gives_rows) return Manner::kFreely;
  return traits.acts && !traits.several ? Manner::kGuarded : Manner::kAlone;
}

std::shared_ptr<const ResultLimits> SessionLimits::For(const StatementTraits& traits) const {
  return traits.changes ? all_ : results_;
}

}  // namespace portreeve::session
