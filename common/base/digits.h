// Decimal digits. Its one rule: ASCII only, and no locale has a say.
#pragma once

namespace portreeve::base {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace portreeve::base
