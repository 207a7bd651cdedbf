// Integers as the server writes them: big-endian in binary, decimal in text. Its one rule: a read
// takes the whole value or says that it is none.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mask/mask.h"

namespace portreeve::mask {

inline uint64_t LoadBigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

inline void AppendBigEndian(uint64_t value, size_t bytes, std::string& out) {
  while (bytes-- > 0) out += static_cast<char>(value >> 8 * bytes);
}

inline void StoreBigEndian(uint64_t value, size_t bytes, char* at) {
  while (bytes-- > 0) *at++ = static_cast<char>(value >> 8 * bytes);
}

// A signed number of 2, 4 or 8 bytes.
inline std::optional<int64_t> ReadInteger(Format format, size_t bytes, std::string_view value) {
  const unsigned unused_bits = static_cast<unsigned>(64 - 8 * bytes);
  if (format == Format::kBinary) {
    if (value.size() != bytes) return std::nullopt;
    return static_cast<int64_t>(LoadBigEndian(value) << unused_bits) >> unused_bits;
  }
  int64_t number = 0;
  const char* end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  const int64_t most = INT64_MAX >> unused_bits;
  if (number > most || number < -most - 1) return std::nullopt;
  return number;
}

inline void AppendDecimal(int64_t number, std::string& out) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, static_cast<size_t>(end - digits));
}

inline void AppendInteger(Format format, size_t bytes, int64_t number, std::string& out) {
  if (format == Format::kText) return AppendDecimal(number, out);
  AppendBigEndian(static_cast<uint64_t>(number), bytes, out);
}

}  // namespace portreeve::mask
