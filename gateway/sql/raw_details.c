#include "sql/raw_details.h"

#include "sql/raw_constants.h"
#include "sql/raw_definitions.h"
#include "sql/raw_shapes.h"
#include "sql/raw_where.h"

// libpg_query numbers LimitOption from LIMIT_OPTION_DEFAULT on, other than the server's nodes.h.
enum { kLimitWithTies = 2 };

static bool IsSetConfig(const FuncCall* call) {
  const Node* last = call->funcname == NIL ? NULL : llast(call->funcname);
  return last != NULL && IsA(last, String) && strcmp(strVal(last), "set_config") == 0;
}

static bool IsPlainCall(const FuncCall* call) {
  return call->agg_order == NIL && call->agg_filter == NULL && call->over == NULL &&
         !call->agg_star && !call->agg_distinct && !call->func_variadic;
}

// A set_config whose parameter alone may be computed.
static bool SetsToConstant(const FuncCall* call) {
  return IsSetConfig(call) && list_length(call->args) == 3 && IsPlainCall(call) &&
         RawConstantString(lsecond(call->args)) != NULL && RawIsConstant(lthird(call->args));
}

static bool IsConstantSetConfig(const FuncCall* call) {
  return SetsToConstant(call) && RawConstantString(linitial(call->args)) != NULL;
}

static bool IsBareColumn(const Node* node, const char* name) {
  if (node == NULL || !IsA(node, ColumnRef)) return false;
  const List* fields = ((const ColumnRef*)node)->fields;
  const Node* only = list_length(fields) == 1 ? linitial(fields) : NULL;
  return only != NULL && IsA(only, String) && strcmp(strVal(only), name) == 0;
}

static bool IsPgSettings(const Node* node) {
  if (!IsA(node, RangeVar)) return false;
  const RangeVar* relation = (const RangeVar*)node;
  return relation->alias == NULL && strcmp(relation->relname, "pg_settings") == 0 &&
         (relation->schemaname == NULL || strcmp(relation->schemaname, "pg_catalog") == 0);
}

// WHERE name = 'constant': the constant.
static const char* OnlyName(const Node* where) {
  if (where == NULL || !IsA(where, A_Expr)) return NULL;
  const A_Expr* equals = (const A_Expr*)where;
  if (equals->kind != AEXPR_OP || list_length(equals->name) != 1) return NULL;
  if (strcmp(strVal(linitial(equals->name)), "=") != 0) return NULL;
  return IsBareColumn(equals->lexpr, "name") ? RawConstantString(equals->rexpr) : NULL;
}

// SELECT set_config('name', 'value', ...), ... and nothing else: another way to write SET.
static bool OnlySetsParameters(const SelectStmt* select) {
  ListCell* cell;
  if (select->targetList == NIL || select->distinctClause != NIL || select->intoClause != NULL ||
      select->fromClause != NIL || select->whereClause != NULL || select->groupClause != NIL ||
      select->havingClause != NULL || select->windowClause != NIL || select->valuesLists != NIL ||
      select->sortClause != NIL || select->limitOffset != NULL || select->limitCount != NULL ||
      select->lockingClause != NIL || select->withClause != NULL || select->op != SETOP_NONE) {
    return false;
  }
  foreach (cell, select->targetList) {
    const ResTarget* target = lfirst(cell);
    if (!IsA(target, ResTarget) || target->val == NULL || !IsA(target->val, FuncCall) ||
        !IsConstantSetConfig((const FuncCall*)target->val)) {
      return false;
    }
  }
  return true;
}

// SELECT set_config(name, 'value', ...) FROM pg_settings WHERE name = 'parameter': pg_dump's way to
// set a parameter where there is one.
static void NoteKnownParameter(struct RawWalkState* walk, const SelectStmt* select) {
  if (list_length(select->targetList) != 1 || list_length(select->fromClause) != 1) return;
  const ResTarget* target = linitial(select->targetList);
  const Node* only = IsA(target, ResTarget) ? target->val : NULL;
  if (only == NULL || !IsA(only, FuncCall) || !SetsToConstant((const FuncCall*)only)) return;
  if (!IsBareColumn(linitial(((const FuncCall*)only)->args), "name")) return;
  if (!IsPgSettings(linitial(select->fromClause))) return;
  walk->known_call = (const FuncCall*)only;
  walk->known_parameter = OnlyName(select->whereClause);
}

static void EmitSelect(struct RawWalkState* walk, const struct RawItem* item) {
  const SelectStmt* select = item->node;
  const bool with_ties = (int)select->limitOption == kLimitWithTies;
  const char* limit = with_ties ? NULL : RawConstantCount(select->limitCount);
  RawEmitEffect(walk, item, OnlySetsParameters(select) ? kRawSet : kRawSelect);
  NoteKnownParameter(walk, select);
  if (!walk->query_seen) RawEmit(walk, kRawGivesRows, 0);
  if (limit != NULL && !walk->query_seen) RawEmitNames(walk, kRawLimit, 0, limit, NULL);
  walk->query_seen = true;
  // The columns of VALUES have names of their own.
  if (select->valuesLists != NIL && select->sortClause != NIL) {
    RawEmitRange(walk, item->level, "*VALUES*", NULL, 0);
  }
  if (select->intoClause != NULL) RawEmitEffect(walk, item, kRawDdl);
  if (select->lockingClause != NIL && !item->explained) RawEmit(walk, kRawLocksRows, 0);
}

// In FROM, PostgreSQL makes of unnest(a, b) an unnest of its own for each (transformRangeFunction).
static bool IsUnnestOfSeveral(const struct RawItem* item, const FuncCall* call) {
  return (item->flags & kRawInRangeItself) != 0 && list_length(call->funcname) == 1 &&
         strcmp(strVal(linitial(call->funcname)), "unnest") == 0 && list_length(call->args) > 1 &&
         IsPlainCall(call);
}

static void EmitFunction(struct RawWalkState* walk, const struct RawItem* item) {
  const FuncCall* call = item->node;
  if (IsUnnestOfSeveral(item, call)) {
    RawEmitNames(walk, kRawFunctionName, 1, "pg_catalog", "unnest");
    return;
  }
  // An ordered-set aggregate's arguments are those that it orders too (PostgreSQL 38.12.3).
  const int ordered = call->agg_within_group ? list_length(call->agg_order) : 0;
  RawEmitQualifiedName(walk, kRawFunctionName, list_length(call->args) + ordered, call->funcname,
                       0);
  if (!IsSetConfig(call)) return;
  const char* parameter = call == walk->known_call ? walk->known_parameter : NULL;
  if (IsConstantSetConfig(call)) parameter = RawConstantString(linitial(call->args));
  const bool local = parameter != NULL && !RawIsFalse(lthird(call->args));
  RawEmitNames(walk, kRawSetConfig, local ? kRawSetIsLocal : 0, parameter,
               parameter != NULL ? RawConstantString(lsecond(call->args)) : NULL);
}

static void EmitSetting(struct RawWalkState* walk, const struct RawItem* item) {
  const VariableSetStmt* set = item->node;
  const int local = set->is_local ? kRawSetIsLocal : 0;
  const bool resets = set->kind == VAR_RESET || set->kind == VAR_RESET_ALL;
  if (set->kind == VAR_SET_MULTI && strcmp(set->name, "SESSION CHARACTERISTICS") != 0) {
    RawEmitEffect(walk, item, kRawTransaction);
    return;
  }
  RawEmitEffect(walk, item, resets ? kRawReset : kRawSet);
  if (item->depth > 1) {
    if (set->name != NULL) RawEmitNames(walk, kRawSetting, kRawSetElsewhere, set->name, NULL);
    return;
  }
  switch (set->kind) {
    case VAR_SET_VALUE:
      RawEmitNames(walk, kRawSetting, kRawSetValue | local, set->name,
                   RawSettingValue(set->name, set->args));
      return;
    case VAR_SET_DEFAULT:
    case VAR_RESET:
      RawEmitNames(walk, kRawSetting, kRawSetDefault | local, set->name, NULL);
      return;
    case VAR_SET_CURRENT:
      RawEmitNames(walk, kRawSetting, kRawSetCurrent | local, set->name, NULL);
      return;
    case VAR_SET_MULTI:
      RawEmitNames(walk, kRawSetting, kRawSetTransactionModes, "session characteristics", NULL);
      return;
    case VAR_RESET_ALL:
      RawEmitNames(walk, kRawSetting, kRawResetAll, "all", NULL);
      return;
  }
}

static void EmitTransaction(struct RawWalkState* walk, const struct RawItem* item) {
  switch (((const TransactionStmt*)item->node)->kind) {
    case TRANS_STMT_PREPARE:
    case TRANS_STMT_COMMIT_PREPARED:
    case TRANS_STMT_ROLLBACK_PREPARED:
      RawEmitEffect(walk, item, kRawTwoPhase);
      return;
    default:
      RawEmitEffect(walk, item, kRawTransaction);
  }
}

static void EmitCopy(struct RawWalkState* walk, const struct RawItem* item) {
  const CopyStmt* copy = item->node;
  const int by_client = copy->is_from ? kRawCopyIn : kRawCopyOut;
  const int effect =
      copy->is_program ? kRawCopyProgram : (copy->filename != NULL ? kRawCopyFile : by_client);
  RawEmitEffect(walk, item, effect);
  if (effect == kRawCopyIn) RawEmit(walk, kRawCopiesIn, 0);
  if (copy->relation == NULL) return;
  RawEmitTargetColumns(walk, item, copy->is_from ? kRawUsageAssigned : kRawUsageOutput,
                       copy->attlist);
}

// A plain EXPLAIN runs nothing of what it explains, but the planner may evaluate functions in it.
static void EmitExplain(struct RawWalkState* walk, struct RawItem* item) {
  ListCell* cell;
  bool executes = false;
  RawEmitEffect(walk, item, kRawExplain);
  foreach (cell, ((const ExplainStmt*)item->node)->options) {
    const DefElem* option = lfirst(cell);
    if (strcmp(option->defname, "analyze") == 0 && RawOptionMayBeOn(option)) executes = true;
  }
  if (!executes) item->explained = 1;
}

static void EmitName(struct RawWalkState* walk, const struct RawItem* item, int use,
                     const char* name) {
  if (!item->explained) RawEmitNames(walk, kRawNameUsed, use, name, NULL);
}

static void EmitExecute(struct RawWalkState* walk, const struct RawItem* item) {
  ListCell* cell;
  int effect = kRawExecute;
  foreach (cell, ((const ExecuteStmt*)item->node)->params) {
    if (!RawIsConstant(lfirst(cell))) effect = kRawExecuteComputed;
  }
  RawEmitEffect(walk, item, effect);
  EmitName(walk, item, kRawNameExecute, ((const ExecuteStmt*)item->node)->name);
}

static void EmitChange(struct RawWalkState* walk, const struct RawItem* item,
                       const List* returning) {
  if (!walk->query_seen && returning != NIL) RawEmit(walk, kRawGivesRows, 0);
  walk->query_seen = true;
  if (!item->explained) RawEmit(walk, kRawChanges, 0);
}

static void EmitInsert(struct RawWalkState* walk, const struct RawItem* item) {
  const InsertStmt* insert = item->node;
  EmitChange(walk, item, insert->returningList);
  if (insert->cols == NIL) RawEmitTargetColumn(walk, item, kRawUsageAssigned, NULL);
  if (insert->onConflictClause != NULL) RawEmitRange(walk, item->level, "excluded", NULL, 0);
}

static void EmitMergeWhen(struct RawWalkState* walk, const struct RawItem* item) {
  const MergeWhenClause* when = item->node;
  if (when->commandType == CMD_INSERT && when->targetList == NIL) {
    RawEmitTargetColumn(walk, item, kRawUsageAssigned, NULL);
  }
}

static void EmitWhere(struct RawWalkState* walk, const struct RawItem* item,
                      const List* returning) {
  EmitChange(walk, item, returning);
  const int where = RawWhereOf(item->node);
  if (where != kRawWhereNone && !item->explained) RawEmit(walk, kRawWhere, where);
}

static void EmitNameUse(struct RawWalkState* walk, const struct RawItem* item) {
  const void* node = item->node;
  switch (nodeTag(node)) {
    case T_PrepareStmt:
      EmitName(walk, item, kRawNamePrepare, ((const PrepareStmt*)node)->name);
      return;
    case T_DeallocateStmt:
      EmitName(walk, item, kRawNameDeallocate, ((const DeallocateStmt*)node)->name);
      return;
    case T_DeclareCursorStmt:
      EmitName(walk, item, kRawNameDeclare, ((const DeclareCursorStmt*)node)->portalname);
      return;
    case T_FetchStmt:
      EmitName(walk, item, kRawNameFetch, ((const FetchStmt*)node)->portalname);
      return;
    case T_ClosePortalStmt:
      EmitName(walk, item, kRawNameClose, ((const ClosePortalStmt*)node)->portalname);
      return;
    case T_DiscardStmt:
      if (((const DiscardStmt*)node)->target == DISCARD_ALL) {
        RawEmitNames(walk, kRawSetting, kRawResetAll, "all", NULL);
        EmitName(walk, item, kRawNameDiscardAll, NULL);
      }
      return;
    default:
      return;
  }
}

void RawEmitDetails(struct RawWalkState* walk, struct RawItem* item) {
  const void* node = item->node;
  switch (nodeTag(node)) {
    case T_SelectStmt:
      EmitSelect(walk, item);
      return;
    case T_FuncCall:
      EmitFunction(walk, item);
      return;
    case T_InsertStmt:
      EmitInsert(walk, item);
      return;
    case T_MergeWhenClause:
      EmitMergeWhen(walk, item);
      return;
    case T_UpdateStmt:
      EmitWhere(walk, item, ((const UpdateStmt*)node)->returningList);
      return;
    case T_DeleteStmt:
      EmitWhere(walk, item, ((const DeleteStmt*)node)->returningList);
      return;
    case T_MergeStmt:
      EmitWhere(walk, item, NIL);
      return;
    case T_VariableSetStmt:
      EmitSetting(walk, item);
      return;
    case T_VariableShowStmt:
      RawEmitNames(walk, kRawShown, 0, ((const VariableShowStmt*)node)->name, NULL);
      return;
    case T_TransactionStmt:
      EmitTransaction(walk, item);
      return;
    case T_CopyStmt:
      EmitCopy(walk, item);
      return;
    case T_ExplainStmt:
      EmitExplain(walk, item);
      return;
    case T_ExecuteStmt:
      EmitExecute(walk, item);
      return;
    case T_VacuumStmt:
      RawEmitEffect(walk, item, ((const VacuumStmt*)node)->is_vacuumcmd ? kRawVacuum : kRawAnalyze);
      return;
    default:
      if (!RawEmitDefinition(walk, item)) EmitNameUse(walk, item);
  }
}

static void PushUsed(struct RawWalkState* walk, const struct RawItem* item, RawPush push,
                     const void* node, int access) {
  struct RawItem* pushed = push(walk, item, node);
  if (pushed != NULL) pushed->access = (uint8_t)access;
}

void RawPushDetails(struct RawWalkState* walk, const struct RawItem* item, RawPush push) {
  const void* node = item->node;
  ListCell* cell;
  if (IsA(node, LockStmt)) {
    PushUsed(walk, item, push, ((const LockStmt*)node)->relations, kRawAccessLock);
  } else if (IsA(node, VacuumStmt)) {
    // They take a lock and change no data.
    foreach (cell, ((const VacuumStmt*)node)->rels) {
      const VacuumRelation* relation = lfirst(cell);
      PushUsed(walk, item, push, relation->relation, kRawAccessLock);
    }
  } else if (IsA(node, MultiAssignRef)) {
    // One source for all the columns that it sets.
    const MultiAssignRef* part = node;
    if (part->colno == 1) push(walk, item, part->source);
  }
}
