#include "sql/guards.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "sql/lexer.h"

namespace portreeve::sql {
namespace {

class Guard {
 public:
  Guard(std::string_view sql, const Limits& limits, const LexerMode& mode)
      : sql_(sql), limits_(limits), lexer_(sql, mode), text_(sql) {}

  std::variant<ParserText, NotExamined> Run() {
    for (Token token = lexer_.Next(); token.kind != TokenKind::kEnd; token = lexer_.Next()) {
      Take(token);
      if (refusal_) return NotExamined{*std::move(refusal_)};
    }
    return ParserText{std::move(text_)};
  }

 private:
  void Take(const Token& token) {
    switch (token.kind) {
      case TokenKind::kLineComment:
        operator_run_ = 0;
        Blank(token);
        return;
      case TokenKind::kBlockComment:
        TakeBlockComment(token);
        return;
      case TokenKind::kOperator:
        after_string_ = false;
        CountOperator();
        return;
      case TokenKind::kString:
      case TokenKind::kUnicodeString:
        operator_run_ = 0;
        after_string_ = true;
        return;
      default:
        operator_run_ = 0;
        after_string_ = after_string_ && token.kind == TokenKind::kSpace;
    }
  }

  // The run of operator characters goes on through the comment: the lexer looks ahead over all of
  // them at each comment's start. A comment without end stays for the parser to complain of. So
  // does one after a string: it keeps the server from continuing the string on the next line, and
  // blanks would not.
  void TakeBlockComment(const Token& token) {
    if (token.depth > limits_.max_comment_depth) {
      refusal_ = "comments are nested more than " + std::to_string(limits_.max_comment_depth) +
                 " levels deep";
      return;
    }
    for (const char c : sql_.substr(token.begin, token.end - token.begin)) {
      if (IsOperator(c)) {
        CountOperator();
      } else {
        operator_run_ = 0;
      }
    }
    if (token.whole && !after_string_) Blank(token);
  }

  void CountOperator() {
    if (++operator_run_ > limits_.max_operator_run) {
      refusal_ = "the text has more than " + std::to_string(limits_.max_operator_run) +
                 " operator characters in a row";
    }
  }

  void Blank(const Token& token) {
    std::fill(text_.begin() + static_cast<ptrdiff_t>(token.begin),
              text_.begin() + static_cast<ptrdiff_t>(token.end), ' ');
  }

  const std::string_view sql_;
  const Limits& limits_;
  Lexer lexer_;
  std::string text_;
  bool after_string_ = false;  // Only white space since a string that may go on.
  uint32_t operator_run_ = 0;
  std::optional<std::string> refusal_;
};

// The length of the UTF-8 sequence at the start of `text`, or 0.
size_t SequenceLength(std::string_view text) {
  const auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto continues = [&](size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned first = byte(0);
  if (first < 0x80) return first == 0 ? 0 : 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (first == 0xE0 && byte(1) < 0xA0) return 0;
    if (first == 0xED && byte(1) > 0x9F) return 0;
    return continues(1) && continues(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (first == 0xF0 && byte(1) < 0x90) return 0;
    if (first == 0xF4 && byte(1) > 0x8F) return 0;
    return continues(1) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

bool IsValidText(std::string_view text) {
  while (!text.empty()) {
    const size_t length = SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::variant<ParserText, NotExamined> PrepareForParser(std::string_view sql, const Limits& limits,
                                                       const LexerMode& mode) {
  if (sql.size() > limits.max_text_bytes) {
    return NotExamined{"the text is longer than " + std::to_string(limits.max_text_bytes) +
                       " bytes"};
  }
  if (!IsValidText(sql)) return NotExamined{"the text is not valid UTF-8"};
  return Guard(sql, limits, mode).Run();
}

uint32_t OriginalPosition(std::string_view sql, const ParserText& prepared, uint32_t position) {
  const auto starts_character = [](char c) { return (c & 0xC0) != 0x80; };
  size_t byte = 0;
  for (uint32_t left = position; byte < prepared.text.size(); ++byte) {
    if (starts_character(prepared.text[byte]) && --left == 0) break;
  }
  const auto before = sql.substr(0, byte);
  return static_cast<uint32_t>(std::ranges::count_if(before, starts_character)) + 1;
}

}  // namespace portreeve::sql
