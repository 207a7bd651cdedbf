#include "session/statement_traits.h"

#include <algorithm>
#include <array>

#include "sql/characters.h"

namespace portreeve::session {
namespace {

using sql::NameUse;
using sql::StatementClass;
using sql::StatementFacts;
using sql::SubClass;

constexpr auto kChangingWords =
    std::to_array<std::string_view>({"insert", "update", "delete", "merge"});

bool IsWordCharacter(char c) { return sql::StartsName(c) || sql::IsDigit(c); }

// How often the text has one of the words, in quotes and comments as well: never less than the
// parser sees, since no key word can be written in another way.
template <size_t kWords>
size_t CountWords(std::string_view text, const std::array<std::string_view, kWords>& words) {
  size_t found = 0;
  for (size_t i = 0; i < text.size();) {
    if (!IsWordCharacter(text[i])) {
      ++i;
      continue;
    }
    size_t end = i;
    while (end < text.size() && IsWordCharacter(text[end])) ++end;
    const std::string_view word = text.substr(i, end - i);
    found +=
        std::any_of(words.begin(), words.end(),
                    [word](std::string_view each) { return sql::EqualsIgnoringCase(word, each); })
            ? 1
            : 0;
    i = end;
  }
  return found;
}

bool Has(std::string_view text, std::string_view word) {
  return CountWords(text, std::array<std::string_view, 1>{word}) > 0;
}

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
bool IsCountable(const StatementFacts& facts, std::string_view text) {
  switch (facts.sub_class) {
    case SubClass::kInsert:
    case SubClass::kUpdate:
    case SubClass::kDelete:
    case SubClass::kMerge:
    case SubClass::kCopyIn:
      return !Has(text, "with") || CountWords(text, kChangingWords) <= 1;
    default:
      return false;
  }
}

bool GivesRows(const StatementFacts& facts, std::string_view text) {
  switch (facts.statement_class) {
    case StatementClass::kMisc:
      return facts.sub_class == SubClass::kFetch || facts.sub_class == SubClass::kExecute ||
             facts.sub_class == SubClass::kShow;
    case StatementClass::kDdl:
    case StatementClass::kRole:
      return false;
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
  if (plain) return Has(text, "returning") || Has(text, "explain");
  return facts.sub_class != SubClass::kCopyIn && facts.sub_class != SubClass::kTruncate;
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

StatementTraits TraitsOf(std::string_view text, const sql::Facts& facts,
                         std::span<const catalog::Findings> findings) {
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
    const std::string_view own =
        text.substr(std::min<size_t>(each.offset, text.size()), each.length);
    StatementClass found = each.statement_class;
    if (i < findings.size()) found = std::max(found, findings[i].statement_class);
    traits.gives_rows |= GivesRows(each, own);
    traits.acts |= found >= StatementClass::kFunction || Changes(each);
    traits.changes_catalog |= found >= StatementClass::kFunction && found != StatementClass::kWrite;
    traits.may_set |= found == StatementClass::kFunction || found == StatementClass::kUnknown ||
                      (i < findings.size() && CallsOthers(findings[i]));
    if (found == StatementClass::kUnknown || Changes(each)) {
      traits.changes = true;
      traits.countable &= IsCountable(each, own);
    }
  }
  return traits;
}

}  // namespace portreeve::session
