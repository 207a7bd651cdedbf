// How often sign-ins may fail, by source or by name. Its one rule: its memory is fixed, whatever
// comes: keys share slots by a secret hash, and count as too many only where all of theirs do.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace portreeve::front {

struct FailureLimitOptions {
  uint32_t burst = 0;              // So many at once,
  int64_t refill_interval_us = 0;  // and one more in each such time.
  int64_t block_us = 0;            // Who has used them up is turned away for so long.
};

// What of a client's address ("10.0.3.7:5432") counts as one source: an IPv4 address, or the /64 of
// an IPv6 one, of which one host may have as many as it likes.
std::string SourceOf(std::string_view client_address);

// One thread only.
class FailureLimit {
 public:
  static constexpr size_t kRows = 2;
  static constexpr size_t kSlots = 16'384;

  explicit FailureLimit(FailureLimitOptions options);

  bool IsBlocked(std::string_view key, int64_t now_us) const;
  // Counts one, unless it is blocked. True: a block begins with this one.
  bool Fail(std::string_view key, int64_t now_us);

 private:
  struct Slot {
    int64_t free_at_us = 0;  // When all that was counted has been forgiven.
    int64_t blocked_until_us = 0;
  };

  size_t IndexOf(size_t row, std::string_view key) const;

  const FailureLimitOptions options_;
  const std::array<uint64_t, kRows> secrets_;
  std::array<std::vector<Slot>, kRows> rows_;
};

}  // namespace portreeve::front
