#include "sql/string_literals.h"

#include "sql/characters.h"
#include "sql/lexer.h"

namespace portreeve::sql {
namespace {

Token NextOfNote(Lexer& lexer) {
  Token token = lexer.Next();
  while (token.is_blank()) token = lexer.Next();
  return token;
}

// With all that continues it.
Token WholeString(Lexer& lexer, Token first) {
  while (first.whole) {
    Lexer ahead = lexer;
    const Token next = NextOfNote(ahead);
    if (!next.continues) break;
    first.end = next.end;
    first.whole = next.whole;
    lexer = ahead;
  }
  return first;
}

bool IsWord(const Token& token, std::string_view text, std::string_view word) {
  return token.kind == TokenKind::kWord &&
         EqualsIgnoringCase(text.substr(token.begin, token.end - token.begin), word);
}

}  // namespace

std::optional<TextRange> NextLiteral(std::string_view text, size_t from, const LexerMode& mode) {
  Lexer lexer(text, mode, from);
  Token token = NextOfNote(lexer);
  while (!token.is_string()) {
    if (token.kind == TokenKind::kEnd) return std::nullopt;
    token = NextOfNote(lexer);
  }
  const Token literal = WholeString(lexer, token);
  if (!literal.whole) return std::nullopt;
  const TextRange range{literal.begin, literal.end};
  if (literal.kind != TokenKind::kUnicodeString || !IsWord(NextOfNote(lexer), text, "uescape")) {
    return range;
  }
  const Token escape = WholeString(lexer, NextOfNote(lexer));
  if (!escape.whole) return std::nullopt;
  return TextRange{literal.begin, escape.end};
}

std::optional<size_t> EndOfWord(std::string_view text, size_t from, std::string_view word,
                                const LexerMode& mode) {
  Lexer lexer(text, mode, from);
  for (Token token = lexer.Next(); token.kind != TokenKind::kEnd; token = lexer.Next()) {
    if (IsWord(token, text, word)) return token.end;
  }
  return std::nullopt;
}

}  // namespace portreeve::sql
