// The output columns of a SELECT that its ORDER BY, GROUP BY and DISTINCT ON name, by their name or
// position (PostgreSQL's findTargetlistEntrySQL92).
#pragma once

#include "sql/raw_state.h"

// How each element of a list is used; NULL: all as the clause says.
struct RawOutputs {
  const uint8_t* targets;
  const uint8_t* sorts;      // ORDER BY
  const uint8_t* distincts;  // DISTINCT ON
  uint8_t sides;             // Further RawUsage bits of both sides of a set operation.
};

// The item is a SelectStmt.
void RawFindOutputs(const struct RawItem* item, struct RawOutputs* outputs);

// `child` was pushed for the field of the SelectStmt that stands at `offset`.
void RawUseOutputs(const struct RawOutputs* outputs, size_t offset, struct RawItem* child);

// PostgreSQL's FigureColname. NULL: none that could be written without AS, or none that is known.
const char* RawOutputName(const ResTarget* target);
