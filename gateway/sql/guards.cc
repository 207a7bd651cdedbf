#include "sql/guards.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "sql/characters.h"

namespace portreeve::sql {
namespace {

constexpr std::string_view kOperatorCharacters = "~!@#^&|`?+-*/%<>=";

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool IsOperator(char c) { return kOperatorCharacters.find(c) != std::string_view::npos; }

// Finds comments and operators as PostgreSQL's scan.l does: it must know what is inside quotes.
class PreLexer {
 public:
  PreLexer(std::string_view sql, const Limits& limits, const LexerMode& mode)
      : sql_(sql), limits_(limits), mode_(mode), text_(sql) {}

  std::variant<ParserText, NotExamined> Run() {
    while (at_ < sql_.size() && !refusal_) Step();
    if (refusal_) return NotExamined{*std::move(refusal_)};
    return ParserText{std::move(text_)};
  }

 private:
  char Peek(size_t ahead = 0) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }

  void Step() {
    const char c = Peek();
    if (c == '-' && Peek(1) == '-') {
      const size_t end = EndOfLine(at_);
      Blank(at_, end);
      at_ = end;
      operator_run_ = 0;
    } else if (c == '/' && Peek(1) == '*') {
      SkipBlockComment();
    } else if (IsOperator(c)) {
      after_string_ = false;
      CountOperator();
      ++at_;
    } else {
      operator_run_ = 0;
      after_string_ = after_string_ && IsSpace(c);
      StepToken(c);
    }
  }

  void StepToken(char c) {
    if (c == '\'') {
      SkipString(!mode_.standard_conforming_strings, true);
    } else if (c == '"') {
      SkipQuotedName();
    } else if (c == '$') {
      StepDollar();
    } else if (StartsName(c)) {
      StepName(c);
    } else if (IsDigit(c)) {
      while (IsDigit(Peek())) ++at_;
    } else {
      ++at_;
    }
  }

  void CountOperator() {
    if (++operator_run_ > limits_.max_operator_run) {
      refusal_ = "the text has more than " + std::to_string(limits_.max_operator_run) +
                 " operator characters in a row";
    }
  }

  void Blank(size_t begin, size_t end) {
    std::fill(text_.begin() + static_cast<ptrdiff_t>(begin),
              text_.begin() + static_cast<ptrdiff_t>(end), ' ');
  }

  // The run of operator characters goes on through the comment: the lexer looks ahead over all of
  // them at each comment's start. A comment without end stays for the parser to complain of. So
  // does one after a string: it keeps the server from continuing the string on the next line, and
  // blanks would not.
  void SkipBlockComment() {
    const size_t begin = at_;
    uint32_t depth = 0;
    do {
      if (at_ >= sql_.size()) return;
      const bool opens = Peek() == '/' && Peek(1) == '*';
      const bool closes = Peek() == '*' && Peek(1) == '/';
      if (opens && ++depth > limits_.max_comment_depth) {
        refusal_ = "comments are nested more than " + std::to_string(limits_.max_comment_depth) +
                   " levels deep";
        return;
      }
      if (closes) --depth;
      for (const size_t end = at_ + (opens || closes ? 2 : 1); at_ < end; ++at_) {
        if (IsOperator(sql_[at_])) {
          CountOperator();
        } else {
          operator_run_ = 0;
        }
      }
    } while (depth > 0 && !refusal_);
    if (!after_string_) Blank(begin, at_);
  }

  size_t EndOfLine(size_t at) const {
    while (at < sql_.size() && !IsNewline(sql_[at])) ++at;
    return at;
  }

  void StepName(char c) {
    const char next = Peek(1);
    const char first = Lower(c);
    if (next == '\'' && (first == 'e' || first == 'b' || first == 'x')) {
      ++at_;
      SkipString(first == 'e', first == 'e');
      return;
    }
    if (first == 'u' && next == '&' && Peek(2) == '\'') {
      at_ += 2;
      SkipString(false, true);
      return;
    }
    while (StartsName(Peek()) || IsDigit(Peek()) || Peek() == '$') ++at_;
  }

  // At the opening quote. A string goes on in a further literal after white space with a line
  // break.
  void SkipString(bool escapes, bool doubles) {
    ++at_;
    while (at_ < sql_.size()) {
      const char c = sql_[at_];
      if (c == '\\' && escapes) {
        at_ += 2;
      } else if (c != '\'') {
        ++at_;
      } else if (doubles && Peek(1) == '\'') {
        at_ += 2;
      } else {
        ++at_;
        const size_t next = Continuation();
        if (next == 0) break;
        at_ = next;
      }
    }
    after_string_ = true;
  }

  // Where the text of the continued string begins, or 0.
  size_t Continuation() {
    bool line_break = false;
    size_t at = at_;
    while (at < sql_.size()) {
      if (IsSpace(sql_[at])) {
        line_break |= IsNewline(sql_[at]);
        ++at;
      } else if (sql_[at] == '-' && at + 1 < sql_.size() && sql_[at + 1] == '-') {
        const size_t end = EndOfLine(at);
        Blank(at, end);
        at = end;
      } else {
        break;
      }
    }
    return line_break && at < sql_.size() && sql_[at] == '\'' ? at + 1 : 0;
  }

  void SkipQuotedName() {
    const size_t end = sql_.find('"', at_ + 1);
    at_ = end == std::string_view::npos ? sql_.size() : end + 1;
  }

  void StepDollar() {
    size_t end = at_ + 1;
    if (IsDigit(Peek(1))) {
      ++at_;
      return;
    }
    while (end < sql_.size() && (StartsName(sql_[end]) || IsDigit(sql_[end]))) ++end;
    if (end >= sql_.size() || sql_[end] != '$') {
      ++at_;
      return;
    }
    const std::string_view delimiter = sql_.substr(at_, end + 1 - at_);
    SkipDollarQuoted(delimiter);
  }

  void SkipDollarQuoted(std::string_view delimiter) {
    size_t at = at_ + delimiter.size();
    while (true) {
      at = sql_.find('$', at);
      if (at == std::string_view::npos) break;
      if (sql_.compare(at, delimiter.size(), delimiter) == 0) {
        at_ = at + delimiter.size();
        return;
      }
      ++at;
    }
    at_ = sql_.size();
  }

  const std::string_view sql_;
  const Limits& limits_;
  const LexerMode& mode_;
  std::string text_;
  size_t at_ = 0;
  bool after_string_ = false;  // Only white space since the last string.
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
  return PreLexer(sql, limits, mode).Run();
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
