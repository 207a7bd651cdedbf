// How much of something a principal does in a time, in all its sessions together: statements under
// a grant, searches in a masked column. Its one rule: a new session begins with what the last one
// left. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

namespace portreeve::session {

// A bucket of tokens: full, it holds those of one period.
class RateMeter {
 public:
  static constexpr int64_t kMinuteUs = 60'000'000;
  static constexpr int64_t kHourUs = 60 * kMinuteUs;

  explicit RateMeter(int64_t period_us = kMinuteUs) : period_us_(period_us) {}

  // Takes `count` tokens. Otherwise takes none, and says in how many microseconds there will be
  // enough; more than a bucket holds are never there.
  int64_t Take(uint32_t count, uint32_t per_period, int64_t now_us);
  bool IsFull(int64_t now_us) const;

 private:
  void Refill(uint32_t per_period, int64_t now_us);

  const int64_t period_us_;
  mutable std::mutex mutex_;
  uint32_t per_period_ = 0;
  int64_t tokens_us_ = 0;  // Of a period, so that no token is lost in rounding.
  int64_t filled_at_us_ = 0;
};

class Rates {
 public:
  // `what`: the grant's name, or the path of a mask. It has one period.
  std::shared_ptr<RateMeter> Of(std::string_view issuer, std::string_view subject,
                                std::string_view what, int64_t now_us,
                                int64_t period_us = RateMeter::kMinuteUs);
  size_t size() const;

 private:
  using Key = std::tuple<std::string, std::string, std::string>;

  mutable std::mutex mutex_;
  std::map<Key, std::shared_ptr<RateMeter>> meters_;
  size_t sweep_at_ = 64;  // So many are there before those that say nothing are let go.
};

}  // namespace portreeve::session
