// Groups out of UserInfo (OpenID Connect Core 5.3), and the answers that are remembered. Its one
// rule: an answer about somebody else than the token's subject is no answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/status.h"

namespace portreeve::oidc {

inline constexpr size_t kMaxUserInfoBytes = 64 * 1024;

absl::StatusOr<std::vector<std::string>> ParseUserInfo(std::string_view json,
                                                       const std::string& subject,
                                                       const std::string& groups_claim);

// One thread at a time.
class GroupCache {
 public:
  static constexpr size_t kMaxTokens = 4'096;

  std::optional<std::vector<std::string>> Find(const std::string& token, int64_t now_unix_s) const;
  // Until the token expires. When there is no room, what has expired goes, then everything.
  void Keep(const std::string& token, std::vector<std::string> groups, int64_t expires_unix_s,
            int64_t now_unix_s);

 private:
  struct Entry {
    std::vector<std::string> groups;
    int64_t expires_unix_s;
  };

  std::unordered_map<std::string, Entry> entries_;  // By the digest of the token.
};

}  // namespace portreeve::oidc
