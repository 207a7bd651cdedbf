// Encoded records that wait for somebody to write them. Its one rule: they are bounded, and what
// finds no room is counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace portreeve::audit {

// Thread-safe.
class Pending {
 public:
  struct Taken {
    size_t bytes = 0;
    uint64_t lost = 0;  // Records that found no room since the last successful Settle().
  };

  explicit Pending(size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  // Lets `encode(std::string&)` append one record, unless there is no room or it returns false:
  // then the record is lost.
  template <class Encode>
  bool Push(Encode&& encode) {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() + taken_bytes_ < limit_bytes_ && encode(waiting_)) return true;
    ++lost_;
    return false;
  }

  // Appends everything that waits to `batch`. Settle() must follow.
  Taken Take(std::string& batch);

  // `kept`: what was taken has been written. If not, it waits again: `records` are its bytes.
  void Settle(const Taken& taken, bool kept, std::string_view records);

 private:
  const size_t limit_bytes_;
  std::mutex mutex_;
  std::string waiting_;
  size_t taken_bytes_ = 0;
  uint64_t lost_ = 0;
};

}  // namespace portreeve::audit
