#include "sql/raw_outline_build.h"
#include "sql/raw_outputs.h"

static void AddWith(struct RawOutlining* outlining, uint32_t parent, const WithClause* with) {
  ListCell* cell;
  if (with == NULL) return;
  foreach (cell, with->ctes) {
    const CommonTableExpr* query = lfirst(cell);
    const uint32_t index = RawAddNode(outlining, parent, kRawRoleWith, kRawNodeWithQuery);
    struct RawNode* node = RawNodeAt(outlining, index);
    node->name = query->ctename;
    if (with->recursive) node->flags |= kRawFlagRecursive;
    RawAddNames(outlining, index, kRawRoleColumnAlias, query->aliascolnames);
    RawOutline(outlining, index, kRawRoleQuery, query->ctequery);
    if (query->search_clause != NULL) {
      const uint32_t name = RawAddNode(outlining, index, kRawRoleSearchColumn, kRawNodeName);
      RawNodeAt(outlining, name)->name = query->search_clause->search_seq_column;
    }
    if (query->cycle_clause != NULL) {
      uint32_t name = RawAddNode(outlining, index, kRawRoleCycleColumn, kRawNodeName);
      RawNodeAt(outlining, name)->name = query->cycle_clause->cycle_mark_column;
      name = RawAddNode(outlining, index, kRawRoleCycleColumn, kRawNodeName);
      RawNodeAt(outlining, name)->name = query->cycle_clause->cycle_path_column;
    }
  }
}

// Of a SELECT list or RETURNING, or of columns that are assigned.
static void AddTargets(struct RawOutlining* outlining, uint32_t parent, int role,
                       const List* targets) {
  ListCell* cell;
  foreach (cell, targets) {
    const ResTarget* target = lfirst(cell);
    if (!IsA(target, ResTarget)) {
      RawAddNode(outlining, parent, role, kRawNodeUnknown);
      continue;
    }
    const uint32_t index = RawAddNode(outlining, parent, role, kRawNodeTarget);
    struct RawNode* node = RawNodeAt(outlining, index);
    node->name = target->name;
    if (role == kRawRoleTarget || role == kRawRoleReturning) {
      if (target->name != NULL) node->flags |= kRawFlagNamed;
      node->name = RawOutputName(target);
      // PostgreSQL's FigureColname.
      if (node->name == NULL) node->name = "?column?";
    } else {
      // What it sets is part of the column.
      RawOutline(outlining, index, kRawRoleArgument, target->indirection);
    }
    RawOutline(outlining, index, kRawRoleArgument, target->val);
  }
}

static int SetOperationOf(SetOperation operation) {
  switch (operation) {
    case SETOP_UNION:
      return kRawSetUnion;
    case SETOP_INTERSECT:
      return kRawSetIntersect;
    case SETOP_EXCEPT:
      return kRawSetExcept;
    default:
      return kRawSetNone;
  }
}

static void AddSelect(struct RawOutlining* outlining, uint32_t index, const SelectStmt* select) {
  ListCell* cell;
  struct RawNode* node = RawNodeAt(outlining, index);
  node->value = SetOperationOf(select->op);
  if (select->all) node->flags |= kRawFlagAll;
  if (select->intoClause != NULL) node->flags |= kRawFlagInto;
  if (select->distinctClause != NIL && linitial(select->distinctClause) == NULL) {
    node->flags |= kRawFlagDistinct;
  }
  AddWith(outlining, index, select->withClause);
  RawOutline(outlining, index, kRawRoleDistinctOn, select->distinctClause);
  AddTargets(outlining, index, kRawRoleTarget, select->targetList);
  RawOutline(outlining, index, kRawRoleFrom, select->fromClause);
  RawOutline(outlining, index, kRawRoleWhere, select->whereClause);
  RawOutline(outlining, index, kRawRoleGroup, select->groupClause);
  RawOutline(outlining, index, kRawRoleHaving, select->havingClause);
  RawOutline(outlining, index, kRawRoleWindow, select->windowClause);
  foreach (cell, select->valuesLists) {
    const uint32_t row = RawAddNode(outlining, index, kRawRoleValues, kRawNodeRowList);
    RawOutline(outlining, row, kRawRoleArgument, lfirst(cell));
  }
  RawOutline(outlining, index, kRawRoleSort, select->sortClause);
  RawOutline(outlining, index, kRawRoleLimit, select->limitOffset);
  RawOutline(outlining, index, kRawRoleLimit, select->limitCount);
  RawOutline(outlining, index, kRawRoleLeft, select->larg);
  RawOutline(outlining, index, kRawRoleRight, select->rarg);
}

static void AddConflict(struct RawOutlining* outlining, uint32_t parent,
                        const OnConflictClause* conflict) {
  if (conflict == NULL) return;
  const uint32_t index = RawAddNode(outlining, parent, kRawRoleConflict, kRawNodeConflict);
  if (conflict->infer != NULL) {
    RawOutline(outlining, index, kRawRoleTest, conflict->infer->indexElems);
    RawOutline(outlining, index, kRawRoleTest, conflict->infer->whereClause);
  }
  AddTargets(outlining, index, kRawRoleAssign, conflict->targetList);
  RawOutline(outlining, index, kRawRoleWhere, conflict->whereClause);
}

static void AddInsert(struct RawOutlining* outlining, uint32_t index, const InsertStmt* insert) {
  AddWith(outlining, index, insert->withClause);
  RawOutline(outlining, index, kRawRoleRelation, insert->relation);
  AddTargets(outlining, index, kRawRoleAssign, insert->cols);
  RawOutline(outlining, index, kRawRoleQuery, insert->selectStmt);
  AddConflict(outlining, index, insert->onConflictClause);
  AddTargets(outlining, index, kRawRoleReturning, insert->returningList);
}

static void AddUpdate(struct RawOutlining* outlining, uint32_t index, const UpdateStmt* update) {
  AddWith(outlining, index, update->withClause);
  RawOutline(outlining, index, kRawRoleRelation, update->relation);
  RawOutline(outlining, index, kRawRoleFrom, update->fromClause);
  AddTargets(outlining, index, kRawRoleAssign, update->targetList);
  RawOutline(outlining, index, kRawRoleWhere, update->whereClause);
  AddTargets(outlining, index, kRawRoleReturning, update->returningList);
}

static void AddDelete(struct RawOutlining* outlining, uint32_t index, const DeleteStmt* delete) {
  AddWith(outlining, index, delete->withClause);
  RawOutline(outlining, index, kRawRoleRelation, delete->relation);
  RawOutline(outlining, index, kRawRoleFrom, delete->usingClause);
  RawOutline(outlining, index, kRawRoleWhere, delete->whereClause);
  AddTargets(outlining, index, kRawRoleReturning, delete->returningList);
}

static void AddMerge(struct RawOutlining* outlining, uint32_t index, const MergeStmt* merge) {
  ListCell* cell;
  AddWith(outlining, index, merge->withClause);
  RawOutline(outlining, index, kRawRoleRelation, merge->relation);
  RawOutline(outlining, index, kRawRoleFrom, merge->sourceRelation);
  RawOutline(outlining, index, kRawRoleCondition, merge->joinCondition);
  foreach (cell, merge->mergeWhenClauses) {
    const MergeWhenClause* when = lfirst(cell);
    const uint32_t part = RawAddNode(outlining, index, kRawRoleWhen, kRawNodeWhen);
    RawOutline(outlining, part, kRawRoleCondition, when->condition);
    AddTargets(outlining, part, kRawRoleAssign, when->targetList);
    RawOutline(outlining, part, kRawRoleValues, when->values);
  }
}

static void AddOption(struct RawOutlining* outlining, uint32_t parent, const DefElem* option) {
  const uint32_t index = RawAddNode(outlining, parent, kRawRoleOption, kRawNodeOption);
  struct RawNode* node = RawNodeAt(outlining, index);
  node->name = option->defname;
  if (option->arg == NULL) return;
  if (IsA(option->arg, String)) node->qualifier = strVal(option->arg);
  if (IsA(option->arg, Boolean)) node->qualifier = boolVal(option->arg) ? "true" : "false";
  if (IsA(option->arg, Integer)) node->qualifier = intVal(option->arg) != 0 ? "true" : "false";
}

static void AddCopy(struct RawOutlining* outlining, uint32_t index, const CopyStmt* copy) {
  ListCell* cell;
  struct RawNode* node = RawNodeAt(outlining, index);
  if (copy->is_from) node->flags |= kRawFlagFrom;
  if (copy->is_program || copy->filename != NULL) node->flags |= kRawFlagElsewhere;
  RawOutline(outlining, index, kRawRoleRelation, copy->relation);
  RawAddNames(outlining, index, kRawRoleColumnAlias, copy->attlist);
  RawOutline(outlining, index, kRawRoleQuery, copy->query);
  RawOutline(outlining, index, kRawRoleWhere, copy->whereClause);
  foreach (cell, copy->options) {
    if (IsA(lfirst(cell), DefElem)) AddOption(outlining, index, lfirst(cell));
  }
}

// Definitions whose expressions are of the columns of one relation.
static void AddAlteration(struct RawOutlining* outlining, uint32_t index,
                          const AlterTableStmt* alter) {
  RawOutline(outlining, index, kRawRoleRelation, alter->relation);
  RawOutline(outlining, index, kRawRoleArgument, alter->cmds);
}

static void AddIndex(struct RawOutlining* outlining, uint32_t index, const IndexStmt* create) {
  RawOutline(outlining, index, kRawRoleRelation, create->relation);
  RawOutline(outlining, index, kRawRoleArgument, create->indexParams);
  RawOutline(outlining, index, kRawRoleArgument, create->indexIncludingParams);
  RawOutline(outlining, index, kRawRoleArgument, create->whereClause);
}

static bool AddUtility(struct RawOutlining* outlining, uint32_t parent, int role,
                       const void* node) {
  uint32_t index = 0;
  switch (nodeTag(node)) {
    case T_ExplainStmt:
      index = RawAddNode(outlining, parent, role, kRawNodeExplain);
      RawOutline(outlining, index, kRawRoleQuery, ((const ExplainStmt*)node)->query);
      return true;
    case T_PrepareStmt:
      index = RawAddNode(outlining, parent, role, kRawNodePrepare);
      RawOutline(outlining, index, kRawRoleQuery, ((const PrepareStmt*)node)->query);
      return true;
    case T_DeclareCursorStmt:
      index = RawAddNode(outlining, parent, role, kRawNodeDeclare);
      RawOutline(outlining, index, kRawRoleQuery, ((const DeclareCursorStmt*)node)->query);
      return true;
    case T_CreateTableAsStmt:
      index = RawAddNode(outlining, parent, role, kRawNodeCreateAs);
      RawOutline(outlining, index, kRawRoleQuery, ((const CreateTableAsStmt*)node)->query);
      return true;
    case T_ViewStmt:
      index = RawAddNode(outlining, parent, role, kRawNodeCreateView);
      RawOutline(outlining, index, kRawRoleQuery, ((const ViewStmt*)node)->query);
      return true;
    case T_AlterTableStmt:
      AddAlteration(outlining, RawAddNode(outlining, parent, role, kRawNodeUtility), node);
      return true;
    case T_IndexStmt:
      AddIndex(outlining, RawAddNode(outlining, parent, role, kRawNodeUtility), node);
      return true;
    case T_VariableShowStmt:
      index = RawAddNode(outlining, parent, role, kRawNodeShow);
      RawNodeAt(outlining, index)->name = ((const VariableShowStmt*)node)->name;
      return true;
    case T_CallStmt:
      index = RawAddNode(outlining, parent, role, kRawNodeCall);
      RawOutline(outlining, index, kRawRoleArgument, ((const CallStmt*)node)->funccall);
      return true;
    default:
      return false;
  }
}

bool RawOutlineStatement(struct RawOutlining* outlining, uint32_t parent, int role,
                         const void* node) {
  switch (nodeTag(node)) {
    case T_SelectStmt:
      AddSelect(outlining, RawAddNode(outlining, parent, role, kRawNodeSelect), node);
      return true;
    case T_InsertStmt:
      AddInsert(outlining, RawAddNode(outlining, parent, role, kRawNodeInsert), node);
      return true;
    case T_UpdateStmt:
      AddUpdate(outlining, RawAddNode(outlining, parent, role, kRawNodeUpdate), node);
      return true;
    case T_DeleteStmt:
      AddDelete(outlining, RawAddNode(outlining, parent, role, kRawNodeDelete), node);
      return true;
    case T_MergeStmt:
      AddMerge(outlining, RawAddNode(outlining, parent, role, kRawNodeMerge), node);
      return true;
    case T_CopyStmt:
      AddCopy(outlining, RawAddNode(outlining, parent, role, kRawNodeCopy), node);
      return true;
    default:
      return AddUtility(outlining, parent, role, node);
  }
}
