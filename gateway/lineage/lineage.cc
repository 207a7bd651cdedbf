#include "lineage/lineage.h"

namespace portreeve::lineage {

std::string_view Name(UseKind kind) {
  switch (kind) {
    case UseKind::kEquality:
      return "equality";
    case UseKind::kNullTest:
      return "null test";
    case UseKind::kCount:
      return "count";
    case UseKind::kAggregate:
      return "aggregate";
    case UseKind::kCondition:
      return "condition";
    case UseKind::kOrdering:
      return "ordering";
    case UseKind::kGrouping:
      return "grouping";
    case UseKind::kComputed:
      return "expression";
    case UseKind::kWholeRow:
      return "whole row";
    case UseKind::kStored:
      return "copy into a relation";
    case UseKind::kArgument:
      return "argument";
  }
  return "?";
}

std::vector<Lineage> Trace(std::string_view text, const sql::Limits& limits,
                           const sql::LexerMode& mode, const catalog::NameSpace&) {
  const sql::Facts facts = sql::Analyse(text, limits, mode);
  Lineage unknown;
  unknown.unknown_reason = "it cannot be followed";
  return std::vector<Lineage>(facts.statements.size(), unknown);
}

}  // namespace portreeve::lineage
