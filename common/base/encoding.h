// Hex and base64, strict: one text for one value, everything else is refused (RFC 4648 3.5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace portreeve::base {

// Lower case.
std::string HexEncode(std::string_view bytes);
std::optional<std::string> HexDecode(std::string_view text);

// Standard alphabet with padding (RFC 4648 section 4), as SCRAM uses it.
std::string Base64Encode(std::string_view bytes);
std::optional<std::string> Base64Decode(std::string_view text);

// URL alphabet without padding (RFC 4648 section 5), as JOSE uses it.
std::string Base64UrlEncode(std::string_view bytes);
std::optional<std::string> Base64UrlDecode(std::string_view text);

}  // namespace portreeve::base
