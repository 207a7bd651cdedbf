#include "sql/raw_columns.h"

#include "sql/raw_constants.h"
#include "sql/raw_shapes.h"

// What lies deeper, or further down a list, is taken to be the column.
enum { kMaxExpressionDepth = 32, kMaxWrappers = 16, kMaxFromItems = 50 };

static const char* OwnName(const RangeVar* relation) {
  return relation->alias != NULL ? relation->alias->aliasname : relation->relname;
}

// What goes by that name in FROM, a RangeVar or something else; NULL: nothing. After too many
// entries the list itself, which is no relation.
static const Node* InFrom(const List* from, const char* name, int depth) {
  ListCell* cell;
  if (list_length(from) > kMaxFromItems || depth > kMaxWrappers) return (const Node*)from;
  foreach (cell, from) {
    const Node* node = lfirst(cell);
    const Alias* alias = NULL;
    if (IsA(node, RangeVar) && strcmp(OwnName((const RangeVar*)node), name) == 0) return node;
    if (IsA(node, RangeSubselect)) alias = ((const RangeSubselect*)node)->alias;
    if (IsA(node, RangeFunction)) alias = ((const RangeFunction*)node)->alias;
    if (IsA(node, RangeTableFunc)) alias = ((const RangeTableFunc*)node)->alias;
    if (alias != NULL && strcmp(alias->aliasname, name) == 0) return node;
    if (!IsA(node, JoinExpr)) continue;
    const JoinExpr* join = (const JoinExpr*)node;
    const Node* found = InFrom(list_make2(join->larg, join->rarg), name, depth + 1);
    if (found != NULL) return found;
  }
  return NULL;
}

// The same relation twice: t.id = u.id says nothing if u is t.
static bool MeansTarget(const struct RawTarget* target, const char* qualifier) {
  if (strcmp(qualifier, OwnName(target->relation)) == 0) return true;
  const Node* other = InFrom(target->from, qualifier, 0);
  if (other == NULL) return false;
  return !IsA(other, RangeVar)
             ? IsA(other, List)
             : strcmp(((const RangeVar*)other)->relname, target->relation->relname) == 0;
}

bool RawHidesTarget(const struct RawTarget* target, const List* from) {
  return InFrom(from, OwnName(target->relation), 0) != NULL;
}

// The parts of a column's name. False for `*` and odd ones.
static bool SplitName(const ColumnRef* reference, const char** qualifier, const char** name) {
  const int count = list_length(reference->fields);
  const Node* last = llast(reference->fields);
  *qualifier = NULL;
  if (!IsA(last, String)) return false;
  *name = strVal(last);
  if (count == 1) return true;
  const Node* before = list_nth(reference->fields, count - 2);
  if (!IsA(before, String)) return false;
  *qualifier = strVal(before);
  return true;
}

static bool IsOneOf(const char* name, const char* const* names, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (strcmp(name, names[i]) == 0) return true;
  }
  return false;
}

// The only argument that is no constant; NULL if there is another.
static const Node* OnlyVariable(const List* arguments) {
  const Node* variable = NULL;
  ListCell* cell;
  foreach (cell, arguments) {
    const Node* argument = lfirst(cell);
    if (RawIsConstant(argument)) continue;
    if (variable != NULL) return NULL;
    variable = argument;
  }
  return variable;
}

static const Node* InsideFunction(const FuncCall* call) {
  static const char* const kNames[] = {"lower",    "upper",      "btrim",     "ltrim",   "rtrim",
                                       "date",     "date_trunc", "date_part", "extract", "to_char",
                                       "timezone", "md5",        "normalize"};
  const Node* last = call->funcname == NIL ? NULL : llast(call->funcname);
  if (last == NULL || !IsA(last, String)) return NULL;
  if (!IsOneOf(strVal(last), kNames, lengthof(kNames))) return NULL;
  return OnlyVariable(call->args);
}

static const Node* InsideOperator(const A_Expr* expression) {
  static const char* const kNames[] = {"+", "-", "->", "->>", "#>", "#>>"};
  const Node* last = expression->name == NIL ? NULL : llast(expression->name);
  if (expression->kind != AEXPR_OP || last == NULL || !IsA(last, String)) return NULL;
  if (!IsOneOf(strVal(last), kNames, lengthof(kNames))) return NULL;
  if (expression->lexpr == NULL) return NULL;
  if (RawIsConstant(expression->rexpr)) return expression->lexpr;
  return RawIsConstant(expression->lexpr) ? expression->rexpr : NULL;
}

// What is compared behind what does not matter; NULL: nothing that counts as a column.
static const Node* Inside(const Node* node) {
  switch (nodeTag(node)) {
    case T_TypeCast:
      return ((const TypeCast*)node)->arg;
    case T_CollateClause:
      return ((const CollateClause*)node)->arg;
    case T_A_Indirection:
      return ((const A_Indirection*)node)->arg;
    case T_CoalesceExpr:
      return OnlyVariable(((const CoalesceExpr*)node)->args);
    case T_FuncCall:
      return InsideFunction((const FuncCall*)node);
    case T_A_Expr:
      return InsideOperator((const A_Expr*)node);
    default:
      return NULL;
  }
}

bool RawIsColumnOf(const struct RawTarget* target, const Node* node, struct RawColumn* column) {
  const char* qualifier;
  column->qualified = false;
  for (int i = 0; node != NULL && !IsA(node, ColumnRef); ++i) {
    if (i == kMaxWrappers) return false;
    node = Inside(node);
  }
  if (node == NULL || !SplitName((const ColumnRef*)node, &qualifier, &column->name)) return false;
  if (qualifier == NULL) return target->from == NIL;
  return strcmp(qualifier, OwnName(target->relation)) == 0;
}

static bool MentionsIn(const struct RawTarget* target, const Node* node,
                       const struct RawColumn* column, int depth);

// Unqualified names in the outputs of a subquery are its own if it reads a relation.
static bool ReadsRelation(const SelectStmt* select, int depth) {
  ListCell* cell;
  if (list_length(select->fromClause) > kMaxFromItems || depth > kMaxWrappers) return false;
  foreach (cell, select->fromClause) {
    const Node* node = lfirst(cell);
    if (IsA(node, RangeVar) || IsA(node, JoinExpr) || IsA(node, RangeTableSample)) return true;
    if (!IsA(node, RangeSubselect)) continue;
    const Node* inner = ((const RangeSubselect*)node)->subquery;
    if (IsA(inner, SelectStmt) && ReadsRelation((const SelectStmt*)inner, depth + 1)) return true;
  }
  return false;
}

// All rows of the target: being in there is no condition.
static bool IsWholeTarget(const struct RawTarget* target, const SelectStmt* select) {
  if (list_length(select->fromClause) != 1 || select->whereClause != NULL ||
      select->limitCount != NULL || select->limitOffset != NULL || select->havingClause != NULL) {
    return false;
  }
  const Node* only = linitial(select->fromClause);
  return IsA(only, RangeVar) &&
         strcmp(((const RangeVar*)only)->relname, target->relation->relname) == 0;
}

static bool SubqueryMentions(const struct RawTarget* target, const SelectStmt* select,
                             const struct RawColumn* column, int depth) {
  struct RawColumn inner = *column;
  ListCell* cell;
  if (depth > kMaxExpressionDepth || IsWholeTarget(target, select)) return true;
  if (select->op != SETOP_NONE) {
    return SubqueryMentions(target, select->larg, column, depth + 1) ||
           SubqueryMentions(target, select->rarg, column, depth + 1);
  }
  if (MentionsIn(target, (const Node*)select->valuesLists, column, depth + 1)) return true;
  if (RawHidesTarget(target, select->fromClause)) return false;
  inner.qualified |= ReadsRelation(select, 0);
  foreach (cell, select->targetList) {
    if (MentionsIn(target, ((const ResTarget*)lfirst(cell))->val, &inner, depth + 1)) return true;
  }
  return false;
}

static bool ReferenceMentions(const struct RawTarget* target, const ColumnRef* reference,
                              const struct RawColumn* column) {
  const char* qualifier;
  const char* name;
  if (!SplitName(reference, &qualifier, &name)) return !column->qualified;
  if (strcmp(name, column->name) != 0) return false;
  return qualifier == NULL ? !column->qualified : MeansTarget(target, qualifier);
}

static bool ListMentions(const struct RawTarget* target, const List* list,
                         const struct RawColumn* column, int depth) {
  ListCell* cell;
  foreach (cell, list) {
    if (MentionsIn(target, lfirst(cell), column, depth)) return true;
  }
  return false;
}

static bool MentionsIn(const struct RawTarget* target, const Node* node,
                       const struct RawColumn* column, int depth) {
  if (node == NULL) return false;
  if (depth > kMaxExpressionDepth) return true;
  switch (nodeTag(node)) {
    case T_A_Const:
    case T_ParamRef:
    case T_SQLValueFunction:
      return false;
    case T_List:
      return ListMentions(target, (const List*)node, column, depth + 1);
    case T_ColumnRef:
      return ReferenceMentions(target, (const ColumnRef*)node, column);
    case T_SelectStmt:
      return SubqueryMentions(target, (const SelectStmt*)node, column, depth + 1);
    default:
      break;
  }
  const struct RawShape* shape = RawShapeOf(nodeTag(node));
  if (shape == NULL) return true;
  for (int i = 0; i < kMaxRawChildren && shape->children[i].offset != 0; ++i) {
    const void* field = (const char*)node + shape->children[i].offset;
    if (MentionsIn(target, *(const Node* const*)field, column, depth + 1)) return true;
  }
  return false;
}

bool RawMentions(const struct RawTarget* target, const Node* node, const struct RawColumn* column) {
  return MentionsIn(target, node, column, 0);
}
