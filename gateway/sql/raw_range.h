// Relations as they stand in a statement, what else stands in FROM, and what locks them.
#pragma once

#include "sql/raw_state.h"

// The item is a RangeVar. `is_with_query`: it means a query of a WITH.
void RawEmitRelation(struct RawWalkState* walk, const struct RawItem* item, bool is_with_query);

// What else makes an entry of a range: the item is a subquery, function or join in FROM. Sets
// `lock_all` of the item for its children.
void RawEmitRangeEntry(struct RawWalkState* walk, struct RawItem* item);

// RawAccess bits of the relation that the statement changes.
int RawTargetAccess(const void* statement);
// The name that its columns go by; NULL if the statement has none.
const char* RawTargetName(const void* statement);

// Hands on the locking clauses of a SELECT to its FROM clause, and from there inwards.
void RawPassLocks(const struct RawItem* item, struct RawItem* child);
