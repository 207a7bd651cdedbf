#include "sql/raw_outputs.h"

#include <stddef.h>

// So many comparisons are made; of a larger SELECT every output column counts as named.
enum { kMaxComparisons = 10000, kMaxNameDepth = 16 };

static const char* LastString(const List* names) {
  const Node* last = names == NIL ? NULL : llast(names);
  return last != NULL && IsA(last, String) ? strVal(last) : NULL;
}

static const char* NameOfSubLink(const SubLink* link, const Node** next) {
  switch (link->subLinkType) {
    case EXISTS_SUBLINK:
      return "exists";
    case ARRAY_SUBLINK:
      return "array";
    case EXPR_SUBLINK:
      if (IsA(link->subselect, SelectStmt)) {
        const List* targets = ((const SelectStmt*)link->subselect)->targetList;
        const ResTarget* target = targets == NIL ? NULL : linitial(targets);
        if (((const SelectStmt*)link->subselect)->valuesLists != NIL) return "column1";
        if (target == NULL || !IsA(target, ResTarget)) return NULL;
        if (target->name != NULL) return target->name;
        *next = target->val;
      }
      return NULL;
    default:
      return NULL;
  }
}

static const char* NameOfValue(const SQLValueFunction* function) {
  switch (function->op) {
    case SVFOP_CURRENT_DATE:
      return "current_date";
    case SVFOP_CURRENT_TIME:
    case SVFOP_CURRENT_TIME_N:
      return "current_time";
    case SVFOP_CURRENT_TIMESTAMP:
    case SVFOP_CURRENT_TIMESTAMP_N:
      return "current_timestamp";
    case SVFOP_LOCALTIME:
    case SVFOP_LOCALTIME_N:
      return "localtime";
    case SVFOP_LOCALTIMESTAMP:
    case SVFOP_LOCALTIMESTAMP_N:
      return "localtimestamp";
    case SVFOP_CURRENT_ROLE:
      return "current_role";
    case SVFOP_CURRENT_USER:
      return "current_user";
    case SVFOP_USER:
      return "user";
    case SVFOP_SESSION_USER:
      return "session_user";
    case SVFOP_CURRENT_CATALOG:
      return "current_catalog";
    case SVFOP_CURRENT_SCHEMA:
      return "current_schema";
  }
  return NULL;
}

static const char* NameOfXml(const XmlExpr* expression) {
  switch (expression->op) {
    case IS_XMLCONCAT:
      return "xmlconcat";
    case IS_XMLELEMENT:
      return "xmlelement";
    case IS_XMLFOREST:
      return "xmlforest";
    case IS_XMLPARSE:
      return "xmlparse";
    case IS_XMLPI:
      return "xmlpi";
    case IS_XMLROOT:
      return "xmlroot";
    case IS_XMLSERIALIZE:
      return "xmlserialize";
    default:
      return NULL;
  }
}

// PostgreSQL's FigureColname. `next`: the name is that of another node.
static const char* OwnName(const Node* node, const Node** next) {
  switch (nodeTag(node)) {
    case T_ColumnRef:
      return LastString(((const ColumnRef*)node)->fields);
    case T_A_Indirection:
      *next = ((const A_Indirection*)node)->arg;
      return LastString(((const A_Indirection*)node)->indirection);
    case T_FuncCall:
      return LastString(((const FuncCall*)node)->funcname);
    case T_CollateClause:
      *next = ((const CollateClause*)node)->arg;
      return NULL;
    case T_TypeCast:
      *next = ((const TypeCast*)node)->arg;
      return NULL;
    case T_CaseExpr:
      *next = (const Node*)((const CaseExpr*)node)->defresult;
      return NULL;
    case T_SubLink:
      return NameOfSubLink((const SubLink*)node, next);
    case T_A_Expr:
      return ((const A_Expr*)node)->kind == AEXPR_NULLIF ? "nullif" : NULL;
    case T_A_ArrayExpr:
      return "array";
    case T_RowExpr:
      return "row";
    case T_CoalesceExpr:
      return "coalesce";
    case T_GroupingFunc:
      return "grouping";
    case T_SQLValueFunction:
      return NameOfValue((const SQLValueFunction*)node);
    case T_XmlExpr:
      return NameOfXml((const XmlExpr*)node);
    case T_XmlSerialize:
      return "xmlserialize";
    case T_MinMaxExpr:
      return ((const MinMaxExpr*)node)->op == IS_GREATEST ? "greatest" : "least";
    default:
      return NULL;
  }
}

const char* RawOutputName(const ResTarget* target) {
  const Node* node = target->val;
  const char* fallback = NULL;
  if (target->name != NULL) return target->name;
  for (int i = 0; node != NULL && i < kMaxNameDepth; ++i) {
    const Node* next = NULL;
    const char* name = OwnName(node, &next);
    if (name != NULL) return name;
    if (IsA(node, TypeCast) && fallback == NULL) {
      fallback = LastString(((const TypeCast*)node)->typeName->names);
    } else if (IsA(node, CaseExpr) && fallback == NULL) {
      fallback = "case";
    }
    node = next;
  }
  return fallback;
}

static const char* BareName(const Node* node) {
  if (!IsA(node, ColumnRef)) return NULL;
  const List* fields = ((const ColumnRef*)node)->fields;
  return list_length(fields) == 1 ? LastString(fields) : NULL;
}

static bool IsStar(const ResTarget* target) {
  if (target->val == NULL || !IsA(target->val, ColumnRef)) return false;
  return IsA(llast(((const ColumnRef*)target->val)->fields), A_Star);
}

static void UseAll(uint8_t* usages, int count, int usage) {
  for (int i = 0; i < count; ++i) usages[i] |= (uint8_t)usage;
}

// After a star nobody knows which position is which.
static void UsePosition(const List* targets, uint8_t* usages, int position, int usage) {
  const int count = list_length(targets);
  for (int i = 0; i < count && i < position; ++i) {
    if (IsStar(list_nth(targets, i))) {
      UseAll(usages, count, usage);
      return;
    }
  }
  if (position >= 1 && position <= count) usages[position - 1] |= (uint8_t)usage;
}

static bool UseName(const List* targets, uint8_t* usages, const char* name, int usage) {
  bool found = false;
  for (int i = 0; i < list_length(targets); ++i) {
    const char* output = RawOutputName(list_nth(targets, i));
    if (output == NULL || strcmp(output, name) != 0) continue;
    usages[i] |= (uint8_t)usage;
    found = true;
  }
  return found;
}

// Returns how the elements of `clause` themselves are used.
static uint8_t* UseClause(const List* targets, uint8_t* usages, const List* clause, int usage) {
  const int count = list_length(clause);
  const bool too_many = (int64)count * list_length(targets) > kMaxComparisons;
  uint8_t* own = palloc((Size)count + 1);
  if (too_many) UseAll(usages, list_length(targets), usage);
  for (int i = 0; i < count; ++i) {
    const Node* node = list_nth(clause, i);
    own[i] = (uint8_t)usage;
    if (node != NULL && IsA(node, SortBy)) node = ((const SortBy*)node)->node;
    if (node == NULL) continue;
    const char* name = BareName(node);
    if (name != NULL && too_many) {
      own[i] |= kRawColumnMayMiss;
    } else if (name != NULL) {
      // An output column goes first, but for GROUP BY.
      const bool found = UseName(targets, usages, name, usage);
      if (found && usage == kRawUsageOrdering) own[i] = kRawUsageSkip;
    } else if (IsA(node, A_Const) && IsA(&((const A_Const*)node)->val, Integer)) {
      UsePosition(targets, usages, ((const A_Const*)node)->val.ival.ival, usage);
    }
  }
  return own;
}

// The columns of a set operation are those of its sides, and its ORDER BY can name no others.
static void FindOfSides(const SelectStmt* select, struct RawOutputs* outputs) {
  if (select->sortClause == NIL) return;
  const int count = list_length(select->sortClause);
  uint8_t* own = palloc((Size)count);
  for (int i = 0; i < count; ++i) {
    const SortBy* sort = list_nth(select->sortClause, i);
    own[i] = BareName(sort->node) != NULL ? kRawUsageSkip : kRawUsageOrdering;
  }
  outputs->sorts = own;
  outputs->sides = kRawUsageOrdering;
}

void RawFindOutputs(const struct RawItem* item, struct RawOutputs* outputs) {
  const SelectStmt* select = item->node;
  const bool distinct_on =
      select->distinctClause != NIL && linitial(select->distinctClause) != NULL;
  if (select->op != SETOP_NONE) {
    FindOfSides(select, outputs);
    return;
  }
  if (select->sortClause == NIL && select->groupClause == NIL && !distinct_on) return;
  const List* targets = select->targetList;
  const int count = list_length(targets);
  uint8_t* usages = palloc((Size)count + 1);
  memset(usages, item->usage, (size_t)count + 1);
  outputs->sorts = UseClause(targets, usages, select->sortClause, kRawUsageOrdering);
  if (distinct_on) {
    outputs->distincts = UseClause(targets, usages, select->distinctClause, kRawUsageOrdering);
  }
  UseClause(targets, usages, select->groupClause, kRawUsageGrouping);
  outputs->targets = usages;
}

void RawUseOutputs(const struct RawOutputs* outputs, size_t offset, struct RawItem* child) {
  switch (offset) {
    case offsetof(SelectStmt, targetList):
      child->usages = outputs->targets;
      return;
    case offsetof(SelectStmt, sortClause):
      child->usages = outputs->sorts;
      return;
    case offsetof(SelectStmt, distinctClause):
      child->usages = outputs->distincts;
      return;
    case offsetof(SelectStmt, larg):
    case offsetof(SelectStmt, rarg):
      child->usage |= outputs->sides;
      return;
    default:
      return;
  }
}
