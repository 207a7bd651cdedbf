// Addresses of the internet protocol as texts (RFC 4291 2.2). Its one rule: no prefix length, zone
// or white space belongs to an address.
#pragma once

#include <string_view>

namespace portreeve::mask {

bool IsIpv4(std::string_view text);
bool IsIpv6(std::string_view text);

}  // namespace portreeve::mask
