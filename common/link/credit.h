// Flow control of one session in one direction. The receiver owns a window; the sender may have at
// most that many bytes on the way. One session that does not read so stalls nobody but itself.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace portreeve::link {

inline constexpr int64_t kWindowBytes = 1024 * 1024;
// A sender stops reading its source at zero, so what it reads last may take it below by this much
// at most. An agent reads its server in pieces of one frame.
inline constexpr int64_t kMaxAnswerOvershootBytes = 2 * 1024 * 1024;
// A gateway passes a statement on whole (up to 4 MiB), behind it what the same read brought, and
// for each refused message one that is up to eight times as long.
inline constexpr int64_t kMaxRequestOvershootBytes = 8 * 1024 * 1024;

// The sender's side. Spend and Grant may be called by different threads.
class SendCredit {
 public:
  void Spend(size_t bytes) { available_.fetch_sub(static_cast<int64_t>(bytes)); }
  // Returns true if this grant took the sender from "must wait" to "may go on". A receiver can
  // grant no more than its window: what it grants beyond is not believed, so that what waits here
  // stays bounded whatever it says.
  bool Grant(uint32_t bytes) {
    int64_t before = available_.load();
    int64_t after = 0;
    do {
      after = std::min(before + int64_t{bytes}, kWindowBytes);
    } while (!available_.compare_exchange_weak(before, after));
    return before <= 0 && after > 0;
  }
  bool exhausted() const { return available_.load() <= 0; }

 private:
  std::atomic<int64_t> available_{kWindowBytes};
};

// The receiver's side. Arrived is called by the reading thread, Consumed by whoever passes bytes
// on.
class ReceiveCredit {
 public:
  explicit ReceiveCredit(int64_t max_overshoot_bytes = kMaxAnswerOvershootBytes)
      : limit_(kWindowBytes + max_overshoot_bytes) {}

  // False if the peer sent more than it was allowed to.
  [[nodiscard]] bool Arrived(size_t bytes) {
    return outstanding_.fetch_add(static_cast<int64_t>(bytes)) + static_cast<int64_t>(bytes) <=
           limit_;
  }
  // Bytes left this process. Returns how much to grant the sender now; 0: nothing yet. Grants are
  // batched, so that small exchanges never cause a frame of their own. Bytes of this side's own may
  // be counted in: of them all, no more are granted than have arrived.
  uint32_t Consumed(size_t bytes) {
    int64_t before = outstanding_.load();
    int64_t taken = 0;
    do {
      taken = std::min(before, static_cast<int64_t>(bytes));
    } while (!outstanding_.compare_exchange_weak(before, before - taken));
    const int64_t owed = owed_.fetch_add(taken) + taken;
    if (owed < kWindowBytes / 4) return 0;
    return static_cast<uint32_t>(owed_.exchange(0));
  }

 private:
  const int64_t limit_;
  std::atomic<int64_t> outstanding_{0};
  std::atomic<int64_t> owed_{0};
};

}  // namespace portreeve::link
