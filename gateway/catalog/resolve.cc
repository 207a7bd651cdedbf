#include "catalog/resolve.h"

#include <string>
#include <utility>

#include "catalog/collector.h"
#include "catalog/column_names.h"
#include "catalog/function_names.h"
#include "catalog/relation_names.h"
#include "catalog/visibility.h"

namespace portreeve::catalog {
namespace {

Findings ResolveStatement(const sql::StatementFacts& statement, const Visibility& names) {
  Collector found(statement);
  std::vector<std::vector<RelationCandidate>> relations;
  relations.reserve(statement.relations.size());
  for (const sql::RelationUse& use : statement.relations) {
    relations.push_back(CandidatesOf(use, statement, names));
    if (!found.Spend(relations.back().size())) break;
    AddRelationTouches(relations.back(), use.access, names, found);
  }
  AddColumnTouches(statement, relations, names, found);
  for (size_t i = 0; i < relations.size() && names.snapshot() != nullptr; ++i) {
    AddColumnsThroughViews(relations[i], statement.relations[i].access, *names.snapshot(), found);
  }
  for (const sql::FunctionUse& use : statement.functions) AddFunctionTouches(use, names, found);
  for (const std::string& name : statement.fields) AddFieldTouches(name, names, found);
  for (const sql::NameInSchema& use : statement.operators) AddOperatorTouches(use, names, found);
  for (const sql::NameInSchema& use : statement.types) AddTypeTouches(use, names, found);
  return found.Finish();
}

}  // namespace

std::vector<Findings> Resolve(const sql::Facts& facts, const NameSpace& names) {
  std::vector<Findings> findings;
  if (facts.statements.empty()) return findings;
  findings.reserve(facts.statements.size());
  Visibility visibility(names);
  for (const sql::StatementFacts& statement : facts.statements) {
    findings.push_back(ResolveStatement(statement, visibility));
    visibility.After(statement);
  }
  return findings;
}

}  // namespace portreeve::catalog
