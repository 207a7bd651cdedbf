#include "sql/raw_expressions.h"

#include "sql/raw_range.h"

enum { kMaxColumnParts = 3 };

// [catalog.][schema.]qualifier.name, name, or the same with * for the name. GROUP BY may mean a
// column of the output by a bare name.
static void EmitColumnRef(struct RawWalkState* walk, const struct RawItem* item) {
  const List* fields = ((const ColumnRef*)item->node)->fields;
  const char* parts[kMaxColumnParts] = {0};  // The last one first.
  const int count = list_length(fields);
  for (int i = 0; i < count && i < kMaxColumnParts; ++i) {
    const Node* field = list_nth(fields, count - 1 - i);
    if (IsA(field, String)) {
      parts[i] = strVal(field);
    } else if (!IsA(field, A_Star) || i != 0) {
      RawStop(walk, kRawStrangeNode, (int)nodeTag(field));
      return;
    }
  }
  const bool may_miss = item->usage == kRawUsageGrouping && count == 1;
  RawEmitColumn(walk, item, may_miss ? item->usage | kRawColumnMayMiss : item->usage, parts[2],
                parts[1], parts[0]);
}

static void EmitOperator(struct RawWalkState* walk, const A_Expr* expression) {
  switch (expression->kind) {
    case AEXPR_BETWEEN:
    case AEXPR_NOT_BETWEEN:
    case AEXPR_BETWEEN_SYM:
    case AEXPR_NOT_BETWEEN_SYM:
      RawEmitNames(walk, kRawOperatorName, 0, NULL, ">=");
      RawEmitNames(walk, kRawOperatorName, 0, NULL, "<=");
      return;
    default:
      RawEmitQualifiedName(walk, kRawOperatorName, 0, expression->name, 0);
  }
}

static void EmitFields(struct RawWalkState* walk, const A_Indirection* part) {
  ListCell* cell;
  foreach (cell, part->indirection) {
    const Node* field = lfirst(cell);
    if (IsA(field, String)) RawEmitNames(walk, kRawFieldName, 0, strVal(field), NULL);
  }
}

static void EmitSubLink(struct RawWalkState* walk, const SubLink* link) {
  if (link->operName != NIL) {
    RawEmitQualifiedName(walk, kRawOperatorName, 0, link->operName, 0);
  } else if (link->subLinkType == ANY_SUBLINK) {
    RawEmitNames(walk, kRawOperatorName, 0, NULL, "=");
  }
}

// The name of a column that is written. What it is set to is another use.
static void EmitTarget(struct RawWalkState* walk, struct RawItem* item) {
  const ResTarget* target = item->node;
  if (item->usage != kRawUsageAssigned) return;
  RawEmitTargetColumn(walk, item, kRawUsageAssigned, target->name);
  item->usage = kRawUsageOutput;
}

void RawEmitExpression(struct RawWalkState* walk, struct RawItem* item) {
  const void* node = item->node;
  switch (nodeTag(node)) {
    case T_ColumnRef:
      EmitColumnRef(walk, item);
      return;
    case T_A_Expr:
      EmitOperator(walk, node);
      return;
    case T_A_Indirection:
      EmitFields(walk, node);
      return;
    case T_SubLink:
      EmitSubLink(walk, node);
      return;
    case T_CaseExpr:
      if (((const CaseExpr*)node)->arg != NULL) {
        RawEmitNames(walk, kRawOperatorName, 0, NULL, "=");
      }
      return;
    case T_SortBy:
      if (((const SortBy*)node)->useOp != NIL) {
        RawEmitQualifiedName(walk, kRawOperatorName, 0, ((const SortBy*)node)->useOp, 0);
      }
      return;
    case T_TypeName:
      // Of %TYPE the name is a column's; internal types have none.
      if (!((const TypeName*)node)->pct_type && ((const TypeName*)node)->names != NIL) {
        RawEmitQualifiedName(walk, kRawTypeName, 0, ((const TypeName*)node)->names, 0);
      }
      return;
    case T_ResTarget:
      EmitTarget(walk, item);
      return;
    case T_IndexElem:
      if (((const IndexElem*)node)->name != NULL) {
        RawEmitColumn(walk, item, kRawUsagePredicate | kRawColumnMayMiss, NULL, NULL,
                      ((const IndexElem*)node)->name);
      }
      return;
    default:
      RawEmitRangeEntry(walk, item);
  }
}
