#include "session/rates.h"

#include <algorithm>

namespace portreeve::session {
void RateMeter::Refill(uint32_t per_period, int64_t now_us) {
  if (per_period_ == 0) {
    tokens_us_ = period_us_;
  } else {
    tokens_us_ = std::min(period_us_, tokens_us_ + std::max<int64_t>(0, now_us - filled_at_us_));
  }
  per_period_ = per_period;
  filled_at_us_ = now_us;
}

int64_t RateMeter::Take(uint32_t count, uint32_t per_period, int64_t now_us) {
  const std::lock_guard lock(mutex_);
  Refill(per_period, now_us);
  const int64_t price_us = period_us_ * count / per_period;
  if (price_us > tokens_us_) return price_us - tokens_us_;
  tokens_us_ -= price_us;
  return 0;
}

bool RateMeter::IsFull(int64_t now_us) const {
  const std::lock_guard lock(mutex_);
  return per_period_ == 0 || tokens_us_ + (now_us - filled_at_us_) >= period_us_;
}

std::shared_ptr<RateMeter> Rates::Of(std::string_view issuer, std::string_view subject,
                                     std::string_view what, int64_t now_us, int64_t period_us) {
  const std::lock_guard lock(mutex_);
  if (meters_.size() >= sweep_at_) {
    // Whoever comes again to a full one is as well off with a new one.
    std::erase_if(meters_, [now_us](const auto& entry) {
      return entry.second.use_count() == 1 && entry.second->IsFull(now_us);
    });
    sweep_at_ = std::max<size_t>(64, 2 * meters_.size());
  }
  std::shared_ptr<RateMeter>& meter =
      meters_[Key(std::string(issuer), std::string(subject), std::string(what))];
  if (meter == nullptr) meter = std::make_shared<RateMeter>(period_us);
  return meter;
}

size_t Rates::size() const {
  const std::lock_guard lock(mutex_);
  return meters_.size();
}

}  // namespace portreeve::session
