// Which columns of which relations the names in a statement may mean (PostgreSQL 4.2.1, 7.2.1.2).
// Its one rule: a name that no FROM explains makes the statement unknown, for it may be syntax
// newer than the parser.
#pragma once

#include <vector>

#include "catalog/collector.h"
#include "catalog/relation_names.h"
#include "catalog/visibility.h"

namespace portreeve::catalog {

// `relations` are the candidates of each of the statement's relations, in their order.
void AddColumnTouches(const sql::StatementFacts& statement,
                      const std::vector<std::vector<RelationCandidate>>& relations,
                      const Visibility& names, Collector& found);

// Adds the columns that the views among the candidates take from others, once all that the
// statement itself names are there. Which of its own columns a view takes from which is not looked
// into: who uses one uses all that its definition names; who uses none, only those that choose its
// rows.
void AddColumnsThroughViews(const std::vector<RelationCandidate>& candidates, sql::Access access,
                            const Snapshot& snapshot, Collector& found);

}  // namespace portreeve::catalog
