#include "sql/raw_outline_build.h"

static void AddRelation(struct RawOutlining* outlining, uint32_t parent, int role,
                        const RangeVar* relation) {
  const uint32_t index = RawAddNode(outlining, parent, role, kRawNodeRelation);
  struct RawNode* node = RawNodeAt(outlining, index);
  node->schema = relation->schemaname;
  node->name = relation->relname;
  RawAddAlias(outlining, index, relation->alias);
}

static void AddSubquery(struct RawOutlining* outlining, uint32_t parent, int role,
                        const RangeSubselect* subquery) {
  const uint32_t index = RawAddNode(outlining, parent, role, kRawNodeSubquery);
  if (subquery->lateral) RawNodeAt(outlining, index)->flags |= kRawFlagLateral;
  RawAddAlias(outlining, index, subquery->alias);
  RawOutline(outlining, index, kRawRoleQuery, subquery->subquery);
}

static void AddDefinitions(struct RawOutlining* outlining, uint32_t parent, const List* columns) {
  ListCell* cell;
  foreach (cell, columns) {
    const ColumnDef* column = lfirst(cell);
    const bool known = IsA(column, ColumnDef);
    const uint32_t index = RawAddNode(outlining, parent, kRawRoleColumnDefinition,
                                      known ? kRawNodeName : kRawNodeUnknown);
    if (known) RawNodeAt(outlining, index)->name = column->colname;
  }
}

// Each function is a list of itself and the columns that it is said to have.
static void AddFunctions(struct RawOutlining* outlining, uint32_t parent, int role,
                         const RangeFunction* range) {
  const uint32_t index = RawAddNode(outlining, parent, role, kRawNodeFunctions);
  ListCell* cell;
  if (range->ordinality) RawNodeAt(outlining, index)->flags |= kRawFlagOrdinality;
  RawAddAlias(outlining, index, range->alias);
  foreach (cell, range->functions) {
    const List* function = lfirst(cell);
    const bool known = IsA(function, List) && list_length(function) == 2;
    const uint32_t item =
        RawAddNode(outlining, index, kRawRoleFrom, known ? kRawNodeFunctionItem : kRawNodeUnknown);
    if (!known) continue;
    RawOutline(outlining, item, kRawRoleArgument, linitial(function));
    AddDefinitions(outlining, item, lsecond(function));
    AddDefinitions(outlining, item, range->coldeflist);
  }
}

// Each of its columns is computed of all that stands in it.
static void AddTableFunction(struct RawOutlining* outlining, uint32_t parent, int role,
                             const RangeTableFunc* range) {
  const uint32_t index = RawAddNode(outlining, parent, role, kRawNodeTableFunction);
  ListCell* cell;
  RawAddAlias(outlining, index, range->alias);
  RawOutline(outlining, index, kRawRoleArgument, range->docexpr);
  RawOutline(outlining, index, kRawRoleArgument, range->rowexpr);
  foreach (cell, range->namespaces) {
    const ResTarget* name = lfirst(cell);
    RawOutline(outlining, index, kRawRoleArgument, IsA(name, ResTarget) ? name->val : NULL);
  }
  foreach (cell, range->columns) {
    const RangeTableFuncCol* column = lfirst(cell);
    const uint32_t name = RawAddNode(outlining, index, kRawRoleColumnDefinition, kRawNodeName);
    RawNodeAt(outlining, name)->name = column->colname;
    RawOutline(outlining, index, kRawRoleArgument, column->colexpr);
    RawOutline(outlining, index, kRawRoleArgument, column->coldefexpr);
  }
}

static void AddJoin(struct RawOutlining* outlining, uint32_t parent, int role,
                    const JoinExpr* join) {
  const uint32_t index = RawAddNode(outlining, parent, role, kRawNodeJoin);
  if (join->isNatural) RawNodeAt(outlining, index)->flags |= kRawFlagNatural;
  RawAddAlias(outlining, index, join->alias);
  if (join->join_using_alias != NULL) {
    const uint32_t alias = RawAddNode(outlining, index, kRawRoleUsingAlias, kRawNodeName);
    RawNodeAt(outlining, alias)->name = join->join_using_alias->aliasname;
  }
  RawAddNames(outlining, index, kRawRoleUsing, join->usingClause);
  RawOutline(outlining, index, kRawRoleLeft, join->larg);
  RawOutline(outlining, index, kRawRoleRight, join->rarg);
  RawOutline(outlining, index, kRawRoleCondition, join->quals);
}

static void AddSample(struct RawOutlining* outlining, uint32_t parent, int role,
                      const RangeTableSample* sample) {
  const uint32_t index = RawAddNode(outlining, parent, role, kRawNodeSample);
  RawOutline(outlining, index, kRawRoleFrom, sample->relation);
  RawOutline(outlining, index, kRawRoleArgument, sample->args);
  RawOutline(outlining, index, kRawRoleArgument, sample->repeatable);
}

bool RawOutlineRange(struct RawOutlining* outlining, uint32_t parent, int role, const void* node) {
  switch (nodeTag(node)) {
    case T_RangeVar:
      AddRelation(outlining, parent, role, node);
      return true;
    case T_RangeSubselect:
      AddSubquery(outlining, parent, role, node);
      return true;
    case T_RangeFunction:
      AddFunctions(outlining, parent, role, node);
      return true;
    case T_RangeTableFunc:
      AddTableFunction(outlining, parent, role, node);
      return true;
    case T_RangeTableSample:
      AddSample(outlining, parent, role, node);
      return true;
    case T_JoinExpr:
      AddJoin(outlining, parent, role, node);
      return true;
    default:
      return false;
  }
}
