// How the parts of raw_outline.c add nodes to its tree.
#pragma once

#include "sql/raw_outline.h"
#include "sql/raw_postgres.h"

struct RawOutlining {
  struct RawTree* tree;
  uint32_t max_nodes;
  uint32_t depth;
};

// Appends a child and returns its index.
uint32_t RawAddNode(struct RawOutlining* outlining, uint32_t parent, int role, int kind);
// Valid until the next node is added.
struct RawNode* RawNodeAt(const struct RawOutlining* outlining, uint32_t index);
// A list of Strings, as children.
void RawAddNames(struct RawOutlining* outlining, uint32_t parent, int role, const List* names);
// May be NULL.
void RawAddAlias(struct RawOutlining* outlining, uint32_t index, const Alias* alias);
// [schema.]name of a node.
void RawNameNode(struct RawOutlining* outlining, uint32_t index, const List* names);

// Adds what stands at `node`, which may be NULL or a List of nodes.
void RawOutline(struct RawOutlining* outlining, uint32_t parent, int role, const void* node);

// False: it is no such node, and nothing was added.
bool RawOutlineExpression(struct RawOutlining* outlining, uint32_t parent, int role,
                          const void* node);
bool RawOutlineRange(struct RawOutlining* outlining, uint32_t parent, int role, const void* node);
bool RawOutlineStatement(struct RawOutlining* outlining, uint32_t parent, int role,
                         const void* node);
