// PostgreSQL 15's raw parser seen from C++: one text in, a flat list of events out. It is C because
// the parser reports errors with longjmp, which must never cross a C++ frame.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "sql/raw_outline.h"

#ifdef __cplusplus
extern "C" {
#endif

// What a part of a statement does, in rising order of consequence: the largest one found decides.
// classify.cc says which class and sub-class each belongs to.
enum RawEffect {
  kRawNothing,
  kRawTransaction,
  kRawShow,
  kRawClose,
  kRawDeallocate,
  kRawFetch,
  kRawExecute,
  kRawUnlisten,
  kRawDiscard,
  kRawReset,
  kRawSet,
  kRawExecuteComputed,
  kRawListen,
  kRawNotify,
  kRawAnalyze,
  kRawLock,
  kRawVacuum,
  kRawTwoPhase,
  kRawCheckpoint,
  kRawLoad,
  kRawSelect,
  kRawPrepare,
  kRawCursor,
  kRawCopyOut,
  kRawExplain,
  kRawSettingFunction,
  kRawFunction,
  kRawCall,
  kRawReplicationFunction,
  kRawDo,
  kRawWriteFunction,
  kRawInsert,
  kRawCopyIn,
  kRawUpdate,
  kRawMerge,
  kRawDelete,
  kRawTruncate,
  kRawCopyFile,
  kRawCopyProgram,
  kRawComment,
  kRawDdl,
  kRawImportSchema,
  kRawSubscription,
  kRawAlterSystem,
  kRawServerCode,
  kRawRole,
  kRawSetRole,
  kRawUnknown,
  kRawEffectCount
};

// Sets of them: bit i is the i-th of sql::Access.
enum RawAccess {
  kRawAccessRead = 1,
  kRawAccessLock = 2,
  kRawAccessInsert = 4,
  kRawAccessUpdate = 8,
  kRawAccessDelete = 16,
  kRawAccessTruncate = 32,
  kRawAccessDdl = 64,
};
enum { kRawAccessDdlIndex = 6 };

// Sets of them: bit i is the i-th of sql::ColumnUsage.
enum RawUsage {
  kRawUsageOutput = 1,
  kRawUsagePredicate = 2,
  kRawUsageOrdering = 4,
  kRawUsageGrouping = 8,
  kRawUsageAssigned = 16,
  kRawAllUsages = 31,
  kRawColumnMayMiss = 64,  // See sql::ColumnUse::may_miss.
};

// In the order of sql::Where.
enum RawWhereKind { kRawWhereNone, kRawWhereAbsent, kRawWhereTrivial, kRawWhereRestricting };

enum RawSettingKind {
  kRawSetValue,
  kRawSetDefault,
  kRawSetCurrent,
  kRawSetTransactionModes,
  kRawResetAll,
  kRawSetElsewhere,      // Of a function: it does not change the session's.
  kRawSetIsLocal = 256,  // Added to one of them.
};

// What a kRawRange event says beside its alias.
enum RawRangeFlags { kRawRangeIsRelation = 1, kRawRangeRenames = 2 };

// In the order of sql::NameUse.
enum RawNameUse {
  kRawNameNone,
  kRawNamePrepare,
  kRawNameExecute,
  kRawNameDeallocate,
  kRawNameDeclare,
  kRawNameFetch,
  kRawNameClose,
  kRawNameDiscardAll,
};

enum RawEventKind {
  kRawStatement,      // location, length: where the next statement stands (0: to the end)
  kRawHasEffect,      // code: a RawEffect
  kRawRelation,       // first: schema or NULL, second: name, code: index of a sql::Access
  kRawLevel,          // location: the level around it or -1; levels count from 0 in a statement
  kRawRange,          // location: level, first: alias, code: RawRangeFlags (of the last relation)
  kRawColumn,         // location: level, first: schema, second: qualifier, third: name (each or
                      // NULL), code: RawUsage bits
  kRawFunctionName,   // first: schema or NULL, second: name, code: number of arguments
  kRawFieldName,      // first: the name of (x).name
  kRawOperatorName,   // first: schema or NULL, second: name
  kRawTypeName,       // likewise
  kRawSetting,        // first: parameter, second: its value if constant, code: a RawSettingKind
  kRawSetConfig,      // the same from set_config(); first is NULL if it is not a constant
  kRawShown,          // first: the parameter of SHOW
  kRawNameUsed,       // first: a prepared statement or cursor, NULL: all, code: a RawNameUse
  kRawMakesRelation,  // first: schema or NULL, second: name, code: it is temporary
  kRawSecret,         // location: the literal stands after this byte; -1: after CONNECTION
  kRawWhere,          // code: a RawWhereKind
  kRawChanges,        // INSERT, UPDATE, DELETE or MERGE
  kRawGivesRows,      // the outermost query is a SELECT or has RETURNING
  kRawLimit,          // first: the digits of the outermost query's LIMIT
  kRawCopiesIn,       // COPY FROM STDIN
  kRawMakesCode,      // a function, trigger, cast, foreign table ... see raw_code.h
  kRawLocksRows,      // SELECT ... FOR UPDATE and its kin
  kRawTooDeep,        // deeper than the limit: the rest of the statement was not walked
  kRawTooLarge,       // more nodes or WITH queries than the limit: likewise
  kRawStrangeNode,    // code: a NodeTag that the walk does not know: likewise
};

struct RawEvent {
  uint16_t kind;
  uint16_t code;
  int32_t location;
  int32_t length;
  const char* first;
  const char* second;
  const char* third;
};

struct RawOptions {
  int standard_conforming_strings;
  uint32_t max_depth;
  uint32_t max_nodes;  // Of the whole text.
  int outlines;        // Make the outline as well.
};

struct RawParse {
  void* context;  // The memory of everything below; RawParseEnd frees it.
  const struct RawEvent* events;
  size_t event_count;
  struct RawTree tree;  // Only if it was asked for.
  int failed;           // Then there are no events, and:
  char sqlstate[6];
  const char* message;
  const char* detail;  // NULL if there is none, as is hint.
  const char* hint;
  int position;  // In characters, from 1; 0 if there is none.
};

// Parses `text` (ends with NUL, valid UTF-8, within the limits of guards.h) and walks its tree. Any
// thread; nothing is shared. Each thread that calls this once takes a pthread key for good, of
// which a process has about a thousand: parse on a fixed set of threads. Every call is followed by
// RawParseEnd on the same thread, before the next call.
void RawParseBegin(const char* text, const struct RawOptions* options, struct RawParse* parse);
void RawParseEnd(struct RawParse* parse);

#ifdef __cplusplus
}
#endif
