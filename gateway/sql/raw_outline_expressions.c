#include "sql/raw_outline_build.h"

enum { kMaxColumnParts = 3 };

// [catalog.][schema.]qualifier.name, or the same with * for the name.
static void AddColumn(struct RawOutlining* outlining, uint32_t parent, int role,
                      const ColumnRef* column) {
  struct RawNode* node = RawNodeAt(outlining, RawAddNode(outlining, parent, role, kRawNodeColumn));
  const char* parts[kMaxColumnParts] = {0};  // The last one first.
  const int count = list_length(column->fields);
  for (int i = 0; i < count && i < kMaxColumnParts; ++i) {
    const Node* field = list_nth(column->fields, count - 1 - i);
    if (IsA(field, String)) {
      parts[i] = strVal(field);
    } else if (IsA(field, A_Star) && i == 0) {
      node->flags |= kRawFlagStar;
    } else {
      node->kind = kRawNodeUnknown;
    }
  }
  node->name = parts[0];
  node->qualifier = parts[1];
  node->schema = parts[2];
}

static void AddConstant(struct RawOutlining* outlining, uint32_t parent, int role,
                        const A_Const* constant) {
  struct RawNode* node =
      RawNodeAt(outlining, RawAddNode(outlining, parent, role, kRawNodeConstant));
  if (constant->isnull) return;
  if (IsA(&constant->val, Integer)) {
    node->flags = kRawFlagInteger;
    node->value = intVal(&constant->val);
  } else if (IsA(&constant->val, String)) {
    node->flags = kRawFlagString;
    node->name = strVal(&constant->val);
  }
}

static int FormOf(const A_Expr* expression) {
  switch (expression->kind) {
    case AEXPR_OP:
      return kRawFormPlain;
    case AEXPR_OP_ANY:
      return kRawFormAny;
    case AEXPR_IN:
      return kRawFormIn;
    default:
      return kRawFormOther;
  }
}

static void AddOperator(struct RawOutlining* outlining, uint32_t parent, int role,
                        const A_Expr* expression) {
  const uint32_t index = RawAddNode(outlining, parent, role, kRawNodeOperator);
  RawNodeAt(outlining, index)->value = FormOf(expression);
  RawNameNode(outlining, index, expression->name);
  RawOutline(outlining, index, kRawRoleLeft, expression->lexpr);
  RawOutline(outlining, index, kRawRoleRight, expression->rexpr);
}

static void AddCall(struct RawOutlining* outlining, uint32_t parent, int role,
                    const FuncCall* call) {
  const uint32_t index = RawAddNode(outlining, parent, role, kRawNodeFunctionCall);
  RawNameNode(outlining, index, call->funcname);
  struct RawNode* node = RawNodeAt(outlining, index);
  if (call->agg_star) node->flags |= kRawFlagStar;
  if (call->agg_distinct) node->flags |= kRawFlagDistinct;
  if (call->agg_within_group) node->flags |= kRawFlagWithinGroup;
  // As the catalog counts them: those of WITHIN GROUP are arguments as well.
  node->value =
      list_length(call->args) + (call->agg_within_group ? list_length(call->agg_order) : 0);
  RawOutline(outlining, index, kRawRoleArgument, call->args);
  RawOutline(outlining, index, kRawRoleSort, call->agg_order);
  RawOutline(outlining, index, kRawRoleFilter, call->agg_filter);
  RawOutline(outlining, index, kRawRoleOver, call->over);
}

static int SublinkForm(const SubLink* link) {
  switch (link->subLinkType) {
    case EXISTS_SUBLINK:
      return kRawSublinkExists;
    case EXPR_SUBLINK:
      return kRawSublinkScalar;
    case ARRAY_SUBLINK:
      return kRawSublinkArray;
    default:
      return kRawSublinkTest;
  }
}

static void AddSublink(struct RawOutlining* outlining, uint32_t parent, int role,
                       const SubLink* link) {
  const uint32_t index = RawAddNode(outlining, parent, role, kRawNodeSublink);
  RawNodeAt(outlining, index)->value = SublinkForm(link);
  RawOutline(outlining, index, kRawRoleTest, link->testexpr);
  RawOutline(outlining, index, kRawRoleQuery, link->subselect);
}

// (x).name and (x).* are fields; subscripts and longer ways are expressions of all that is in them.
static void AddIndirection(struct RawOutlining* outlining, uint32_t parent, int role,
                           const A_Indirection* part) {
  const Node* only = list_length(part->indirection) == 1 ? linitial(part->indirection) : NULL;
  const Node* last = part->indirection == NIL ? NULL : llast(part->indirection);
  const bool star = last != NULL && IsA(last, A_Star);
  const bool field = star || (only != NULL && IsA(only, String));
  const uint32_t index =
      RawAddNode(outlining, parent, role, field ? kRawNodeField : kRawNodeExpression);
  if (star) RawNodeAt(outlining, index)->flags |= kRawFlagStar;
  if (only != NULL && IsA(only, String)) RawNodeAt(outlining, index)->name = strVal(only);
  RawOutline(outlining, index, kRawRoleArgument, part->arg);
  if (only == NULL || !field) RawOutline(outlining, index, kRawRoleArgument, part->indirection);
}

static void AddBool(struct RawOutlining* outlining, uint32_t parent, int role,
                    const BoolExpr* expression) {
  const uint32_t index = RawAddNode(outlining, parent, role, kRawNodeBool);
  const BoolExprType type = expression->boolop;
  RawNodeAt(outlining, index)->value = type == AND_EXPR  ? kRawBoolAnd
                                       : type == OR_EXPR ? kRawBoolOr
                                                         : kRawBoolNot;
  RawOutline(outlining, index, kRawRoleArgument, expression->args);
}

static void AddWindow(struct RawOutlining* outlining, uint32_t parent, int role,
                      const WindowDef* window) {
  const uint32_t index = RawAddNode(outlining, parent, role, kRawNodeWindow);
  RawNodeAt(outlining, index)->name = window->name;
  RawOutline(outlining, index, kRawRoleArgument, window->partitionClause);
  RawOutline(outlining, index, kRawRoleSort, window->orderClause);
  RawOutline(outlining, index, kRawRoleArgument, window->startOffset);
  RawOutline(outlining, index, kRawRoleArgument, window->endOffset);
}

// A column by its name, or an expression.
static void AddIndexElement(struct RawOutlining* outlining, uint32_t parent, int role,
                            const IndexElem* element) {
  if (element->name == NULL) {
    RawOutline(outlining, parent, role, element->expr);
    return;
  }
  const uint32_t column = RawAddNode(outlining, parent, role, kRawNodeColumn);
  RawNodeAt(outlining, column)->name = element->name;
}

bool RawOutlineExpression(struct RawOutlining* outlining, uint32_t parent, int role,
                          const void* node) {
  uint32_t index = 0;
  switch (nodeTag(node)) {
    case T_ColumnRef:
      AddColumn(outlining, parent, role, node);
      return true;
    case T_A_Const:
      AddConstant(outlining, parent, role, node);
      return true;
    case T_ParamRef:
      RawAddNode(outlining, parent, role, kRawNodeParameter);
      return true;
    case T_A_Expr:
      AddOperator(outlining, parent, role, node);
      return true;
    case T_FuncCall:
      AddCall(outlining, parent, role, node);
      return true;
    case T_SubLink:
      AddSublink(outlining, parent, role, node);
      return true;
    case T_A_Indirection:
      AddIndirection(outlining, parent, role, node);
      return true;
    case T_BoolExpr:
      AddBool(outlining, parent, role, node);
      return true;
    case T_WindowDef:
      AddWindow(outlining, parent, role, node);
      return true;
    case T_IndexElem:
      AddIndexElement(outlining, parent, role, node);
      return true;
    case T_NullTest:
      index = RawAddNode(outlining, parent, role, kRawNodeNullTest);
      RawOutline(outlining, index, kRawRoleArgument, ((const NullTest*)node)->arg);
      return true;
    case T_TypeCast:
      index = RawAddNode(outlining, parent, role, kRawNodeCast);
      RawOutline(outlining, index, kRawRoleArgument, ((const TypeCast*)node)->arg);
      return true;
    case T_SortBy:
      index = RawAddNode(outlining, parent, role, kRawNodeSort);
      RawOutline(outlining, index, kRawRoleArgument, ((const SortBy*)node)->node);
      return true;
    case T_MultiAssignRef:
      // One source for all the columns that it sets.
      index = RawAddNode(outlining, parent, role, kRawNodeExpression);
      if (((const MultiAssignRef*)node)->colno != 1) return true;
      RawOutline(outlining, index, kRawRoleArgument, ((const MultiAssignRef*)node)->source);
      return true;
    default:
      return false;
  }
}
