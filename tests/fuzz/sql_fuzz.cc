// Any bytes as SQL, in both modes of strings: Analyse answers with statements, an error or a
// refusal.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "sql/parser.h"
#include "sql/redact.h"
#include "sql/startup_options.h"

namespace {

void CheckIndexes(const portreeve::sql::StatementFacts& facts, std::string_view text) {
  using portreeve::sql::kNoIndex;
  for (size_t i = 0; i < facts.levels.size(); ++i) {
    PORTREEVE_CHECK(facts.levels[i].outer == kNoIndex || facts.levels[i].outer < i);
  }
  for (const portreeve::sql::RangeEntry& entry : facts.range) {
    PORTREEVE_CHECK(entry.level < facts.levels.size());
    PORTREEVE_CHECK(entry.relation == kNoIndex || entry.relation < facts.relations.size());
  }
  for (const portreeve::sql::ColumnUse& use : facts.columns) {
    PORTREEVE_CHECK(use.level < facts.levels.size());
  }
  for (const portreeve::sql::Secret& secret : facts.secrets) {
    PORTREEVE_CHECK(static_cast<size_t>(secret.offset) + secret.length <= text.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using portreeve::sql::Analyse;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const bool conforming : {true, false}) {
    const portreeve::sql::Facts facts =
        Analyse(text, {}, {.standard_conforming_strings = conforming});
    const bool refused = facts.syntax_error || facts.not_examined;
    PORTREEVE_CHECK(!refused || facts.statements.empty());
    PORTREEVE_CHECK(!facts.syntax_error || facts.syntax_error->sqlstate.size() == 5);
    for (const portreeve::sql::StatementFacts& statement : facts.statements) {
      const bool unknown = statement.statement_class == portreeve::sql::StatementClass::kUnknown;
      PORTREEVE_CHECK(unknown == !statement.unknown_reason.empty());
      PORTREEVE_CHECK(!statement.housekeeping ||
                      statement.statement_class == portreeve::sql::StatementClass::kMisc);
      PORTREEVE_CHECK(static_cast<size_t>(statement.offset) + statement.length <= text.size());
      CheckIndexes(statement, text);
    }
    static_cast<void>(portreeve::sql::Redacted(text, facts));
  }
  static_cast<void>(portreeve::sql::ParseStartupOptions(text));
  return 0;
}
