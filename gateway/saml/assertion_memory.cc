#include "saml/assertion_memory.h"

namespace portreeve::saml {

absl::Status BoundedAssertionMemory::UseOnce(std::string_view key, int64_t until_unix_s,
                                             int64_t now_unix_s) {
  const std::lock_guard lock(mutex_);
  while (!by_end_.empty() && by_end_.top().first < now_unix_s) {
    keys_.erase(by_end_.top().second);
    by_end_.pop();
  }
  if (keys_.contains(std::string(key))) return base::FailedPrecondition("it has been used before");
  if (keys_.size() >= limit_) {
    return base::ResourceExhausted("too many assertions are remembered to take another");
  }
  keys_.emplace(key);
  by_end_.emplace(until_unix_s, key);
  return absl::OkStatus();
}

size_t BoundedAssertionMemory::size() const {
  const std::lock_guard lock(mutex_);
  return keys_.size();
}

}  // namespace portreeve::saml
