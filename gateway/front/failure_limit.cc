#include "front/failure_limit.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <iterator>
#include <limits>

#include "base/random.h"
#include "net/socket.h"

namespace portreeve::front {

std::string SourceOf(std::string_view client_address) {
  const auto parsed = net::ParseHostPort(client_address);
  const std::string host = parsed.ok() ? parsed->host : std::string(client_address);
  in6_addr v6{};
  if (inet_pton(AF_INET6, host.c_str(), &v6) != 1) return host;
  char text[INET6_ADDRSTRLEN] = "";
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    inet_ntop(AF_INET, &v6.s6_addr[12], text, sizeof text);
    return text;
  }
  std::fill(std::begin(v6.s6_addr) + 8, std::end(v6.s6_addr), 0);
  inet_ntop(AF_INET6, &v6, text, sizeof text);
  return std::string(text) + "/64";
}

FailureLimit::FailureLimit(FailureLimitOptions options)
    : options_(options), secrets_{base::SecureRandomUint64(), base::SecureRandomUint64()} {
  for (auto& row : rows_) {
    row.resize(kSlots, {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::min()});
  }
}

// FNV-1a from a secret start, stirred at the end: who does not know the start cannot choose keys
// that meet another's.
size_t FailureLimit::IndexOf(size_t row, std::string_view key) const {
  uint64_t hash = secrets_[row];
  for (const char byte : key) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 0x100000001b3;
    hash ^= hash >> 29;
  }
  hash *= 0x9e3779b97f4a7c15;
  return static_cast<size_t>(hash >> 32) % kSlots;
}

bool FailureLimit::IsBlocked(std::string_view key, int64_t now_us) const {
  for (size_t row = 0; row < kRows; ++row) {
    if (rows_[row][IndexOf(row, key)].blocked_until_us <= now_us) return false;
  }
  return true;
}

bool FailureLimit::Fail(std::string_view key, int64_t now_us) {
  // Who keeps trying does not make it longer: that would be another's way to keep somebody out.
  if (IsBlocked(key, now_us)) return false;
  const int64_t most = static_cast<int64_t>(options_.burst) * options_.refill_interval_us;
  for (size_t row = 0; row < kRows; ++row) {
    Slot& slot = rows_[row][IndexOf(row, key)];
    slot.free_at_us = std::max(slot.free_at_us, now_us) + options_.refill_interval_us;
    if (slot.free_at_us - now_us < most) continue;
    slot.blocked_until_us = now_us + options_.block_us;
    slot.free_at_us = now_us + most;
  }
  return IsBlocked(key, now_us);
}

}  // namespace portreeve::front
