// Which fields of each node of the raw parse tree hold further nodes (PostgreSQL's
// nodes/parsenodes.h and nodes/primnodes.h), and what a statement of that kind does.
#pragma once

#include <stdint.h>

#include "sql/raw_parse.h"
#include "sql/raw_postgres.h"

enum { kMaxRawChildren = 14 };

enum RawChildFlags {
  kRawEntersRange = 1,     // A relation here can be named by its level's columns.
  kRawIsTarget = 2,        // What the statement changes: RawTargetAccess says how.
  kRawRowsOfRule = 4,      // Its rows are OLD and NEW.
  kRawOutside = 8,         // Sees what is around the statement, not what is in its FROM.
  kRawInRangeItself = 16,  // A function here stands in FROM by itself.
};

// How columns that stand there are used, beside RawUsage: as the node itself is, or not at all
// since what looks like a column is none.
enum { kRawUsageInherit = 0, kRawUsageNone = 128 };

struct RawChild {
  uint16_t offset;  // 0, where every node has its tag: no child.
  uint8_t access;   // RawAccess bits of a relation that stands here; handed on through lists.
  uint8_t usage;
  uint8_t flags;
};

struct RawShape {
  uint8_t known;
  uint8_t effect;        // A RawEffect; kRawNothing where raw_details.c looks closer.
  uint8_t starts_level;  // Its columns are looked for in its own relations first.
  uint16_t with_offset;  // The WITH clause that holds for all children.
  struct RawChild children[kMaxRawChildren];
};

// NULL for a node that PostgreSQL 15's grammar does not produce.
const struct RawShape* RawShapeOf(NodeTag tag);
