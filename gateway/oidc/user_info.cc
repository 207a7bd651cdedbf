#include "oidc/user_info.h"

#include <openssl/evp.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "base/check.h"
#include "identity/claims.h"
#include "identity/strict_json.h"

namespace portreeve::oidc {
namespace {

// The cache holds nothing that somebody could sign in with.
std::string Digest(const std::string& token) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  PORTREEVE_CHECK(EVP_Digest(token.data(), token.size(),
                             reinterpret_cast<unsigned char*>(digest.data()), &size, EVP_sha256(),
                             nullptr) == 1);
  digest.resize(size);
  return digest;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseUserInfo(std::string_view text,
                                                       const std::string& subject,
                                                       const std::string& groups_claim) {
  if (text.size() > kMaxUserInfoBytes) return base::InvalidArgument("the answer is too large");
  auto document = identity::ParseStrictObject(text);
  if (!document.ok()) return base::Annotate(document.status(), "the answer");
  const auto named = document->find("sub");
  if (named == document->end() || *named != subject) {
    return base::InvalidArgument("the answer is about another subject");
  }
  return identity::ReadGroups(*document, groups_claim);
}

std::optional<std::vector<std::string>> GroupCache::Find(const std::string& token,
                                                         int64_t now_unix_s) const {
  const auto found = entries_.find(Digest(token));
  if (found == entries_.end() || found->second.expires_unix_s <= now_unix_s) return std::nullopt;
  return found->second.groups;
}

void GroupCache::Keep(const std::string& token, std::vector<std::string> groups,
                      int64_t expires_unix_s, int64_t now_unix_s) {
  if (entries_.size() >= kMaxTokens) {
    std::erase_if(entries_,
                  [&](const auto& entry) { return entry.second.expires_unix_s <= now_unix_s; });
  }
  if (entries_.size() >= kMaxTokens) entries_.clear();
  entries_[Digest(token)] = {std::move(groups), expires_unix_s};
}

}  // namespace portreeve::oidc
