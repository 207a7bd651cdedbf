// float4 and float8 in text and binary. Its one rule: what is written is the shortest text that is
// the same number, in the server's form (it writes more digits of a few large whole numbers).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "mask/mask.h"

namespace portreeve::mask {

// nullopt: `value` is none. Float is float or double.
template <typename Float>
std::optional<Float> ReadFloat(Format format, std::string_view value);
template <typename Float>
void AppendFloat(Format format, Float number, std::string& out);

// To `places` decimals, half away from zero by the digits of its shortest text; nullopt: what comes
// out is out of range.
template <typename Float>
std::optional<Float> RoundFloat(Float number, int64_t places, std::string& scratch);

}  // namespace portreeve::mask
