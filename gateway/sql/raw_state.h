// The walk's stack and its list of events. Whoever emits, emits in the order of the text.
#pragma once

#include "sql/raw_parse.h"
#include "sql/raw_postgres.h"

// The level of what stands outside of every query.
#define kRawNoLevel UINT32_MAX

struct RawScope;

// A node that is still to be visited.
struct RawItem {
  const void* node;
  const struct RawScope* scope;  // Names of WITH queries that can be seen here.
  const uint8_t* usages;         // Of a list's elements, one by one; kRawUsageSkip: not walked.
  const List* locking;           // Of a FROM clause: the locking clauses of its SELECT.
  uint32_t next_element;         // Of a list.
  uint32_t depth;
  uint32_t level;
  uint8_t access;     // RawAccess bits: how a relation that stands here is used.
  uint8_t usage;      // RawUsage bits: how a column that stands here is used.
  uint8_t flags;      // RawChildFlags.
  uint8_t explained;  // Below an EXPLAIN that executes nothing.
  uint8_t lock_all;   // Below a FROM clause whose relations are all locked.
};

enum { kRawUsageSkip = 255 };

struct RawWalkState {
  const struct RawOptions* options;
  struct RawItem* items;
  size_t item_count;
  size_t item_capacity;
  struct RawEvent* events;
  size_t event_count;
  size_t event_capacity;
  const char** targets;  // By level: the name that the changed relation goes by, or NULL.
  uint32_t level_count;  // Of the statement.
  uint32_t level_capacity;
  uint32_t node_count;
  uint32_t with_query_count;   // Of the statement.
  const FuncCall* known_call;  // A set_config that sets this parameter.
  const char* known_parameter;
  bool query_seen;  // The statement's outermost query was.
  bool stopped;     // The rest of the statement is not walked.
};

struct RawEvent* RawEmit(struct RawWalkState* walk, int kind, int code);
void RawEmitNames(struct RawWalkState* walk, int kind, int code, const char* first,
                  const char* second);
void RawEmitEffect(struct RawWalkState* walk, const struct RawItem* item, int effect);
void RawStop(struct RawWalkState* walk, int kind, int code);

// The last two parts of a qualified name, of which the last `dropped` parts name something inside
// it.
void RawEmitQualifiedName(struct RawWalkState* walk, int kind, int code, const List* names,
                          int dropped);

// Starts a level and returns it. `target`: see RawWalkState.
uint32_t RawEmitLevel(struct RawWalkState* walk, uint32_t outer, const char* target);
void RawEmitRange(struct RawWalkState* walk, uint32_t level, const char* name, const Alias* alias,
                  int flags);
// Where the item stands. Each name may be NULL.
void RawEmitColumn(struct RawWalkState* walk, const struct RawItem* item, int usage,
                   const char* schema, const char* qualifier, const char* name);
// A column of the relation that the level changes; NULL: all of them.
void RawEmitTargetColumn(struct RawWalkState* walk, const struct RawItem* item, int usage,
                         const char* name);
// The same for each of a list of Strings; an empty list is all columns.
void RawEmitTargetColumns(struct RawWalkState* walk, const struct RawItem* item, int usage,
                          const List* names);
