#include "sql/raw_walk.h"

#include "sql/raw_details.h"
#include "sql/raw_shapes.h"

enum { kFirstItems = 128, kFirstEvents = 64, kMaxWithQueries = 500 };

struct RawScope {
  const char* name;
  const struct RawScope* outer;
};

// The stack: the node that the text names next lies on top.
static void PushWithAccess(struct RawWalkState* walk, const struct RawItem* parent,
                           const void* node, int access) {
  if (node == NULL) return;
  if (walk->item_count == walk->item_capacity) {
    walk->item_capacity *= 2;
    walk->items = repalloc(walk->items, walk->item_capacity * sizeof(struct RawItem));
  }
  walk->items[walk->item_count++] = (struct RawItem){.node = node,
                                                     .scope = parent->scope,
                                                     .next_element = 0,
                                                     .depth = parent->depth + 1,
                                                     .access = (uint8_t)access,
                                                     .explained = parent->explained};
}

static void ReverseFrom(struct RawWalkState* walk, size_t first) {
  for (size_t last = walk->item_count; first + 1 < last; ++first) {
    --last;
    const struct RawItem swapped = walk->items[first];
    walk->items[first] = walk->items[last];
    walk->items[last] = swapped;
  }
}

// One element at a time, so that a long list takes one item of the stack.
static void VisitList(struct RawWalkState* walk, struct RawItem* item) {
  const List* list = item->node;
  const uint32_t index = item->next_element++;
  if (index >= (uint32_t)list_length(list)) return;
  struct RawItem parent = *item;
  parent.depth -= 1;  // Lists are no level of their own.
  if (index + 1 < (uint32_t)list_length(list)) walk->items[walk->item_count++] = *item;
  PushWithAccess(walk, &parent, list_nth(list, (int)index), item->access);
}

static bool IsWithQuery(const struct RawScope* scope, const RangeVar* relation) {
  if (relation->schemaname != NULL || relation->catalogname != NULL) return false;
  for (; scope != NULL; scope = scope->outer) {
    if (strcmp(scope->name, relation->relname) == 0) return true;
  }
  return false;
}

static void VisitRelation(struct RawWalkState* walk, const struct RawItem* item) {
  const RangeVar* relation = item->node;
  int access = item->access;
  if (access == kRawAccessRead && IsWithQuery(item->scope, relation)) return;
  if (item->explained) access = kRawAccessRead;
  RawEmitNames(walk, kRawRelation, access, relation->schemaname, relation->relname);
}

// PostgreSQL's parse_cte.c: each query of a plain WITH sees those before it, of WITH RECURSIVE all;
// what follows the WITH sees all. Returns the scope of what follows and pushes the queries.
static const struct RawScope* PushWithQueries(struct RawWalkState* walk, const struct RawItem* item,
                                              const WithClause* with) {
  struct RawItem parent = *item;
  const struct RawScope* all = item->scope;
  ListCell* cell;
  if (with == NULL) return all;
  walk->with_query_count += (uint32_t)list_length(with->ctes);
  if (walk->with_query_count > kMaxWithQueries) {
    RawStop(walk, kRawTooLarge, 0);
    return all;
  }
  const size_t first = walk->item_count;
  foreach (cell, with->ctes) {
    const CommonTableExpr* query = lfirst(cell);
    struct RawScope* scope = palloc(sizeof(struct RawScope));
    *scope = (struct RawScope){query->ctename, all};
    parent.scope = all;
    PushWithAccess(walk, &parent, query, kRawAccessRead);
    all = scope;
  }
  for (size_t i = first; with->recursive && i < walk->item_count; ++i) walk->items[i].scope = all;
  return all;
}

static void VisitNode(struct RawWalkState* walk, const struct RawItem* item) {
  const char* node = item->node;
  const struct RawShape* shape = RawShapeOf(nodeTag(item->node));
  if (shape == NULL) {
    RawStop(walk, kRawStrangeNode, (int)nodeTag(item->node));
    return;
  }
  const size_t first = walk->item_count;
  struct RawItem parent = *item;
  RawEmitEffect(walk, item, shape->effect);
  RawEmitDetails(walk, &parent);
  if (shape->with_offset != 0) {
    const WithClause* with = *(WithClause* const*)(const void*)(node + shape->with_offset);
    parent.scope = PushWithQueries(walk, item, with);
  }
  for (int i = 0; i < kMaxRawChildren && shape->children[i].offset != 0; ++i) {
    const struct RawChild child = shape->children[i];
    PushWithAccess(walk, &parent, *(void* const*)(const void*)(node + child.offset), child.access);
  }
  RawPushDetails(walk, &parent, PushWithAccess);
  ReverseFrom(walk, first);
}

static void WalkStatement(struct RawWalkState* walk, const RawStmt* statement) {
  const struct RawItem root = {0};
  walk->item_count = 0;
  walk->with_query_count = 0;
  walk->stopped = false;
  PushWithAccess(walk, &root, statement->stmt, kRawAccessRead);
  while (walk->item_count > 0 && !walk->stopped) {
    struct RawItem item = walk->items[--walk->item_count];
    if (IsA(item.node, List)) {
      VisitList(walk, &item);
      continue;
    }
    if (++walk->node_count > walk->options->max_nodes) {
      RawStop(walk, kRawTooLarge, 0);
    } else if (item.depth > walk->options->max_depth) {
      RawStop(walk, kRawTooDeep, 0);
    } else if (IsA(item.node, RangeVar)) {
      VisitRelation(walk, &item);
    } else {
      VisitNode(walk, &item);
    }
  }
}

void RawWalk(const List* statements, const struct RawOptions* options, struct RawParse* parse) {
  struct RawWalkState walk = {
      .options = options, .item_capacity = kFirstItems, .event_capacity = kFirstEvents};
  ListCell* cell;
  walk.items = palloc(walk.item_capacity * sizeof(struct RawItem));
  walk.events = palloc(walk.event_capacity * sizeof(struct RawEvent));
  foreach (cell, statements) {
    const RawStmt* statement = lfirst(cell);
    struct RawEvent* event = RawEmit(&walk, kRawStatement, 0);
    event->location = statement->stmt_location;
    event->length = statement->stmt_len;
    WalkStatement(&walk, statement);
  }
  parse->events = walk.events;
  parse->event_count = walk.event_count;
}
