#include "mask/array_text.h"

#include <algorithm>

namespace portreeve::mask {
namespace {

constexpr std::string_view kBraces = "{},";

ArrayToken Take(ArrayToken::Kind kind, size_t length, std::string_view& rest) {
  const ArrayToken token{length == 0 ? ArrayToken::Kind::kBad : kind, rest.substr(0, length)};
  rest.remove_prefix(length);
  return token;
}

// 0: it does not end.
size_t QuotedLength(std::string_view text) {
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') ++i;
  }
  return 0;
}

size_t BareLength(std::string_view text) {
  size_t length = 0;
  while (length < text.size() && text[length] != '"' &&
         kBraces.find(text[length]) == std::string_view::npos) {
    length += text[length] == '\\' ? 2 : 1;
  }
  return std::min(length, text.size());
}

}  // namespace

ArrayToken TakeArrayToken(std::string_view& rest) {
  if (const size_t length = std::min(rest.find_first_not_of(kBraces), rest.size())) {
    return Take(ArrayToken::Kind::kOther, length, rest);
  }
  if (rest.front() == '"') return Take(ArrayToken::Kind::kElement, QuotedLength(rest), rest);
  const size_t length = BareLength(rest);
  const bool null = rest.substr(0, length) == "NULL";
  return Take(null ? ArrayToken::Kind::kOther : ArrayToken::Kind::kElement, length, rest);
}

bool IsArrayLiteral(std::string_view text) {
  std::string_view rest = text;
  if (rest.substr(0, 1) == "[") rest.remove_prefix(std::min(rest.find('{'), rest.size()));
  if (rest.empty() || rest.front() != '{') return false;
  ArrayToken token;
  while (!rest.empty()) {
    token = TakeArrayToken(rest);
    if (token.kind == ArrayToken::Kind::kBad) return false;
  }
  return token.kind == ArrayToken::Kind::kOther && token.text.back() == '}';
}

void DecodeArrayElement(std::string_view token, std::string& out) {
  if (token.front() == '"') token = token.substr(1, token.size() - 2);
  for (size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '\\' && i + 1 < token.size()) ++i;
    out += token[i];
  }
}

void AppendArrayElement(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

}  // namespace portreeve::mask
