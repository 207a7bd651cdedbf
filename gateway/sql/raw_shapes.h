// Which fields of each node of the raw parse tree hold further nodes (PostgreSQL's
// nodes/parsenodes.h and nodes/primnodes.h), and what a statement of that kind does.
#pragma once

#include <stdint.h>

#include "sql/raw_parse.h"
#include "sql/raw_postgres.h"

enum { kMaxRawChildren = 14 };

struct RawChild {
  uint16_t offset;  // 0, where every node has its tag: no child.
  uint8_t access;   // How a relation that stands here is used; handed on through lists.
};

struct RawShape {
  uint8_t known;
  uint8_t effect;        // A RawEffect; kRawNothing where raw_walk.c looks closer.
  uint16_t with_offset;  // The WITH clause that holds for all children.
  struct RawChild children[kMaxRawChildren];
};

// NULL for a node that PostgreSQL 15's grammar does not produce.
const struct RawShape* RawShapeOf(NodeTag tag);
