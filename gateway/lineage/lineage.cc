#include "lineage/lineage.h"

#include <algorithm>

#include "base/check.h"
#include "lineage/tracer.h"
#include "sql/outline.h"

namespace portreeve::lineage {

std::string NameOf(const Source& source, const catalog::Snapshot& snapshot) {
  const catalog::Relation* relation = snapshot.FindRelation(source.relation);
  const std::string name =
      relation == nullptr ? source.made : relation->schema + "." + relation->name;
  return name + "." + (source.column.empty() ? "*" : source.column);
}

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
                           const sql::LexerMode& mode, const catalog::NameSpace& names,
                           ViewLineages* views) {
  std::vector<Lineage> lineages;
  ViewLineages own;
  const sql::Outlined outlined = sql::AnalyseAndOutline(text, limits, mode);
  if (outlined.facts.statements.empty()) return lineages;
  const auto findings = catalog::Resolve(outlined.facts, names);
  catalog::Visibility visibility(names);
  uint32_t node = outlined.outline.nodes[0].first_child;
  for (size_t i = 0; i < outlined.facts.statements.size(); ++i) {
    const sql::StatementFacts& facts = outlined.facts.statements[i];
    PORTREEVE_CHECK(node != 0);
    Lineage& lineage = lineages.emplace_back();
    if (visibility.snapshot() == nullptr) {
      lineage.unknown_reason = "nothing is known of the database";
    } else {
      lineage = Tracer({outlined.outline, facts, visibility, views != nullptr ? *views : own})
                    .Trace(node);
    }
    lineage.calls_unknown = std::ranges::any_of(
        findings[i].functions, [](const catalog::FunctionTouch& touch) { return !touch.harmless; });
    visibility.After(facts);
    node = outlined.outline.nodes[node].next;
  }
  return lineages;
}

}  // namespace portreeve::lineage
