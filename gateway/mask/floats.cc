#include "mask/floats.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "mask/decimal.h"
#include "mask/integers.h"

namespace portreeve::mask {
namespace {

template <typename Float>
using Bits = std::conditional_t<sizeof(Float) == 4, uint32_t, uint64_t>;

// The exponent from which on the server writes one (float4out, float8out).
template <typename Float>
constexpr int kScientificFrom = sizeof(Float) == 4 ? 6 : 15;
constexpr int kScientificBelow = -4;

// Enough for every digit of a double: 309 before the point or 345 behind it.
constexpr size_t kFixedBytes = 512;

template <typename Float>
void AppendFloatText(Float number, std::string& out) {
  if (std::isnan(number)) {
    out += "NaN";
    return;
  }
  if (std::isinf(number)) {
    out += number < 0 ? "-Infinity" : "Infinity";
    return;
  }
  char text[kFixedBytes];
  auto end = std::to_chars(text, text + sizeof text, number, std::chars_format::scientific).ptr;
  const std::string_view scientific(text, static_cast<size_t>(end - text));
  int exponent = 0;
  const size_t at = scientific.find('e') + 1;
  const size_t digits = scientific[at] == '+' ? at + 1 : at;
  std::from_chars(text + digits, end, exponent);
  // Two digits of exponent at least: so does the server.
  if (exponent < kScientificBelow || exponent >= kScientificFrom<Float>) {
    out += scientific;
    return;
  }
  end = std::to_chars(text, text + sizeof text, number, std::chars_format::fixed).ptr;
  out.append(text, static_cast<size_t>(end - text));
}

}  // namespace

template <typename Float>
std::optional<Float> ReadFloat(Format format, std::string_view value) {
  if (format == Format::kBinary) {
    if (value.size() != sizeof(Float)) return std::nullopt;
    return std::bit_cast<Float>(static_cast<Bits<Float>>(LoadBigEndian(value)));
  }
  if (value == "NaN") return std::numeric_limits<Float>::quiet_NaN();
  if (value == "Infinity") return std::numeric_limits<Float>::infinity();
  if (value == "-Infinity") return -std::numeric_limits<Float>::infinity();
  Float number = 0;
  const char* end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc() || rest != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

template <typename Float>
void AppendFloat(Format format, Float number, std::string& out) {
  if (format == Format::kText) return AppendFloatText(number, out);
  AppendBigEndian(std::bit_cast<Bits<Float>>(number), sizeof(Float), out);
}

template <typename Float>
std::optional<Float> RoundFloat(Float number, int64_t places, std::string& scratch) {
  if (!std::isfinite(number)) return number;
  char text[kFixedBytes];
  const auto end = std::to_chars(text, text + sizeof text, number, std::chars_format::fixed).ptr;
  const size_t before = scratch.size();
  RoundDecimal(std::string_view(text, static_cast<size_t>(end - text)), places, scratch);
  auto rounded = ReadFloat<Float>(Format::kText, std::string_view(scratch).substr(before));
  scratch.resize(before);
  return rounded;
}

template std::optional<float> ReadFloat<float>(Format, std::string_view);
template std::optional<double> ReadFloat<double>(Format, std::string_view);
template void AppendFloat<float>(Format, float, std::string&);
template void AppendFloat<double>(Format, double, std::string&);
template std::optional<float> RoundFloat<float>(float, int64_t, std::string&);
template std::optional<double> RoundFloat<double>(double, int64_t, std::string&);

}  // namespace portreeve::mask
