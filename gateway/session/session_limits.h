// The limits of the grant that a session stands under: what they forbid before a statement goes
// out, and in which manner it goes out so that they can be held. Request hand only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/refusal.h"
#include "policy/policy.h"
#include "session/rates.h"
#include "session/result_limits.h"
#include "session/statement_traits.h"
#include "session/turn.h"

namespace portreeve::session {

class SessionLimits {
 public:
  // `meter` must be there where the grant has per_minute.
  void Adopt(const policy::Grant& grant, std::shared_ptr<RateMeter> meter);

  struct Objection {
    std::string rule;
    base::Refusal refusal;
  };
  // What a statement is that runs `own`, and with it what has these `relied_on`.
  static StatementTraits Together(StatementTraits own,
                                  const std::vector<StatementTraits>& relied_on);
  // None: it may go out, and its part of the minute is taken.
  std::optional<Objection> Object(const StatementTraits& traits, int64_t now_us);
  Manner MannerOf(const StatementTraits& traits) const;
  // What its answer is held against; null: nothing.
  std::shared_ptr<const ResultLimits> For(const StatementTraits& traits) const;

  bool bounds_results() const { return results_ != nullptr && results_->bounds_results(); }
  int64_t statement_time_us() const { return statement_time_us_; }
  const std::string& grant() const { return grant_; }

 private:
  std::string RuleOf(std::string_view limit) const;
  Objection Refuse(std::string_view limit, std::string message, std::string hint) const;
  std::optional<Objection> ObjectToRate(uint32_t charged, int64_t now_us);

  std::string grant_;
  std::shared_ptr<const ResultLimits> all_;      // Null: no limit at all.
  std::shared_ptr<const ResultLimits> results_;  // Without affects_at_most.
  int64_t statement_time_us_ = 0;
  uint32_t per_minute_ = 0;
  std::shared_ptr<RateMeter> meter_;
};

}  // namespace portreeve::session
