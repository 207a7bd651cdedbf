#include "sql/raw_state.h"

#include "sql/raw_code.h"

enum { kFirstLevels = 8 };

struct RawEvent* RawEmit(struct RawWalkState* walk, int kind, int code) {
  if (walk->event_count == walk->event_capacity) {
    walk->event_capacity *= 2;
    walk->events = repalloc(walk->events, walk->event_capacity * sizeof(struct RawEvent));
  }
  struct RawEvent* event = &walk->events[walk->event_count++];
  *event = (struct RawEvent){.kind = (uint16_t)kind, .code = (uint16_t)code};
  return event;
}

void RawEmitNames(struct RawWalkState* walk, int kind, int code, const char* first,
                  const char* second) {
  struct RawEvent* event = RawEmit(walk, kind, code);
  event->first = first;
  event->second = second;
}

void RawEmitEffect(struct RawWalkState* walk, const struct RawItem* item, int effect) {
  if (effect == kRawNothing || item->explained) return;
  RawEmit(walk, kRawHasEffect, effect);
  const bool defines = effect == kRawDdl || effect == kRawServerCode ||
                       effect == kRawImportSchema || effect == kRawSubscription;
  if (defines && RawMakesCode(item->node)) RawEmit(walk, kRawMakesCode, 0);
}

void RawStop(struct RawWalkState* walk, int kind, int code) {
  RawEmit(walk, kind, code);
  walk->stopped = true;
}

void RawEmitQualifiedName(struct RawWalkState* walk, int kind, int code, const List* names,
                          int dropped) {
  const int count = list_length(names) - dropped;
  const Node* last = count > 0 ? list_nth(names, count - 1) : NULL;
  const Node* schema = count > 1 ? list_nth(names, count - 2) : NULL;
  if (last == NULL || !IsA(last, String) || (schema != NULL && !IsA(schema, String))) {
    RawStop(walk, kRawStrangeNode, last == NULL ? T_List : (int)nodeTag(last));
    return;
  }
  RawEmitNames(walk, kind, code, schema == NULL ? NULL : strVal(schema), strVal(last));
}

uint32_t RawEmitLevel(struct RawWalkState* walk, uint32_t outer, const char* target) {
  if (walk->level_count == walk->level_capacity) {
    walk->level_capacity = walk->level_capacity == 0 ? kFirstLevels : walk->level_capacity * 2;
    const size_t bytes = walk->level_capacity * sizeof(*walk->targets);
    walk->targets = walk->targets == NULL ? palloc(bytes) : repalloc((void*)walk->targets, bytes);
  }
  walk->targets[walk->level_count] = target;
  RawEmit(walk, kRawLevel, 0)->location = (int32_t)outer;
  return walk->level_count++;
}

void RawEmitRange(struct RawWalkState* walk, uint32_t level, const char* name, const Alias* alias,
                  int flags) {
  const bool renames = alias != NULL && alias->colnames != NIL;
  struct RawEvent* event = RawEmit(walk, kRawRange, renames ? flags | kRawRangeRenames : flags);
  event->location = (int32_t)level;
  event->first = alias == NULL ? name : alias->aliasname;
}

void RawEmitColumn(struct RawWalkState* walk, const struct RawItem* item, int usage,
                   const char* schema, const char* qualifier, const char* name) {
  if ((usage & kRawAllUsages) == 0) return;
  // Only a statement that the server refuses names a column outside of every query.
  const uint32_t level =
      item->level == kRawNoLevel ? RawEmitLevel(walk, kRawNoLevel, NULL) : item->level;
  struct RawEvent* event = RawEmit(walk, kRawColumn, usage);
  event->location = (int32_t)level;
  event->first = schema;
  event->second = qualifier;
  event->third = name;
}

void RawEmitTargetColumn(struct RawWalkState* walk, const struct RawItem* item, int usage,
                         const char* name) {
  const char* target = item->level == kRawNoLevel ? NULL : walk->targets[item->level];
  RawEmitColumn(walk, item, usage, NULL, target, name);
}

void RawEmitTargetColumns(struct RawWalkState* walk, const struct RawItem* item, int usage,
                          const List* names) {
  ListCell* cell;
  if (names == NIL) RawEmitTargetColumn(walk, item, usage, NULL);
  foreach (cell, names) {
    const Node* name = lfirst(cell);
    if (name != NULL && IsA(name, String)) RawEmitTargetColumn(walk, item, usage, strVal(name));
  }
}
