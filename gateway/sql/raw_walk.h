// The walk over PostgreSQL's raw parse tree. It never recurses, so that the depth of a text costs
// memory and not stack, and it is total: a node whose shape is not written down in raw_shapes.c is
// reported.
#pragma once

#include "sql/raw_parse.h"
#include "sql/raw_postgres.h"

// Fills the events of `parse`, in the order of the text, in the current memory context. Reports
// failure to allocate as PostgreSQL does, by longjmp.
void RawWalk(const List* statements, const struct RawOptions* options, struct RawParse* parse);
