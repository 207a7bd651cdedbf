#include "session/cancel_keys.h"

#include <utility>

#include "base/random.h"

namespace portreeve::session {

CancelKey CancelKeys::Issue(uint32_t process_id, size_t secret_bytes,
                            std::weak_ptr<Session> session) {
  const std::lock_guard lock(mutex_);
  for (;;) {
    CancelKey key{process_id, base::SecureRandomBytes(secret_bytes)};
    // Two servers may give the same process id, and four bytes of secret may meet.
    if (keys_.emplace(key, session).second) return key;
  }
}

void CancelKeys::Withdraw(const CancelKey& key) {
  const std::lock_guard lock(mutex_);
  keys_.erase(key);
}

std::shared_ptr<Session> CancelKeys::Find(const CancelKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(key);
  return found == keys_.end() ? nullptr : found->second.lock();
}

}  // namespace portreeve::session
