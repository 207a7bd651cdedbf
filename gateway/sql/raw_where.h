// Whether the WHERE of a statement that changes rows restricts which: a condition restricts if at
// least one conjunct, of an OR in each branch, compares a column of the changed relation with
// something that is not the same column. What is not understood does not restrict.
#pragma once

#include "sql/raw_parse.h"
#include "sql/raw_postgres.h"

// A RawWhereKind of an UpdateStmt, DeleteStmt or MergeStmt; kRawWhereNone of a MERGE that neither
// updates nor deletes.
int RawWhereOf(const void* statement);
