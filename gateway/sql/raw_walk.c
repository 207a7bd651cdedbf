#include "sql/raw_walk.h"

#include "sql/raw_details.h"
#include "sql/raw_expressions.h"
#include "sql/raw_outputs.h"
#include "sql/raw_range.h"
#include "sql/raw_shapes.h"
#include "sql/raw_state.h"

enum { kFirstItems = 128, kFirstEvents = 64, kMaxWithQueries = 500 };

struct RawScope {
  const char* name;
  const struct RawScope* outer;
};

// The stack: the node that the text names next lies on top. What is pushed stands where the parent
// does until the caller says otherwise. NULL for a NULL node.
static struct RawItem* Push(struct RawWalkState* walk, const struct RawItem* parent,
                            const void* node) {
  if (node == NULL) return NULL;
  if (walk->item_count == walk->item_capacity) {
    walk->item_capacity *= 2;
    walk->items = repalloc(walk->items, walk->item_capacity * sizeof(struct RawItem));
  }
  struct RawItem* item = &walk->items[walk->item_count++];
  *item = *parent;
  item->node = node;
  item->next_element = 0;
  item->depth = parent->depth + 1;
  return item;
}

static void ReverseFrom(struct RawWalkState* walk, size_t first) {
  for (size_t last = walk->item_count; first + 1 < last; ++first) {
    --last;
    const struct RawItem swapped = walk->items[first];
    walk->items[first] = walk->items[last];
    walk->items[last] = swapped;
  }
}

// Of ROWS FROM: a function, and the columns that it is said to have.
static bool IsFunctionWithColumns(const List* list) {
  return list_length(list) == 2 && IsA(linitial(list), FuncCall) && lsecond(list) != NULL;
}

// One element at a time, so that a long list takes one item of the stack.
static void VisitList(struct RawWalkState* walk, struct RawItem* item) {
  const List* list = item->node;
  const uint32_t index = item->next_element++;
  if (index >= (uint32_t)list_length(list)) return;
  struct RawItem parent = *item;
  parent.depth -= 1;  // Lists are no level of their own.
  if (item->usages != NULL) parent.usage = item->usages[index];
  parent.usages = NULL;
  if ((parent.flags & kRawInRangeItself) != 0 && IsFunctionWithColumns(list)) parent.flags = 0;
  if (index + 1 < (uint32_t)list_length(list)) walk->items[walk->item_count++] = *item;
  if (parent.usage != kRawUsageSkip) Push(walk, &parent, list_nth(list, (int)index));
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
  RawEmitRelation(walk, item, item->access == kRawAccessRead && IsWithQuery(item->scope, relation));
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
  parent.access = kRawAccessRead;
  parent.usage = kRawUsageOutput;
  parent.flags = 0;
  parent.lock_all = 0;
  foreach (cell, with->ctes) {
    const CommonTableExpr* query = lfirst(cell);
    struct RawScope* scope = palloc(sizeof(struct RawScope));
    *scope = (struct RawScope){query->ctename, all};
    parent.scope = all;
    Push(walk, &parent, query);
    all = scope;
  }
  for (size_t i = first; with->recursive && i < walk->item_count; ++i) walk->items[i].scope = all;
  return all;
}

static void PushChild(struct RawWalkState* walk, const struct RawItem* item,
                      const struct RawItem* parent, struct RawChild child) {
  const char* node = item->node;
  struct RawItem* pushed = Push(walk, parent, *(void* const*)(const void*)(node + child.offset));
  if (pushed == NULL) return;
  pushed->access = child.access;
  pushed->flags = child.flags;
  if (child.usage != kRawUsageInherit) pushed->usage = child.usage;
  if ((child.flags & kRawIsTarget) != 0) pushed->access = (uint8_t)RawTargetAccess(item->node);
  if ((child.flags & kRawOutside) != 0) pushed->level = item->level;
  if ((child.flags & kRawEntersRange) != 0) RawPassLocks(item, pushed);
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
  struct RawOutputs outputs = {0};
  if (shape->starts_level) {
    parent.level = RawEmitLevel(walk, item->level, RawTargetName(item->node));
  }
  RawEmitEffect(walk, item, shape->effect);
  RawEmitDetails(walk, &parent);
  RawEmitExpression(walk, &parent);
  parent.flags = 0;
  parent.locking = NULL;
  if (!IsA(item->node, RangeSubselect)) parent.lock_all = 0;
  if (shape->with_offset != 0) {
    const WithClause* with = *(WithClause* const*)(const void*)(node + shape->with_offset);
    parent.scope = PushWithQueries(walk, item, with);
  }
  if (IsA(item->node, SelectStmt)) RawFindOutputs(&parent, &outputs);
  for (int i = 0; i < kMaxRawChildren && shape->children[i].offset != 0; ++i) {
    const size_t before = walk->item_count;
    PushChild(walk, item, &parent, shape->children[i]);
    if (IsA(item->node, SelectStmt) && walk->item_count > before) {
      RawUseOutputs(&outputs, shape->children[i].offset, &walk->items[before]);
    }
  }
  RawPushDetails(walk, &parent, Push);
  ReverseFrom(walk, first);
}

static void WalkStatement(struct RawWalkState* walk, const RawStmt* statement) {
  const struct RawItem root = {
      .level = kRawNoLevel, .access = kRawAccessRead, .usage = kRawUsageOutput};
  walk->item_count = 0;
  walk->with_query_count = 0;
  walk->level_count = 0;
  walk->query_seen = false;
  walk->stopped = false;
  Push(walk, &root, statement->stmt);
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
