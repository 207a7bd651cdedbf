#include "lease/lease.h"

#include <algorithm>

namespace portreeve::lease {
namespace {

constexpr std::string_view kPrefix = "lease_";
constexpr size_t kDigits = 32;
constexpr int64_t kSecondUs = 1'000'000;

}  // namespace

bool IsLeaseUser(std::string_view user) {
  if (!user.starts_with(kPrefix) || user.size() != kPrefix.size() + kDigits) return false;
  user.remove_prefix(kPrefix.size());
  return std::all_of(user.begin(), user.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

identity::Principal PrincipalOf(const Lease& lease) {
  identity::Principal principal = lease.principal;
  principal.method = "lease";
  principal.credential_id = lease.id;
  principal.expires_unix_s = lease.expires_us / kSecondUs;
  return principal;
}

bool Owns(const identity::Principal& caller, const Lease& lease) {
  const identity::Principal& owner = lease.principal;
  if (caller.issuer != owner.issuer || caller.subject != owner.subject) return false;
  return caller.act.empty() || caller.act == owner.act;
}

}  // namespace portreeve::lease
