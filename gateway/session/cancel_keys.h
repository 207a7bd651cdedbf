// Who may cancel what: the pair of a server's process id and a secret of the gateway's own making
// (PostgreSQL 55.2.8). Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace portreeve::session {

class Session;

struct CancelKey {
  uint32_t process_id = 0;
  std::string secret;
  bool operator==(const CancelKey&) const = default;
};

class CancelKeys {
 public:
  // A new key for the session: 4 bytes of secret in protocol 3.0, 32 from 3.2 on.
  CancelKey Issue(uint32_t process_id, size_t secret_bytes, std::weak_ptr<Session> session);
  void Withdraw(const CancelKey& key);
  // Null: no session has this key.
  std::shared_ptr<Session> Find(const CancelKey& key);

 private:
  struct Hash {
    size_t operator()(const CancelKey& key) const {
      return std::hash<std::string>()(key.secret) ^ key.process_id;
    }
  };

  std::mutex mutex_;
  std::unordered_map<CancelKey, std::weak_ptr<Session>, Hash> keys_;
};

}  // namespace portreeve::session
