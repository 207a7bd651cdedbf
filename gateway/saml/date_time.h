// Times in SAML messages. Its one rule: UTC, written with Z (SAML core 1.3.3); anything else is no
// time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace portreeve::saml {

// "YYYY-MM-DDThh:mm:ss[.fraction]Z" of the years 1970 to 9999, in seconds; the fraction is cut off.
std::optional<int64_t> ParseDateTime(std::string_view text);

// Without fraction.
std::string FormatDateTime(int64_t unix_s);

}  // namespace portreeve::saml
