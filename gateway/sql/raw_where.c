#include "sql/raw_where.h"

#include "sql/raw_columns.h"
#include "sql/raw_constants.h"

// Conditions nest so deeply in statements of people and programs that are in their right mind.
enum { kMaxConditionDepth = 48 };

static bool Restricts(const struct RawTarget* target, const Node* condition, bool negated,
                      int depth);

// In a branch of OR all must restrict, of AND one; NOT turns one into the other.
static bool ListRestricts(const struct RawTarget* target, const BoolExpr* expression, bool negated,
                          int depth) {
  ListCell* cell;
  const bool all = (expression->boolop == OR_EXPR) != negated;
  foreach (cell, expression->args) {
    if (Restricts(target, lfirst(cell), negated, depth + 1) != all) return !all;
  }
  return all;
}

// LIKE '%' is true of everything.
static bool IsAnything(const A_Expr* expression) {
  if (expression->kind != AEXPR_LIKE && expression->kind != AEXPR_ILIKE) return false;
  const char* pattern = RawConstantString(expression->rexpr);
  return pattern != NULL && strspn(pattern, "%") == strlen(pattern);
}

static bool SideRestricts(const struct RawTarget* target, const Node* side, const Node* other) {
  struct RawColumn column;
  ListCell* cell;
  if (side == NULL || other == NULL) return false;
  if (IsA(side, RowExpr)) {
    foreach (cell, ((const RowExpr*)side)->args) {
      if (RawIsColumnOf(target, lfirst(cell), &column) && !RawMentions(target, other, &column)) {
        return true;
      }
    }
    return false;
  }
  return RawIsColumnOf(target, side, &column) && !RawMentions(target, other, &column);
}

static bool ComparisonRestricts(const struct RawTarget* target, const A_Expr* expression) {
  if (IsAnything(expression)) return false;
  return SideRestricts(target, expression->lexpr, expression->rexpr) ||
         SideRestricts(target, expression->rexpr, expression->lexpr);
}

// EXISTS restricts by what its own WHERE says of the changed relation, IN (SELECT ...) as a
// comparison does.
static bool SubLinkRestricts(const struct RawTarget* target, const SubLink* link, int depth) {
  if (link->subselect == NULL || !IsA(link->subselect, SelectStmt)) return false;
  const SelectStmt* select = (const SelectStmt*)link->subselect;
  if (link->subLinkType == EXISTS_SUBLINK) {
    struct RawTarget inner = *target;
    if (select->op != SETOP_NONE || select->fromClause == NIL) return false;
    if (RawHidesTarget(target, select->fromClause)) return false;
    inner.from = select->fromClause;
    return Restricts(&inner, select->whereClause, false, depth + 1);
  }
  if (link->subLinkType != ANY_SUBLINK && link->subLinkType != ALL_SUBLINK) return false;
  return SideRestricts(target, link->testexpr, link->subselect);
}

static bool IsConstantFalse(const Node* condition, bool negated) {
  if (negated || !IsA(condition, A_Const)) return false;
  return ((const A_Const*)condition)->isnull || RawIsFalse(condition);
}

static bool Restricts(const struct RawTarget* target, const Node* condition, bool negated,
                      int depth) {
  struct RawColumn column;
  if (condition == NULL || depth > kMaxConditionDepth) return false;
  switch (nodeTag(condition)) {
    case T_BoolExpr: {
      const BoolExpr* expression = (const BoolExpr*)condition;
      if (expression->boolop != NOT_EXPR) {
        return ListRestricts(target, expression, negated, depth);
      }
      return Restricts(target, linitial(expression->args), !negated, depth + 1);
    }
    case T_A_Expr:
      return ComparisonRestricts(target, (const A_Expr*)condition);
    case T_NullTest:
      return RawIsColumnOf(target, (const Node*)((const NullTest*)condition)->arg, &column);
    case T_BooleanTest:
      return Restricts(target, (const Node*)((const BooleanTest*)condition)->arg, negated,
                       depth + 1);
    case T_SubLink:
      return SubLinkRestricts(target, (const SubLink*)condition, depth);
    case T_TypeCast:
      return Restricts(target, ((const TypeCast*)condition)->arg, negated, depth + 1);
    case T_ColumnRef:
      return RawIsColumnOf(target, condition, &column);
    case T_CurrentOfExpr:
      return true;
    default:
      return IsConstantFalse(condition, negated);
  }
}

static int WhereOf(const struct RawTarget* target, const Node* condition) {
  if (condition == NULL) return kRawWhereAbsent;
  return Restricts(target, condition, false, 0) ? kRawWhereRestricting : kRawWhereTrivial;
}

// Of its branches that update or delete, the least restricting.
static int WhereOfMerge(const MergeStmt* merge) {
  const List* from = list_make1(merge->sourceRelation);
  const struct RawTarget target = {merge->relation, from};
  const bool joined = Restricts(&target, merge->joinCondition, false, 0);
  ListCell* cell;
  int where = kRawWhereNone;
  foreach (cell, merge->mergeWhenClauses) {
    const MergeWhenClause* when = lfirst(cell);
    if (when->commandType != CMD_UPDATE && when->commandType != CMD_DELETE) continue;
    const bool restricts = joined || Restricts(&target, when->condition, false, 0);
    if (!restricts) return kRawWhereTrivial;
    where = kRawWhereRestricting;
  }
  return where;
}

int RawWhereOf(const void* statement) {
  struct RawTarget target = {0};
  switch (nodeTag(statement)) {
    case T_UpdateStmt: {
      const UpdateStmt* update = statement;
      target.relation = update->relation;
      target.from = update->fromClause;
      return WhereOf(&target, update->whereClause);
    }
    case T_DeleteStmt: {
      const DeleteStmt* delete = statement;
      target.relation = delete->relation;
      target.from = delete->usingClause;
      return WhereOf(&target, delete->whereClause);
    }
    case T_MergeStmt:
      return WhereOfMerge(statement);
    default:
      return kRawWhereNone;
  }
}
