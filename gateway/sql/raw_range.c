#include "sql/raw_range.h"

#include "sql/raw_shapes.h"

// So many names after FOR UPDATE OF are looked at; more of them lock everything.
enum { kMaxLockedNames = 100 };

// SELECT ... FOR UPDATE OF names, or of everything (PostgreSQL's transformLockingClause).
static bool IsLocked(const struct RawItem* item, const char* name) {
  ListCell* cell;
  ListCell* locked;
  if (item->lock_all) return true;
  foreach (cell, item->locking) {
    const List* names = ((const LockingClause*)lfirst(cell))->lockedRels;
    if (names == NIL || list_length(names) > kMaxLockedNames) return true;
    foreach (locked, names) {
      const RangeVar* relation = lfirst(locked);
      if (name != NULL && strcmp(relation->relname, name) == 0) return true;
    }
  }
  return false;
}

void RawPassLocks(const struct RawItem* item, struct RawItem* child) {
  if (IsA(item->node, SelectStmt)) {
    const List* locking = ((const SelectStmt*)item->node)->lockingClause;
    child->locking = list_length(locking) > kMaxLockedNames ? NULL : locking;
    child->lock_all = item->lock_all || list_length(locking) > kMaxLockedNames;
  } else {
    child->locking = item->locking;
    child->lock_all = item->lock_all;
  }
}

void RawEmitRelation(struct RawWalkState* walk, const struct RawItem* item, bool is_with_query) {
  const RangeVar* relation = item->node;
  const bool enters = (item->flags & kRawEntersRange) != 0;
  const char* name = relation->alias != NULL ? relation->alias->aliasname : relation->relname;
  int access = item->access;
  if (is_with_query) {
    if (enters) RawEmitRange(walk, item->level, relation->relname, relation->alias, 0);
    return;
  }
  if (enters && IsLocked(item, name)) access |= kRawAccessLock;
  if (item->explained) access = kRawAccessRead;
  for (int i = 0; access != 0; ++i, access >>= 1) {
    if ((access & 1) != 0) {
      RawEmitNames(walk, kRawRelation, i, relation->schemaname, relation->relname);
    }
  }
  if (!enters) return;
  RawEmitRange(walk, item->level, relation->relname, relation->alias, kRawRangeIsRelation);
  if ((item->flags & kRawRowsOfRule) == 0) return;
  RawEmitRange(walk, item->level, "old", NULL, kRawRangeIsRelation);
  RawEmitRange(walk, item->level, "new", NULL, kRawRangeIsRelation);
}

// PostgreSQL names it after the function if there is no alias; of several, after the first.
static const char* FunctionName(const RangeFunction* range) {
  const Node* first = range->functions == NIL ? NULL : linitial(range->functions);
  if (first != NULL && IsA(first, List)) {
    const List* parts = (const List*)first;
    first = parts == NIL ? NULL : linitial(parts);
  }
  if (first == NULL || !IsA(first, FuncCall)) return "";
  const List* names = ((const FuncCall*)first)->funcname;
  const Node* last = names == NIL ? NULL : llast(names);
  return last != NULL && IsA(last, String) ? strVal(last) : "";
}

static void EmitJoin(struct RawWalkState* walk, const struct RawItem* item) {
  const JoinExpr* join = item->node;
  ListCell* cell;
  if (join->alias != NULL) RawEmitRange(walk, item->level, NULL, join->alias, 0);
  if (join->join_using_alias != NULL) {
    RawEmitRange(walk, item->level, NULL, join->join_using_alias, 0);
  }
  if (join->isNatural || join->usingClause != NIL) {
    RawEmitNames(walk, kRawOperatorName, 0, NULL, "=");
  }
  if (join->isNatural) RawEmitColumn(walk, item, kRawUsagePredicate, NULL, NULL, NULL);
  foreach (cell, join->usingClause) {
    RawEmitColumn(walk, item, kRawUsagePredicate, NULL, NULL, strVal(lfirst(cell)));
  }
}

void RawEmitRangeEntry(struct RawWalkState* walk, struct RawItem* item) {
  const void* node = item->node;
  switch (nodeTag(node)) {
    case T_RangeSubselect: {
      const Alias* alias = ((const RangeSubselect*)node)->alias;
      RawEmitRange(walk, item->level, "", alias, 0);
      item->lock_all = IsLocked(item, alias == NULL ? NULL : alias->aliasname);
      item->locking = NULL;
      return;
    }
    case T_RangeFunction:
      RawEmitRange(walk, item->level, FunctionName(node), ((const RangeFunction*)node)->alias, 0);
      return;
    case T_RangeTableFunc:
      RawEmitRange(walk, item->level, "xmltable", ((const RangeTableFunc*)node)->alias, 0);
      return;
    case T_JoinExpr:
      EmitJoin(walk, item);
      return;
    default:
      return;
  }
}

static int MergeAccess(const MergeStmt* merge) {
  ListCell* cell;
  int access = 0;
  foreach (cell, merge->mergeWhenClauses) {
    switch (((const MergeWhenClause*)lfirst(cell))->commandType) {
      case CMD_INSERT:
        access |= kRawAccessInsert;
        break;
      case CMD_UPDATE:
        access |= kRawAccessUpdate;
        break;
      case CMD_DELETE:
        access |= kRawAccessDelete;
        break;
      default:
        break;
    }
  }
  return access == 0 ? kRawAccessRead : access;
}

int RawTargetAccess(const void* statement) {
  switch (nodeTag(statement)) {
    case T_InsertStmt: {
      const OnConflictClause* conflict = ((const InsertStmt*)statement)->onConflictClause;
      const bool updates = conflict != NULL && conflict->action == ONCONFLICT_UPDATE;
      return updates ? kRawAccessInsert | kRawAccessUpdate : kRawAccessInsert;
    }
    case T_UpdateStmt:
      return kRawAccessUpdate;
    case T_DeleteStmt:
      return kRawAccessDelete;
    case T_MergeStmt:
      return MergeAccess(statement);
    case T_CopyStmt:
      return ((const CopyStmt*)statement)->is_from ? kRawAccessInsert : kRawAccessRead;
    default:
      return kRawAccessDdl;
  }
}

static const char* NameOf(const RangeVar* relation) {
  if (relation == NULL) return NULL;
  return relation->alias != NULL ? relation->alias->aliasname : relation->relname;
}

const char* RawTargetName(const void* statement) {
  switch (nodeTag(statement)) {
    case T_InsertStmt:
      return NameOf(((const InsertStmt*)statement)->relation);
    case T_UpdateStmt:
      return NameOf(((const UpdateStmt*)statement)->relation);
    case T_DeleteStmt:
      return NameOf(((const DeleteStmt*)statement)->relation);
    case T_MergeStmt:
      return NameOf(((const MergeStmt*)statement)->relation);
    case T_CopyStmt:
      return NameOf(((const CopyStmt*)statement)->relation);
    case T_AlterTableStmt:
      return NameOf(((const AlterTableStmt*)statement)->relation);
    case T_IndexStmt:
      return NameOf(((const IndexStmt*)statement)->relation);
    default:
      return NULL;
  }
}
