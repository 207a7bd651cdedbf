#include "sql/lexer.h"

#include <algorithm>

#include "sql/characters.h"

namespace portreeve::sql {
namespace {

constexpr std::string_view kOperatorCharacters = "~!@#^&|`?+-*/%<>=";

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

}  // namespace

bool IsOperator(char c) { return kOperatorCharacters.find(c) != std::string_view::npos; }

Token Lexer::Next() {
  if (at_ >= text_.size()) return From(at_, TokenKind::kEnd);
  const char c = Peek();
  if (IsSpace(c)) return Space();
  if (c == '-' && Peek(1) == '-') return LineComment();
  const bool continues = after_string_ && line_break_ && c == '\'';
  const Quotes quotes = continues ? last_ : Quotes{.escapes = !conforming_};
  after_string_ = false;
  if (c == '\'') {
    Token token = String(0, quotes);
    token.continues = continues;
    return token;
  }
  if (c == '/' && Peek(1) == '*') return BlockComment();
  if (c == '"') return QuotedName();
  if (c == '$') return Dollar();
  if (StartsName(c)) return Word();
  const size_t begin = at_++;
  if (IsOperator(c)) return From(begin, TokenKind::kOperator);
  while (IsDigit(c) && IsDigit(Peek())) ++at_;
  return From(begin, TokenKind::kOther);
}

Token Lexer::Space() {
  const size_t begin = at_;
  for (; at_ < text_.size() && IsSpace(text_[at_]); ++at_) line_break_ |= IsNewline(text_[at_]);
  return From(begin, TokenKind::kSpace);
}

Token Lexer::LineComment() {
  const size_t begin = at_;
  while (at_ < text_.size() && !IsNewline(text_[at_])) ++at_;
  return From(begin, TokenKind::kLineComment);
}

Token Lexer::BlockComment() {
  const size_t begin = at_;
  uint32_t depth = 0;
  uint32_t deepest = 0;
  do {
    if (Peek() == '/' && Peek(1) == '*') {
      deepest = std::max(deepest, ++depth);
      at_ += 2;
    } else if (Peek() == '*' && Peek(1) == '/') {
      --depth;
      at_ += 2;
    } else {
      ++at_;
    }
  } while (depth > 0 && at_ < text_.size());
  Token token = From(begin, TokenKind::kBlockComment);
  token.whole = depth == 0;
  token.depth = deepest;
  return token;
}

Token Lexer::QuotedName() {
  const size_t begin = at_;
  const size_t end = text_.find('"', begin + 1);
  at_ = end == std::string_view::npos ? text_.size() : end + 1;
  return From(begin, TokenKind::kQuotedName);
}

Token Lexer::Dollar() {
  const size_t begin = at_;
  size_t end = begin + 1;
  if (end < text_.size() && !IsDigit(text_[end])) {
    while (end < text_.size() && (StartsName(text_[end]) || IsDigit(text_[end]))) ++end;
  }
  if (end >= text_.size() || text_[end] != '$') {
    at_ = begin + 1;
    return From(begin, TokenKind::kOther);
  }
  const std::string_view delimiter = text_.substr(begin, end + 1 - begin);
  // From one dollar to the next: a search for the whole of a long delimiter can be quadratic.
  size_t close = end;
  do {
    close = text_.find('$', close + 1);
  } while (close != std::string_view::npos &&
           text_.compare(close, delimiter.size(), delimiter) != 0);
  at_ = close == std::string_view::npos ? text_.size() : close + delimiter.size();
  Token token = From(begin, TokenKind::kDollarString);
  token.whole = close != std::string_view::npos;
  return token;
}

Token Lexer::Word() {
  const size_t begin = at_;
  const char first = Lower(Peek());
  if (Peek(1) == '\'') {
    if (first == 'e') return String(1, {.escapes = true});
    if (first == 'b' || first == 'x') return String(1, {.doubles = false});
    if (first == 'n') return String(1, {.escapes = !conforming_});
  }
  if (first == 'u' && Peek(1) == '&' && Peek(2) == '\'') {
    return String(2, {.kind = TokenKind::kUnicodeString});
  }
  while (StartsName(Peek()) || IsDigit(Peek()) || Peek() == '$') ++at_;
  return From(begin, TokenKind::kWord);
}

Token Lexer::String(size_t prefix, Quotes quotes) {
  const size_t begin = at_;
  bool whole = false;
  for (at_ += prefix + 1; at_ < text_.size() && !whole;) {
    const char c = text_[at_];
    const bool pair =
        (c == '\\' && quotes.escapes) || (c == '\'' && quotes.doubles && Peek(1) == '\'');
    whole = !pair && c == '\'';
    at_ += pair ? 2 : 1;
  }
  at_ = std::min(at_, text_.size());
  last_ = quotes;
  after_string_ = true;
  line_break_ = false;
  Token token = From(begin, quotes.kind);
  token.whole = whole;
  return token;
}

}  // namespace portreeve::sql
