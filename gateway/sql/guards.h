// What is done to a text before it reaches the parser, in one pass and linear time. libpg_query
// takes quadratic time over nested comments and long runs of operator characters: those are
// refused. And it treats comments as tokens, so that `NOT /* x */ IN` and 'a' -- x (line break) 'b'
// do not parse as they do in the server: comments are blanked out, which moves nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "sql/parser.h"

namespace portreeve::sql {

// The text as the parser gets it: comments are spaces, every byte else stands where it stood.
struct ParserText {
  std::string text;
};

// Why the text must not be parsed, in words for the person who sent it.
struct NotExamined {
  std::string reason;
};

std::variant<ParserText, NotExamined> PrepareForParser(std::string_view sql, const Limits& limits,
                                                       const LexerMode& mode);

// The position, in characters from 1, in `sql` of what stands at `position` in `prepared`.
uint32_t OriginalPosition(std::string_view sql, const ParserText& prepared, uint32_t position);

// UTF-8 as PostgreSQL takes it: shortest form, no surrogates, up to U+10FFFF (RFC 3629), and no
// NUL.
bool IsValidText(std::string_view text);

}  // namespace portreeve::sql
