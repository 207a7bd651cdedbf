// What statements that define things name: objects, relations that they make, code that the server
// will run, and secrets.
#pragma once

#include "sql/raw_state.h"

// False: the node is no such statement, nor a part of one.
bool RawEmitDefinition(struct RawWalkState* walk, const struct RawItem* item);

void RawEmitMade(struct RawWalkState* walk, const struct RawItem* item, const RangeVar* relation,
                 const char* schema);
