// What the limits of a grant ask about a text: does it change rows, can these be counted, does it
// give rows. Its one rule: where that is not certain, the answer is the one that is limited more.
#pragma once

#include <cstdint>
#include <span>

#include "catalog/findings.h"
#include "sql/facts.h"

namespace portreeve::session {

struct StatementTraits {
  bool several = false;     // Statements in it.
  bool unexamined = false;  // Nothing is known of it.
  bool changes = false;     // Rows, by a statement of its own and not by a function.
  bool countable = true;    // CommandComplete counts all rows that it changes.
  bool gives_rows = false;
  bool acts = false;  // More than reading: what it does should not stay if its result is cut off.
  bool changes_catalog = false;
  bool may_set = false;  // It calls what may set a parameter without saying so.
  uint32_t charged = 0;  // Of its statements, those that count towards per_minute.
};

// `findings` are those of the facts' statements, one for each.
StatementTraits TraitsOf(const sql::Facts& facts, std::span<const catalog::Findings> findings);

}  // namespace portreeve::session
