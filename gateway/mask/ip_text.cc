#include "mask/ip_text.h"

#include <algorithm>
#include <cstddef>

namespace portreeve::mask {
namespace {

constexpr size_t kGroups = 8;

bool IsHex(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'f');
}

// How many groups of 16 bits `text` is, from none: an IPv4 address at its end is two. kGroups + 1:
// it is none.
size_t CountGroups(std::string_view text, bool may_end_in_ipv4) {
  if (text.empty()) return 0;
  size_t groups = 0;
  for (;;) {
    const size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    if (colon == std::string_view::npos && may_end_in_ipv4 && IsIpv4(group)) return groups + 2;
    const bool valid =
        !group.empty() && group.size() <= 4 && std::all_of(group.begin(), group.end(), IsHex);
    if (!valid || ++groups > kGroups) return kGroups + 1;
    if (colon == std::string_view::npos) return groups;
    text.remove_prefix(colon + 1);
  }
}

}  // namespace

bool IsIpv4(std::string_view text) {
  for (int part = 0; part < 4; ++part) {
    const size_t dot = text.find('.');
    if ((dot == std::string_view::npos) != (part == 3)) return false;
    const std::string_view digits = text.substr(0, dot);
    if (digits.empty() || digits.size() > 3) return false;
    int number = 0;
    for (const char c : digits) {
      if (c < '0' || c > '9') return false;
      number = number * 10 + (c - '0');
    }
    if (number > 255) return false;
    if (part < 3) text.remove_prefix(dot + 1);
  }
  return true;
}

bool IsIpv6(std::string_view text) {
  const size_t gap = text.find("::");
  if (gap == std::string_view::npos) return CountGroups(text, true) == kGroups;
  return CountGroups(text.substr(0, gap), false) + CountGroups(text.substr(gap + 2), true) <
         kGroups;
}

}  // namespace portreeve::mask
