// Events of the raw parse to facts. The most consequential effect found decides class and
// sub-class.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sql/facts.h"
#include "sql/parser.h"
#include "sql/raw_parse.h"

namespace portreeve::sql {

struct EffectMeaning {
  StatementClass statement_class;
  SubClass sub_class;
  // Keeps the session going and touches no data: allowed under every grant that does not forbid it.
  bool housekeeping;
};

// pgAudit's mapping, stricter where the effect goes further: COPY to a file or program is a write,
// SET ROLE and its kin belong to `role`. Never falls in class as `effect` rises.
EffectMeaning MeaningOf(RawEffect effect);

// `sql` is the whole text. Copies everything out of the events.
std::vector<StatementFacts> Classify(std::string_view sql, const LexerMode& mode,
                                     std::span<const RawEvent> events);

}  // namespace portreeve::sql
