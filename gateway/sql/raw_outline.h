// The raw tree once more, as a compact tree of what lineage needs: flat arrays, and indexes in
// place of pointers. Its one rule: a node that it does not know stands in it as kRawNodeUnknown.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// In the order of sql::NodeKind.
enum RawNodeKind {
  kRawNodeUnknown,
  kRawNodeSelect,
  kRawNodeInsert,
  kRawNodeUpdate,
  kRawNodeDelete,
  kRawNodeMerge,
  kRawNodeCopy,
  kRawNodeExplain,
  kRawNodePrepare,
  kRawNodeDeclare,
  kRawNodeCreateAs,
  kRawNodeCreateView,
  kRawNodeShow,
  kRawNodeCall,
  kRawNodeUtility,
  kRawNodeWithQuery,
  kRawNodeTarget,
  kRawNodeRelation,
  kRawNodeSubquery,
  kRawNodeFunctions,
  kRawNodeFunctionItem,
  kRawNodeTableFunction,
  kRawNodeSample,
  kRawNodeJoin,
  kRawNodeRowList,
  kRawNodeSort,
  kRawNodeWindow,
  kRawNodeConflict,
  kRawNodeWhen,
  kRawNodeName,
  kRawNodeOption,
  kRawNodeColumn,
  kRawNodeConstant,
  kRawNodeParameter,
  kRawNodeFunctionCall,
  kRawNodeOperator,
  kRawNodeBool,
  kRawNodeNullTest,
  kRawNodeCast,
  kRawNodeSublink,
  kRawNodeField,
  kRawNodeExpression,
};

// In the order of sql::NodeRole.
enum RawNodeRole {
  kRawRoleStatement,
  kRawRoleArgument,
  kRawRoleWith,
  kRawRoleQuery,
  kRawRoleTarget,
  kRawRoleFrom,
  kRawRoleWhere,
  kRawRoleGroup,
  kRawRoleHaving,
  kRawRoleWindow,
  kRawRoleValues,
  kRawRoleSort,
  kRawRoleLimit,
  kRawRoleDistinctOn,
  kRawRoleLeft,
  kRawRoleRight,
  kRawRoleCondition,
  kRawRoleUsing,
  kRawRoleUsingAlias,
  kRawRoleColumnAlias,
  kRawRoleColumnDefinition,
  kRawRoleRelation,
  kRawRoleReturning,
  kRawRoleAssign,
  kRawRoleConflict,
  kRawRoleWhen,
  kRawRoleFilter,
  kRawRoleOver,
  kRawRoleTest,
  kRawRoleSearchColumn,
  kRawRoleCycleColumn,
  kRawRoleOption,
};

// Bits of RawNode::flags, of several kinds of node.
enum RawNodeFlags {
  kRawFlagStar = 1,
  kRawFlagDistinct = 2,
  kRawFlagAll = 4,
  kRawFlagRecursive = 8,
  kRawFlagLateral = 16,
  kRawFlagNatural = 32,
  kRawFlagOrdinality = 64,
  kRawFlagInto = 128,
  kRawFlagNamed = 256,
  kRawFlagInteger = 512,
  kRawFlagWithinGroup = 1024,
  kRawFlagFrom = 2048,
  kRawFlagElsewhere = 4096,
  kRawFlagString = 8192,
};

// RawNode::value of a SELECT, in the order of sql::SetOperation.
enum RawSetOperation { kRawSetNone, kRawSetUnion, kRawSetIntersect, kRawSetExcept };
// Of an operator, in the order of sql::OperatorForm.
enum RawOperatorForm { kRawFormPlain, kRawFormAny, kRawFormIn, kRawFormOther };
// Of a BoolExpr, in the order of sql::BoolForm.
enum RawBoolForm { kRawBoolAnd, kRawBoolOr, kRawBoolNot };
// Of a sublink, in the order of sql::SublinkForm.
enum RawSublinkForm { kRawSublinkExists, kRawSublinkScalar, kRawSublinkArray, kRawSublinkTest };

struct RawNode {
  uint8_t kind;
  uint8_t role;
  uint16_t flags;
  int32_t value;
  uint32_t first_child;  // 0: none. Node 0 is the root, whose children are the statements.
  uint32_t last_child;
  uint32_t next;  // 0: none.
  const char* schema;
  const char* qualifier;  // Of a column; what an alias says of anything else.
  const char* name;
};

struct RawTree {
  struct RawNode* nodes;
  uint32_t count;
  uint32_t capacity;
};

struct List;
// In the current memory context. A text whose tree has more than `max_nodes` nodes gets less than
// all of it, with kRawNodeUnknown in place of the rest.
void RawMakeOutline(const struct List* statements, uint32_t max_nodes, struct RawTree* tree);

#ifdef __cplusplus
}
#endif
