// Which assertions have been used, so that each serves once. Its one rule: what cannot be
// remembered is not accepted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/status.h"

namespace portreeve::saml {

class AssertionMemory {
 public:
  virtual ~AssertionMemory() = default;

  // Remembers `key` until `until_unix_s`. kFailedPrecondition if it is known already,
  // kResourceExhausted or kUnavailable if it cannot be remembered. Called from any thread.
  virtual absl::Status UseOnce(std::string_view key, int64_t until_unix_s, int64_t now_unix_s) = 0;
};

// In this process alone, and gone with it. Only assertions of a right signature come here, so that
// nobody but an identity provider can fill it.
class BoundedAssertionMemory : public AssertionMemory {
 public:
  static constexpr size_t kMaxAssertions = 100'000;

  explicit BoundedAssertionMemory(size_t limit = kMaxAssertions) : limit_(limit) {}

  absl::Status UseOnce(std::string_view key, int64_t until_unix_s, int64_t now_unix_s) override;

  size_t size() const;

 private:
  using Entry = std::pair<int64_t, std::string>;  // Until when, and the key.

  const size_t limit_;
  mutable std::mutex mutex_;
  std::unordered_set<std::string> keys_;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> by_end_;
};

}  // namespace portreeve::saml
