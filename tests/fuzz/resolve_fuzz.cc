// Any bytes as SQL, resolved against a small catalog in every kind of namespace: the first line is
// a search_path, the rest the text.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "catalog/resolve.h"
#include "catalog/search_path.h"
#include "sql/parser.h"
#include "unit/catalog/small_catalog.h"

namespace {

using portreeve::catalog::Findings;
using portreeve::catalog::FunctionTouch;
using portreeve::catalog::NameSpace;
using portreeve::sql::StatementClass;
using portreeve::sql::StatementFacts;

void Check(const StatementFacts& facts, const Findings& findings) {
  PORTREEVE_CHECK(findings.statement_class >= facts.statement_class);
  PORTREEVE_CHECK(!findings.housekeeping || facts.housekeeping);
  PORTREEVE_CHECK((findings.statement_class == StatementClass::kUnknown) ==
                  !findings.unknown_reason.empty());
  for (const FunctionTouch& touch : findings.functions) {
    PORTREEVE_CHECK(touch.known || !touch.harmless);
    PORTREEVE_CHECK(touch.harmless || findings.statement_class >= StatementClass::kFunction);
  }
  if (findings.statement_class == StatementClass::kUnknown) return;
  // Every relation that the statement names is among what it touches.
  for (const auto& use : facts.relations) {
    bool found = false;
    for (const auto& touch : findings.relations) {
      found |= touch.direct && touch.name == use.name && touch.access == use.access;
    }
    PORTREEVE_CHECK(found);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t line = std::min(input.find('\n'), input.size());
  const std::string path(input.substr(0, line));
  const std::string_view text = input.substr(std::min(line + 1, input.size()));
  const auto facts = portreeve::sql::Analyse(text, {}, {});
  std::vector<NameSpace> spaces(4);
  for (NameSpace& space : spaces) space = portreeve::catalog::Names();
  spaces[1].snapshot = nullptr;
  spaces[2].search_paths.clear();
  spaces[3].search_paths = {path, "public"};
  spaces[3].made = {{"", "orders", true}, {"", "fresh", false}, {"app", "newer", false}};
  for (const NameSpace& space : spaces) {
    const auto findings = portreeve::catalog::Resolve(facts, space);
    PORTREEVE_CHECK(findings.size() == facts.statements.size());
    for (size_t i = 0; i < findings.size(); ++i) Check(facts.statements[i], findings[i]);
  }
  return 0;
}
