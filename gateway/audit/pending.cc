#include "audit/pending.h"

namespace portreeve::audit {

Pending::Taken Pending::Take(std::string& batch) {
  const std::lock_guard lock(mutex_);
  const Taken taken{.bytes = waiting_.size(), .lost = std::exchange(lost_, 0)};
  // Swapping keeps both buffers warm.
  if (batch.empty()) {
    batch.swap(waiting_);
  } else {
    batch += waiting_;
    waiting_.clear();
  }
  taken_bytes_ += taken.bytes;
  return taken;
}

void Pending::Settle(const Taken& taken, bool kept, std::string_view records) {
  if (taken.bytes == 0 && taken.lost == 0) return;
  const std::lock_guard lock(mutex_);
  taken_bytes_ -= taken.bytes;
  if (kept) return;
  lost_ += taken.lost;
  waiting_.insert(0, records);
}

}  // namespace portreeve::audit
