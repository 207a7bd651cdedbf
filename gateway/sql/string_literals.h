// Where string literals stand in a text, as PostgreSQL's scan.l finds them: '...', E'...', U&'...'
// with its UESCAPE, B'...', X'...', N'...' and $tag$...$tag$, each with its continuations.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "sql/parser.h"

namespace portreeve::sql {

struct TextRange {
  size_t begin = 0;
  size_t end = 0;
};

// The first literal that begins at `from` or later; `from` must not be inside a token. None: there
// is none, or it does not end.
std::optional<TextRange> NextLiteral(std::string_view text, size_t from, const LexerMode& mode);

// Where the first word of that name ends, whatever its case, if it is not quoted. `word` is in
// lower case.
std::optional<size_t> EndOfWord(std::string_view text, size_t from, std::string_view word,
                                const LexerMode& mode);

}  // namespace portreeve::sql
