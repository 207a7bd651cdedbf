// Which column of the relation that a statement changes an expression is, if it is one.
#pragma once

#include "sql/raw_postgres.h"

struct RawTarget {
  const RangeVar* relation;
  const List* from;  // What else its columns could belong to.
};

struct RawColumn {
  const char* name;
  bool qualified;  // Only with its relation's name: without, it is another's.
};

// It is a column of the target, perhaps inside something that keeps different values apart well
// enough: casts, subscripts, sums with constants and a few functions. Without a qualifier it is one
// only if there is nothing else that it could belong to.
bool RawIsColumnOf(const struct RawTarget* target, const Node* node, struct RawColumn* column);

// The expression may hold that very column: the comparison with it says nothing. So does a subquery
// that reads nothing else.
bool RawMentions(const struct RawTarget* target, const Node* node, const struct RawColumn* column);

// Something in that FROM hides the target's name, or may do so.
bool RawHidesTarget(const struct RawTarget* target, const List* from);
