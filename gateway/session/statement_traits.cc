#include "session/statement_traits.h"

#include <algorithm>

namespace portreeve::session {
namespace {

using sql::NameUse;
using sql::StatementClass;
using sql::StatementFacts;
using sql::SubClass;

// It only gives a name to what it speaks of.
bool OnlyNames(const StatementFacts& facts) {
  return facts.name_use == NameUse::kPrepare || facts.name_use == NameUse::kDeclare;
}

bool Changes(const StatementFacts& facts) {
  if (facts.statement_class == StatementClass::kWrite) return true;
  return std::any_of(facts.relations.begin(), facts.relations.end(), [](const auto& use) {
    return use.access == sql::Access::kInsert || use.access == sql::Access::kUpdate ||
           use.access == sql::Access::kDelete || use.access == sql::Access::kTruncate;
  });
}

// Rows that a query in WITH changes are in no tag.
bool IsCountable(const StatementFacts& facts) {
  switch (facts.sub_class) {
    case SubClass::kInsert:
    case SubClass::kUpdate:
    case SubClass::kDelete:
    case SubClass::kMerge:
    case SubClass::kCopyIn:
      return facts.changes <= 1;
    default:
      return false;
  }
}

bool GivesRows(const StatementFacts& facts) {
  switch (facts.statement_class) {
    case StatementClass::kMisc:
      return facts.sub_class == SubClass::kFetch || facts.sub_class == SubClass::kExecute ||
             facts.sub_class == SubClass::kShow;
    case StatementClass::kDdl:
      return false;
    case StatementClass::kRole:
      return facts.gives_rows;
    case StatementClass::kFunction:
      return facts.sub_class != SubClass::kDoBlock;
    case StatementClass::kWrite:
      break;
    case StatementClass::kRead:
    case StatementClass::kUnknown:
      return true;
  }
  const bool plain = facts.sub_class == SubClass::kInsert || facts.sub_class == SubClass::kUpdate ||
                     facts.sub_class == SubClass::kDelete || facts.sub_class == SubClass::kMerge;
  return plain ? facts.gives_rows
               : facts.sub_class != SubClass::kCopyIn && facts.sub_class != SubClass::kTruncate;
}

// It keeps the session going. EXECUTE and FETCH run something.
bool IsFree(const StatementFacts& facts) {
  return facts.housekeeping && facts.sub_class != SubClass::kExecute &&
         facts.sub_class != SubClass::kFetch;
}

bool CallsOthers(const catalog::Findings& findings) {
  return std::any_of(findings.functions.begin(), findings.functions.end(),
                     [](const catalog::FunctionTouch& touch) { return !touch.harmless; });
}

}  // namespace

StatementTraits TraitsOf(const sql::Facts& facts, std::span<const catalog::Findings> findings) {
  StatementTraits traits;
  if (facts.syntax_error || facts.not_examined) {
    traits = {.several = true,
              .unexamined = true,
              .changes = true,
              .countable = false,
              .gives_rows = true,
              .acts = true,
              .changes_catalog = true,
              .may_set = true,
              .charged = 1};
    return traits;
  }
  traits.several = facts.statements.size() > 1;
  for (size_t i = 0; i < facts.statements.size(); ++i) {
    const StatementFacts& each = facts.statements[i];
    traits.charged += IsFree(each) ? 0 : 1;
    if (OnlyNames(each)) continue;
    StatementClass found = each.statement_class;
    if (i < findings.size()) found = std::max(found, findings[i].statement_class);
    traits.gives_rows |= GivesRows(each);
    traits.acts |= found >= StatementClass::kFunction || Changes(each);
    traits.changes_catalog |= found >= StatementClass::kFunction && found != StatementClass::kWrite;
    traits.may_set |= found == StatementClass::kFunction || found == StatementClass::kUnknown ||
                      (i < findings.size() && CallsOthers(findings[i]));
    if (found == StatementClass::kUnknown || Changes(each)) {
      traits.changes = true;
      traits.countable &= IsCountable(each);
    }
  }
  return traits;
}

}  // namespace portreeve::session
