// Which relations a name in a statement may mean.
#pragma once

#include <optional>
#include <vector>

#include "catalog/collector.h"
#include "catalog/visibility.h"

namespace portreeve::catalog {

struct RelationCandidate {
  const Relation* relation = nullptr;  // Null: the session made it, or it is not known.
  std::string schema;                  // Empty: not known.
  std::string name;
  bool known = false;
  std::vector<const Relation*> family;  // Above and below it: they have the same columns.
  // Of what it reaches, or shares columns with, what uses columns of others in its turn.
  std::vector<const Relation*> reached;
};

// At least one, in the order in which they may be found.
std::vector<RelationCandidate> CandidatesOf(const sql::RelationUse& use,
                                            const sql::StatementFacts& statement,
                                            const Visibility& names);

// How what a view, rule, index or TOAST table reaches is used when it itself is used so. nullopt:
// not at all; changing a view's definition does nothing to what stands in it.
std::optional<sql::Access> AccessThrough(const Relation& relation, sql::Access access);

// Adds the touches of the candidates and of what they reach; notes their families.
void AddRelationTouches(std::vector<RelationCandidate>& candidates, sql::Access access,
                        const Visibility& names, Collector& found);

}  // namespace portreeve::catalog
