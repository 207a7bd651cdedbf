// Decimal numbers as texts and as `numeric` in binary, rounded half away from zero as PostgreSQL's
// round(numeric, int) does. Its one rule: no number of digits overflows anything.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace portreeve::mask {

// "-12.50": no exponent, no white space.
bool IsDecimal(std::string_view text);

// Appends the decimal `text` rounded to `places`, with as many digits behind the point; negative:
// before the point.
void RoundDecimal(std::string_view text, int64_t places, std::string& out);

// The same of the binary format; false: `value` is none. NaN and infinities stay.
bool RoundNumeric(std::string_view value, int64_t places, std::string& out);

// The binary format of a decimal; false: it has more digits than that holds.
bool AppendNumeric(std::string_view text, std::string& out);

}  // namespace portreeve::mask
