// ASCII letters of any case, and the characters of names as PostgreSQL's scan.l has them. Its one
// rule: no locale has a say.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "base/digits.h"

namespace portreeve::sql {

constexpr bool IsNewline(char c) { return c == '\n' || c == '\r'; }
using base::IsDigit;
constexpr bool StartsName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}

constexpr char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
inline std::string LowerCase(std::string_view text) {
  std::string lower{text};
  std::ranges::transform(lower, lower.begin(), Lower);
  return lower;
}
// `lower` is in lower case already.
constexpr bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, {}, Lower);
}

}  // namespace portreeve::sql
