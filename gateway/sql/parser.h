// SQL text to facts, by PostgreSQL 15's own grammar. What this cannot examine is said to be so;
// nothing is ever taken to be harmless for want of understanding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sql/facts.h"

namespace portreeve::sql {

struct Limits {
  size_t max_text_bytes = 1024 * 1024;
  uint32_t max_comment_depth = 32;
  uint32_t max_operator_run = 1000;  // Operator characters in a row.
  uint32_t max_statements = 500;     // In one text.
  uint32_t max_depth = 2000;         // Levels of the parse tree; deeper statements are `unknown`.
  uint32_t max_nodes = 1000000;      // Of a text's parse tree; larger statements are `unknown`.
};

// The session's settings that change how the server reads a text.
struct LexerMode {
  bool standard_conforming_strings = true;
};

// Any thread, without locks. Every thread that calls this keeps a pthread key until the process
// ends, of which there are about a thousand: call it from a fixed set of threads only. The parser
// itself needs less than 256 KiB of stack whatever the text.
Facts Analyse(std::string_view sql, const Limits& limits, const LexerMode& mode);

}  // namespace portreeve::sql
