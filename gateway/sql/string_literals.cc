#include "sql/string_literals.h"

#include <cstdint>

#include "sql/characters.h"

namespace portreeve::sql {
namespace {

enum class Kind : uint8_t { kEnd, kString, kUnicodeString, kWord, kOther };

struct Token {
  Kind kind = Kind::kEnd;
  TextRange range;
  bool whole = true;  // It has its end.
};

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

class Tokens {
 public:
  Tokens(std::string_view text, size_t from, const LexerMode& mode)
      : text_(text), mode_(mode), at_(from) {}

  Token Next() {
    SkipBlanks();
    const size_t begin = at_;
    if (at_ >= text_.size()) return {Kind::kEnd, {begin, begin}};
    const char c = Lower(text_[at_]);
    if (c == '\'') return String(begin, !mode_.standard_conforming_strings);
    if (c == '"') return Quoted(begin);
    if (c == '$') return Dollar(begin);
    if (Peek(1) == '\'' && (c == 'e' || c == 'b' || c == 'x' || c == 'n')) {
      ++at_;
      return String(begin, c == 'e' || (c == 'n' && !mode_.standard_conforming_strings));
    }
    if (c == 'u' && Peek(1) == '&' && Peek(2) == '\'') {
      at_ += 2;
      Token token = String(begin, false);
      token.kind = Kind::kUnicodeString;
      return token;
    }
    if (StartsName(c) || IsDigit(c)) {
      while (StartsName(Peek(0)) || IsDigit(Peek(0)) || Peek(0) == '$') ++at_;
      return {Kind::kWord, {begin, at_}};
    }
    ++at_;
    return {Kind::kOther, {begin, at_}};
  }

 private:
  char Peek(size_t ahead) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void SkipBlanks() {
    while (at_ < text_.size()) {
      if (IsSpace(text_[at_])) {
        ++at_;
      } else if (Peek(0) == '-' && Peek(1) == '-') {
        while (at_ < text_.size() && !IsNewline(text_[at_])) ++at_;
      } else if (Peek(0) == '/' && Peek(1) == '*') {
        SkipBlockComment();
      } else {
        return;
      }
    }
  }

  void SkipBlockComment() {
    size_t depth = 0;
    do {
      if (Peek(0) == '/' && Peek(1) == '*') {
        ++depth;
        at_ += 2;
      } else if (Peek(0) == '*' && Peek(1) == '/') {
        --depth;
        at_ += 2;
      } else {
        ++at_;
      }
    } while (depth > 0 && at_ < text_.size());
  }

  // At the opening quote.
  Token String(size_t begin, bool escapes) {
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\\' && escapes) {
        at_ += 2;
      } else if (c != '\'') {
        ++at_;
      } else if (Peek(1) == '\'') {
        at_ += 2;
      } else {
        ++at_;
        if (!Continues()) return {Kind::kString, {begin, at_}};
      }
    }
    return {Kind::kString, {begin, text_.size()}, false};
  }

  // 'a' and 'b' on two lines are one string. Then this goes on after the second's opening quote.
  bool Continues() {
    size_t at = at_;
    bool line_break = false;
    while (at < text_.size()) {
      if (IsSpace(text_[at])) {
        line_break |= IsNewline(text_[at]);
        ++at;
      } else if (text_.substr(at, 2) == "--") {
        while (at < text_.size() && !IsNewline(text_[at])) ++at;
      } else {
        break;
      }
    }
    if (!line_break || at >= text_.size() || text_[at] != '\'') return false;
    at_ = at + 1;
    return true;
  }

  Token Quoted(size_t begin) {
    const size_t end = text_.find('"', begin + 1);
    at_ = end == std::string_view::npos ? text_.size() : end + 1;
    return {Kind::kOther, {begin, at_}};
  }

  Token Dollar(size_t begin) {
    size_t end = begin + 1;
    if (end < text_.size() && !IsDigit(text_[end])) {
      while (end < text_.size() && (StartsName(text_[end]) || IsDigit(text_[end]))) ++end;
    }
    if (end >= text_.size() || text_[end] != '$') {
      at_ = begin + 1;
      return {Kind::kOther, {begin, at_}};
    }
    const std::string_view delimiter = text_.substr(begin, end + 1 - begin);
    const size_t close = text_.find(delimiter, end + 1);
    const bool whole = close != std::string_view::npos;
    at_ = whole ? close + delimiter.size() : text_.size();
    return {Kind::kString, {begin, at_}, whole};
  }

  const std::string_view text_;
  const LexerMode& mode_;
  size_t at_;
};

}  // namespace

std::optional<TextRange> NextLiteral(std::string_view text, size_t from, const LexerMode& mode) {
  Tokens tokens(text, from, mode);
  while (true) {
    const Token token = tokens.Next();
    if (token.kind == Kind::kEnd || !token.whole) return std::nullopt;
    if (token.kind == Kind::kString) return token.range;
    if (token.kind != Kind::kUnicodeString) continue;
    const Token next = tokens.Next();
    if (next.kind != Kind::kWord ||
        !EqualsIgnoringCase(text.substr(next.range.begin, next.range.end - next.range.begin),
                            "uescape")) {
      return token.range;
    }
    const Token escape = tokens.Next();
    if (!escape.whole) return std::nullopt;
    return TextRange{token.range.begin, escape.range.end};
  }
}

std::optional<size_t> EndOfWord(std::string_view text, size_t from, std::string_view word,
                                const LexerMode& mode) {
  Tokens tokens(text, from, mode);
  for (Token token = tokens.Next(); token.kind != Kind::kEnd; token = tokens.Next()) {
    const auto [begin, end] = token.range;
    if (token.kind == Kind::kWord && EqualsIgnoringCase(text.substr(begin, end - begin), word))
      return end;
  }
  return std::nullopt;
}

}  // namespace portreeve::sql
