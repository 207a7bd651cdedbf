// What a node says beyond its shape: names, settings, and effects that depend on its fields. The
// event list and the stack of the walk in raw_walk.c.
#pragma once

#include "sql/raw_parse.h"
#include "sql/raw_postgres.h"

struct RawScope;

// A node that is still to be visited.
struct RawItem {
  const void* node;
  const struct RawScope* scope;  // Names of WITH queries that can be seen here.
  uint32_t next_element;         // Of a list.
  uint32_t depth;
  uint8_t access;     // A RawAccess: how a relation that stands here is used.
  uint8_t explained;  // Below an EXPLAIN that executes nothing.
};

struct RawWalkState {
  const struct RawOptions* options;
  struct RawItem* items;
  size_t item_count;
  size_t item_capacity;
  struct RawEvent* events;
  size_t event_count;
  size_t event_capacity;
  uint32_t node_count;
  uint32_t with_query_count;  // Of the statement.
  bool stopped;               // The rest of the statement is not walked.
};

typedef void (*RawPush)(struct RawWalkState* walk, const struct RawItem* parent, const void* node,
                        int access);

struct RawEvent* RawEmit(struct RawWalkState* walk, int kind, int code);
void RawEmitNames(struct RawWalkState* walk, int kind, int code, const char* first,
                  const char* second);
void RawEmitEffect(struct RawWalkState* walk, const struct RawItem* item, int effect);
void RawStop(struct RawWalkState* walk, int kind, int code);

// Emits what the fields of the node say; sets `explained` of the item for its children.
void RawEmitDetails(struct RawWalkState* walk, struct RawItem* item);

// Pushes the children whose use depends on other fields of the node.
void RawPushDetails(struct RawWalkState* walk, const struct RawItem* item, RawPush push);
