// Any bytes as SQL, in both modes of strings: Analyse answers with statements, an error or a
// refusal.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "sql/parser.h"
#include "sql/startup_options.h"

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
    }
  }
  static_cast<void>(portreeve::sql::ParseStartupOptions(text));
  return 0;
}
