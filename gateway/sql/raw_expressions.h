// Columns, operators and types that expressions name.
#pragma once

#include "sql/raw_state.h"

// Emits what the item's own fields name; sets `usage` of the item for its children.
void RawEmitExpression(struct RawWalkState* walk, struct RawItem* item);
