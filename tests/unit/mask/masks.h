// Short ways to say a mask and to see what it makes of a value.
#pragma once

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/encoding.h"
#include "mask/mask.h"
#include "mask/types.h"

namespace portreeve::mask {

inline HashKey TestKey() { return *HashKey::FromBytes("0123456789abcdef0123456789abcdef"); }

inline Mask With(Kind kind, int64_t number = 0, std::string text = {}) {
  return Mask{kind, number, std::move(text)};
}

// nullopt: NULL. What stood in the output before must stay.
inline std::optional<std::string> Masked(const Mask& mask, uint32_t type_oid, Format format,
                                         std::string_view value) {
  std::string out = "before";
  const bool made = Apply(mask, TestKey(), type_oid, format, value, out);
  REQUIRE(out.substr(0, 6) == "before");
  if (!made) REQUIRE(out.size() == 6);
  if (!made) return std::nullopt;
  return out.substr(6);
}

inline std::optional<std::string> InText(const Mask& mask, uint32_t type_oid,
                                         std::string_view value) {
  return Masked(mask, type_oid, Format::kText, value);
}

// Both sides in hex.
inline std::optional<std::string> InBinary(const Mask& mask, uint32_t type_oid,
                                           std::string_view hex) {
  const auto masked = Masked(mask, type_oid, Format::kBinary, *base::HexDecode(hex));
  if (!masked) return std::nullopt;
  return base::HexEncode(*masked);
}

}  // namespace portreeve::mask
