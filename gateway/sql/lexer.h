// A text cut into tokens, as far as it must be known what stands inside quotes and comments, as
// PostgreSQL's scan.l cuts it. Its one rule: each byte is in one token, and none is looked at more
// than a few times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sql/parser.h"

namespace portreeve::sql {

enum class TokenKind : uint8_t {
  kEnd,
  kSpace,          // All of it up to something else.
  kLineComment,    // Without the line break.
  kBlockComment,   // With what is nested in it.
  kOperator,       // One character.
  kString,         // '...', E'...', B'...', X'...' and N'...'.
  kUnicodeString,  // U&'...', without its UESCAPE.
  kDollarString,   // $tag$...$tag$: nothing continues it.
  kQuotedName,
  kWord,
  kOther,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  size_t begin = 0;
  size_t end = 0;
  bool whole = true;       // Its own end is there.
  bool continues = false;  // One string with the one before: only blanks and a line break between.
  uint32_t depth = 0;      // Of a block comment: how deeply comments are nested in it.

  bool is_string() const {
    return kind == TokenKind::kString || kind == TokenKind::kUnicodeString ||
           kind == TokenKind::kDollarString;
  }
  bool is_blank() const {
    return kind == TokenKind::kSpace || kind == TokenKind::kLineComment ||
           kind == TokenKind::kBlockComment;
  }
};

bool IsOperator(char c);

// A value: a copy reads on from where it is. `text` must outlive it.
class Lexer {
 public:
  Lexer(std::string_view text, const LexerMode& mode, size_t from = 0)
      : text_(text), conforming_(mode.standard_conforming_strings), at_(from) {}

  Token Next();

 private:
  // How the last string is read, which holds for one that continues it.
  struct Quotes {
    TokenKind kind = TokenKind::kString;
    bool escapes = false;
    bool doubles = true;
  };

  char Peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  Token From(size_t begin, TokenKind kind) const {
    return {.kind = kind, .begin = begin, .end = at_};
  }
  Token Space();
  Token LineComment();
  Token BlockComment();
  Token QuotedName();
  Token Dollar();
  Token Word();
  // `prefix`: how many bytes stand before the opening quote.
  Token String(size_t prefix, Quotes quotes);

  std::string_view text_;
  bool conforming_;
  size_t at_;
  Quotes last_;
  bool after_string_ = false;  // Only space and line comments since.
  bool line_break_ = false;    // And one of these was a line break.
};

}  // namespace portreeve::sql
