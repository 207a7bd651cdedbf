#include "sql/raw_details.h"

#include "sql/raw_constants.h"
#include "storage/lockdefs.h"

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
  if (effect != kRawNothing && !item->explained) RawEmit(walk, kRawHasEffect, effect);
}

void RawStop(struct RawWalkState* walk, int kind, int code) {
  RawEmit(walk, kind, code);
  walk->stopped = true;
}

// The last two parts of a qualified name, of which the last `dropped` parts name something inside
// it.
static void EmitQualifiedName(struct RawWalkState* walk, int kind, int code, const List* names,
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

// How many parts of the name of such an object do not belong to the relation; -1: it names no
// relation.
static int PartsBesideRelation(ObjectType type) {
  switch (type) {
    case OBJECT_TABLE:
    case OBJECT_VIEW:
    case OBJECT_MATVIEW:
    case OBJECT_FOREIGN_TABLE:
    case OBJECT_SEQUENCE:
    case OBJECT_INDEX:
      return 0;
    case OBJECT_COLUMN:
    case OBJECT_TABCONSTRAINT:
    case OBJECT_TRIGGER:
    case OBJECT_RULE:
    case OBJECT_POLICY:
      return 1;
    default:
      return -1;
  }
}

static void EmitObject(struct RawWalkState* walk, ObjectType type, const Node* object) {
  const int dropped = PartsBesideRelation(type);
  if (dropped < 0 || object == NULL || !IsA(object, List)) return;
  EmitQualifiedName(walk, kRawRelation, kRawAccessDdl, (const List*)object, dropped);
}

static bool IsSetConfig(const FuncCall* call) {
  const Node* last = call->funcname == NIL ? NULL : llast(call->funcname);
  return last != NULL && IsA(last, String) && strcmp(strVal(last), "set_config") == 0;
}

static bool IsConstantSetConfig(const FuncCall* call) {
  return IsSetConfig(call) && list_length(call->args) == 3 && call->agg_order == NIL &&
         call->agg_filter == NULL && call->over == NULL && !call->func_variadic &&
         RawConstantString(linitial(call->args)) != NULL &&
         RawConstantString(lsecond(call->args)) != NULL && RawIsConstant(lthird(call->args));
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

static void EmitSelect(struct RawWalkState* walk, const struct RawItem* item) {
  const SelectStmt* select = item->node;
  RawEmitEffect(walk, item, OnlySetsParameters(select) ? kRawSet : kRawSelect);
  if (select->intoClause != NULL) RawEmitEffect(walk, item, kRawDdl);
  if (select->lockingClause != NIL && !item->explained) RawEmit(walk, kRawLocksRows, 0);
}

static void EmitFunction(struct RawWalkState* walk, const FuncCall* call) {
  const int count = list_length(call->args);
  EmitQualifiedName(walk, kRawFunctionName, count, call->funcname, 0);
  if (!IsSetConfig(call)) return;
  const bool constant = IsConstantSetConfig(call);
  RawEmitNames(walk, kRawSetConfig, 0, constant ? RawConstantString(linitial(call->args)) : NULL,
               constant ? RawConstantString(lsecond(call->args)) : NULL);
}

static void EmitSetting(struct RawWalkState* walk, const struct RawItem* item) {
  const VariableSetStmt* set = item->node;
  switch (set->kind) {
    case VAR_SET_VALUE:
      RawEmitNames(walk, kRawSetting, kRawSetValue, set->name, RawSettingValue(set->args));
      break;
    case VAR_SET_DEFAULT:
    case VAR_RESET:
      RawEmitNames(walk, kRawSetting, kRawSetDefault, set->name, NULL);
      break;
    case VAR_SET_CURRENT:
      RawEmitNames(walk, kRawSetting, kRawSetCurrent, set->name, NULL);
      break;
    case VAR_SET_MULTI:
      if (strcmp(set->name, "SESSION CHARACTERISTICS") != 0) {
        RawEmitEffect(walk, item, kRawTransaction);
        return;
      }
      RawEmitNames(walk, kRawSetting, kRawSetTransactionModes, "session characteristics", NULL);
      break;
    case VAR_RESET_ALL:
      break;
  }
  const bool resets = set->kind == VAR_RESET || set->kind == VAR_RESET_ALL;
  RawEmitEffect(walk, item, resets ? kRawReset : kRawSet);
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

static void EmitDrop(struct RawWalkState* walk, const DropStmt* drop) {
  ListCell* cell;
  foreach (cell, drop->objects) EmitObject(walk, drop->removeType, lfirst(cell));
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
      EmitFunction(walk, node);
      return;
    case T_UpdateStmt:
      if (((const UpdateStmt*)node)->whereClause == NULL && !item->explained) {
        RawEmit(walk, kRawNoWhere, 0);
      }
      return;
    case T_DeleteStmt:
      if (((const DeleteStmt*)node)->whereClause == NULL && !item->explained) {
        RawEmit(walk, kRawNoWhere, 0);
      }
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
    case T_DropStmt:
      EmitDrop(walk, node);
      return;
    case T_CommentStmt:
      EmitObject(walk, ((const CommentStmt*)node)->objtype, ((const CommentStmt*)node)->object);
      return;
    case T_SecLabelStmt:
      EmitObject(walk, ((const SecLabelStmt*)node)->objtype, ((const SecLabelStmt*)node)->object);
      return;
    case T_AlterTableCmd:
      if (((const AlterTableCmd*)node)->subtype == AT_ChangeOwner)
        RawEmitEffect(walk, item, kRawRole);
      return;
    case T_RenameStmt:
      if (((const RenameStmt*)node)->renameType == OBJECT_ROLE) RawEmitEffect(walk, item, kRawRole);
      return;
    case T_VacuumStmt:
      RawEmitEffect(walk, item, ((const VacuumStmt*)node)->is_vacuumcmd ? kRawVacuum : kRawAnalyze);
      return;
    default:
      EmitNameUse(walk, item);
  }
}

void RawPushDetails(struct RawWalkState* walk, const struct RawItem* item, RawPush push) {
  const void* node = item->node;
  ListCell* cell;
  if (IsA(node, CopyStmt)) {
    const CopyStmt* copy = node;
    push(walk, item, copy->relation, copy->is_from ? kRawAccessWrite : kRawAccessRead);
  } else if (IsA(node, LockStmt)) {
    const LockStmt* lock = node;
    push(walk, item, lock->relations, lock->mode > RowShareLock ? kRawAccessWrite : kRawAccessRead);
  } else if (IsA(node, VacuumStmt)) {
    const VacuumStmt* vacuum = node;
    foreach (cell, vacuum->rels) {
      const VacuumRelation* relation = lfirst(cell);
      push(walk, item, relation->relation, vacuum->is_vacuumcmd ? kRawAccessWrite : kRawAccessRead);
    }
  }
}
