#include "sql/raw_outline.h"

#include "sql/raw_outline_build.h"
#include "sql/raw_outputs.h"
#include "sql/raw_shapes.h"

// Deeper ones are not followed. The recursion takes less than 500 bytes of stack for each level.
enum { kMaxOutlineDepth = 500, kFirstNodes = 64 };

uint32_t RawAddNode(struct RawOutlining* outlining, uint32_t parent, int role, int kind) {
  struct RawTree* tree = outlining->tree;
  if (tree->count == tree->capacity) {
    tree->capacity *= 2;
    tree->nodes = repalloc(tree->nodes, tree->capacity * sizeof(struct RawNode));
  }
  const uint32_t index = tree->count++;
  tree->nodes[index] = (struct RawNode){.kind = (uint8_t)kind, .role = (uint8_t)role};
  struct RawNode* above = &tree->nodes[parent];
  if (above->first_child == 0) {
    above->first_child = index;
  } else {
    tree->nodes[above->last_child].next = index;
  }
  above->last_child = index;
  return index;
}

struct RawNode* RawNodeAt(const struct RawOutlining* outlining, uint32_t index) {
  return &outlining->tree->nodes[index];
}

void RawAddNames(struct RawOutlining* outlining, uint32_t parent, int role, const List* names) {
  ListCell* cell;
  foreach (cell, names) {
    const Node* name = lfirst(cell);
    const bool known = name != NULL && IsA(name, String);
    const uint32_t index =
        RawAddNode(outlining, parent, role, known ? kRawNodeName : kRawNodeUnknown);
    if (known) RawNodeAt(outlining, index)->name = strVal(name);
  }
}

void RawAddAlias(struct RawOutlining* outlining, uint32_t index, const Alias* alias) {
  if (alias == NULL) return;
  RawNodeAt(outlining, index)->qualifier = alias->aliasname;
  RawAddNames(outlining, index, kRawRoleColumnAlias, alias->colnames);
}

void RawNameNode(struct RawOutlining* outlining, uint32_t index, const List* names) {
  struct RawNode* node = RawNodeAt(outlining, index);
  const int count = list_length(names);
  const Node* last = count > 0 ? list_nth(names, count - 1) : NULL;
  const Node* schema = count > 1 ? list_nth(names, count - 2) : NULL;
  if (last == NULL || !IsA(last, String) || (schema != NULL && !IsA(schema, String))) {
    node->kind = kRawNodeUnknown;
    return;
  }
  node->name = strVal(last);
  node->schema = schema == NULL ? NULL : strVal(schema);
}

// Of a node that means no more to lineage than what stands below it.
static void AddBelow(struct RawOutlining* outlining, uint32_t parent, const void* node) {
  const struct RawShape* shape = RawShapeOf(nodeTag(node));
  if (shape == NULL) {
    RawNodeAt(outlining, parent)->kind = kRawNodeUnknown;
    return;
  }
  for (int i = 0; i < kMaxRawChildren && shape->children[i].offset != 0; ++i) {
    const char* base = node;
    // What looks like a column there is none.
    if (shape->children[i].usage == kRawUsageNone) continue;
    const void* child = *(void* const*)(const void*)(base + shape->children[i].offset);
    RawOutline(outlining, parent, kRawRoleArgument, child);
  }
}

void RawOutline(struct RawOutlining* outlining, uint32_t parent, int role, const void* node) {
  ListCell* cell;
  if (node == NULL) return;
  if (IsA(node, List)) {
    foreach (cell, (const List*)node) {
      RawOutline(outlining, parent, role, lfirst(cell));
    }
    return;
  }
  if (outlining->depth >= kMaxOutlineDepth || outlining->tree->count >= outlining->max_nodes) {
    RawAddNode(outlining, parent, role, kRawNodeUnknown);
    return;
  }
  ++outlining->depth;
  if (!RawOutlineExpression(outlining, parent, role, node) &&
      !RawOutlineRange(outlining, parent, role, node) &&
      !RawOutlineStatement(outlining, parent, role, node)) {
    const int kind = role == kRawRoleStatement ? kRawNodeUtility : kRawNodeExpression;
    AddBelow(outlining, RawAddNode(outlining, parent, role, kind), node);
  }
  --outlining->depth;
}

void RawMakeOutline(const struct List* statements, uint32_t max_nodes, struct RawTree* tree) {
  struct RawOutlining outlining = {.tree = tree, .max_nodes = max_nodes};
  ListCell* cell;
  tree->capacity = kFirstNodes;
  tree->count = 1;
  tree->nodes = palloc(tree->capacity * sizeof(struct RawNode));
  tree->nodes[0] = (struct RawNode){.kind = kRawNodeExpression};
  foreach (cell, statements) {
    const RawStmt* statement = lfirst(cell);
    RawOutline(&outlining, 0, kRawRoleStatement, statement->stmt);
  }
}
