// round.

#include "mask/decimal.h"
#include "mask/floats.h"
#include "mask/integers.h"
#include "mask/kinds.h"
#include "mask/types.h"

namespace portreeve::mask {
namespace {

constexpr int64_t kMaxPlaces = 100;

size_t IntegerBytes(uint32_t type_oid) {
  switch (type_oid) {
    case oid::kInt2:
      return 2;
    case oid::kInt4:
      return 4;
    case oid::kInt8:
      return 8;
    default:
      return 0;
  }
}

// `places` is negative.
bool RoundInteger(int64_t places, size_t bytes, Format format, std::string_view value,
                  std::string& out) {
  const auto number = ReadInteger(format, bytes, value);
  if (!number) return false;
  const bool negative = *number < 0;
  const uint64_t magnitude =
      negative ? uint64_t{0} - static_cast<uint64_t>(*number) : static_cast<uint64_t>(*number);
  uint64_t rounded = 0;
  // 10^19 is the last that fits, and 10^20 more than twice of every number.
  if (places >= -19) {
    uint64_t unit = 1;
    for (int64_t i = places; i < 0; ++i) unit *= 10;
    const uint64_t rest = magnitude % unit;
    rounded = magnitude - rest + (rest >= unit - rest ? unit : 0);
  }
  const uint64_t most = static_cast<uint64_t>(INT64_MAX) >> (64 - 8 * bytes);
  if (rounded > most) return false;
  const auto result = static_cast<int64_t>(rounded);
  AppendInteger(format, bytes, negative ? -result : result, out);
  return true;
}

bool RoundNumericText(int64_t places, std::string_view value, std::string& out) {
  if (value == "NaN" || value == "Infinity" || value == "-Infinity") {
    out += value;
    return true;
  }
  if (!IsDecimal(value)) return false;
  RoundDecimal(value, places, out);
  return true;
}

template <typename Float>
bool RoundFloatValue(int64_t places, Format format, std::string_view value, std::string& out) {
  const auto number = ReadFloat<Float>(format, value);
  if (!number) return false;
  const auto rounded = RoundFloat(*number, places, out);
  if (!rounded) return false;
  AppendFloat(format, *rounded, out);
  return true;
}

}  // namespace

bool RoundFits(int64_t places, uint32_t type_oid) {
  if (places < -kMaxPlaces || places > kMaxPlaces) return false;
  // Behind the point an integer has nothing to lose.
  if (IntegerBytes(type_oid) != 0) return places < 0;
  return type_oid == oid::kNumeric || type_oid == oid::kFloat4 || type_oid == oid::kFloat8;
}

bool Round(int64_t places, uint32_t type_oid, Format format, std::string_view value,
           std::string& out) {
  if (!RoundFits(places, type_oid)) return false;
  if (type_oid == oid::kFloat4) return RoundFloatValue<float>(places, format, value, out);
  if (type_oid == oid::kFloat8) return RoundFloatValue<double>(places, format, value, out);
  if (type_oid == oid::kNumeric) {
    return format == Format::kText ? RoundNumericText(places, value, out)
                                   : RoundNumeric(value, places, out);
  }
  return RoundInteger(places, IntegerBytes(type_oid), format, value, out);
}

}  // namespace portreeve::mask
