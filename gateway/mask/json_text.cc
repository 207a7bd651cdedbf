#include "mask/json_text.h"

#include <algorithm>
#include <array>
#include <optional>

namespace portreeve::mask {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD
constexpr std::string_view kSpace = " \t\r\n";

// A set of characters that is asked by every byte of a text.
class Characters {
 public:
  explicit constexpr Characters(std::string_view characters) {
    for (const char c : characters) has_[static_cast<uint8_t>(c)] = true;
  }
  // How many of them `text` begins with.
  size_t LengthIn(std::string_view text) const {
    size_t length = 0;
    while (length < text.size() && has_[static_cast<uint8_t>(text[length])]) ++length;
    return length;
  }

 private:
  std::array<bool, 256> has_{};
};
constexpr Characters kBetween(" \t\r\n{}[]:,");
constexpr Characters kOfNumbers("+-.0123456789eE");

size_t StringLength(std::string_view text) {
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') ++i;
  }
  return 0;
}

JsonToken Take(JsonToken::Kind kind, size_t length, std::string_view& rest) {
  const JsonToken token{length == 0 ? JsonToken::Kind::kBad : kind, rest.substr(0, length)};
  rest.remove_prefix(length);
  return token;
}

std::optional<uint32_t> HexUnit(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  uint32_t unit = 0;
  for (const char c : text.substr(0, 4)) {
    const char lower = static_cast<char>(c | 0x20);
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (lower < 'a' || lower > 'f')) return std::nullopt;
    unit = unit << 4 | static_cast<uint32_t>(digit ? c - '0' : lower - 'a' + 10);
  }
  return unit;
}

void AppendUtf8(uint32_t code, std::string& out) {
  const auto byte = [&](uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xc0 | code >> 6);
  } else if (code < 0x10000) {
    byte(0xe0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3f));
  } else {
    byte(0xf0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3f));
    byte(0x80 | (code >> 6 & 0x3f));
  }
  byte(0x80 | (code & 0x3f));
}

bool IsHighSurrogate(uint32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool IsLowSurrogate(uint32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

// `rest` begins behind "\u"; takes off what stands for one character.
void TakeUnicode(std::string_view& rest, std::string& out) {
  const auto unit = HexUnit(rest);
  if (!unit) {
    out += kReplacement;
    return;
  }
  rest.remove_prefix(4);
  if (!IsHighSurrogate(*unit) && !IsLowSurrogate(*unit)) return AppendUtf8(*unit, out);
  if (IsHighSurrogate(*unit) && rest.substr(0, 2) == "\\u") {
    const auto low = HexUnit(rest.substr(2));
    if (low && IsLowSurrogate(*low)) {
      rest.remove_prefix(6);
      return AppendUtf8(0x10000 + ((*unit - 0xd800) << 10) + (*low - 0xdc00), out);
    }
  }
  out += kReplacement;
}

char Meaning(char escape) {
  switch (escape) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return escape;
  }
}

}  // namespace

JsonToken TakeJsonToken(std::string_view& rest) {
  const char first = rest.front();
  if (first == '"') return Take(JsonToken::Kind::kString, StringLength(rest), rest);
  if (first == '-' || (first >= '0' && first <= '9')) {
    return Take(JsonToken::Kind::kNumber, kOfNumbers.LengthIn(rest), rest);
  }
  if (const size_t length = kBetween.LengthIn(rest)) {
    return Take(JsonToken::Kind::kOther, length, rest);
  }
  for (const std::string_view word : {"true", "false", "null"}) {
    if (rest.substr(0, word.size()) == word) {
      return Take(JsonToken::Kind::kOther, word.size(), rest);
    }
  }
  return Take(JsonToken::Kind::kBad, 0, rest);
}

bool IsJson(std::string_view text) {
  while (!text.empty()) {
    if (TakeJsonToken(text).kind == JsonToken::Kind::kBad) return false;
  }
  return true;
}

bool LooksLikeJson(std::string_view text) {
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return false;
  return (text[first] == '{' || text[first] == '[' || text[first] == '"') && IsJson(text);
}

void DecodeJsonString(std::string_view token, std::string& out) {
  std::string_view rest = token.substr(1, token.size() - 2);
  while (!rest.empty()) {
    const size_t plain = std::min(rest.find('\\'), rest.size());
    out += rest.substr(0, plain);
    rest.remove_prefix(plain);
    if (rest.size() < 2) break;
    const char escape = rest[1];
    rest.remove_prefix(2);
    if (escape == 'u') {
      TakeUnicode(rest, out);
    } else {
      out += Meaning(escape);
    }
  }
}

void AppendJsonString(std::string_view text, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x20) {
      out += "\\u00";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

}  // namespace portreeve::mask
