// A text's statements as a compact tree: who asks for more than facts walks it. Its one rule: what
// the parser's grammar can say and this tree cannot stands in it as `kUnknown`.
//
// Nodes lie in one array, their names in one string. Which roles the children of a kind of node
// have is said beside the kind.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sql/facts.h"
#include "sql/parser.h"

namespace portreeve::sql {

enum class NodeKind : uint8_t {
  kUnknown,
  kSelect,  // with, distinct-on, target, from, where, group, having, window, values, sort, limit;
            // of a set operation left and right.
  kInsert,  // with, relation, assign, query, conflict, returning
  kUpdate,  // with, relation, from, assign, where, returning
  kDelete,  // with, relation, from, where, returning
  kMerge,   // with, relation, from, condition, when
  kCopy,    // relation, column-alias, query, where, option
  kExplain,
  kPrepare,
  kDeclare,
  kCreateAs,
  kCreateView,  // These have a query.
  kShow,
  kCall,           // argument
  kUtility,        // Any other statement: argument.
  kWithQuery,      // column-alias, query, search-column, cycle-column (mark and path)
  kTarget,         // argument: the value, and of one that is assigned its subscripts before it
  kRelation,       // column-alias
  kSubquery,       // column-alias, query
  kFunctions,      // Of FROM: column-alias, from
  kFunctionItem,   // argument: the call, column-definition
  kTableFunction,  // XMLTABLE: column-alias, argument, column-definition
  kSample,         // from, argument
  kJoin,           // column-alias, using-alias, using, left, right, condition
  kRowList,        // argument
  kSort,           // argument
  kWindow,         // argument, sort
  kConflict,       // test, assign, where
  kWhen,           // condition, assign, values
  kName,
  kOption,  // Its value is the qualifier.
  kColumn,
  kConstant,
  kParameter,
  kFunctionCall,  // argument, sort, filter, over; the number of arguments is the value
  kOperator,      // left, right
  kBool,          // argument
  kNullTest,      // argument
  kCast,          // argument
  kSublink,       // test, query
  kField,         // argument
  kExpression,    // Computed of its arguments.
};

enum class NodeRole : uint8_t {
  kStatement,
  kArgument,
  kWith,
  kQuery,
  kTarget,
  kFrom,
  kWhere,
  kGroup,
  kHaving,
  kWindow,
  kValues,
  kSort,
  kLimit,
  kDistinctOn,
  kLeft,
  kRight,
  kCondition,
  kUsing,
  kUsingAlias,
  kColumnAlias,
  kColumnDefinition,
  kRelation,
  kReturning,
  kAssign,
  kConflict,
  kWhen,
  kFilter,
  kOver,
  kTest,
  kSearchColumn,
  kCycleColumn,
  kOption,
};

// Bits of OutlineNode::flags.
inline constexpr uint16_t kStar = 1;            // Of a column, field or call.
inline constexpr uint16_t kDistinct = 2;        // Of a SELECT or call.
inline constexpr uint16_t kAll = 4;             // Of a set operation.
inline constexpr uint16_t kRecursive = 8;       // Of a WITH query.
inline constexpr uint16_t kLateral = 16;        // Of a subquery.
inline constexpr uint16_t kNatural = 32;        // Of a join.
inline constexpr uint16_t kOrdinality = 64;     // Of functions.
inline constexpr uint16_t kInto = 128;          // Of a SELECT.
inline constexpr uint16_t kNamed = 256;         // Of a target: with AS.
inline constexpr uint16_t kInteger = 512;       // Of a constant: its number is the value.
inline constexpr uint16_t kWithinGroup = 1024;  // Of a call.
inline constexpr uint16_t kCopiesFrom = 2048;   // Of a COPY.
inline constexpr uint16_t kElsewhere = 4096;    // Of a COPY: of a file or program.
inline constexpr uint16_t kString = 8192;       // Of a constant: it is the name.

// OutlineNode::value of some kinds of node.
enum class SetOperation : uint8_t { kNone, kUnion, kIntersect, kExcept };
enum class OperatorForm : uint8_t { kPlain, kAny, kIn, kOther };
enum class BoolForm : uint8_t { kAnd, kOr, kNot };
enum class SublinkForm : uint8_t { kExists, kScalar, kArray, kTest };

// Part of Outline's string.
struct OutlineText {
  uint32_t offset = 0;
  uint32_t length = 0;
};

struct OutlineNode {
  NodeKind kind = NodeKind::kUnknown;
  NodeRole role = NodeRole::kStatement;
  uint16_t flags = 0;
  int32_t value = 0;
  uint32_t first_child = 0;  // 0: none.
  uint32_t next = 0;         // Of the same parent; 0: none.
  OutlineText schema;
  OutlineText qualifier;  // Of a column; the alias of what stands in FROM.
  OutlineText name;

  bool Has(uint16_t flag) const { return (flags & flag) != 0; }
};

// A value.
struct Outline {
  std::vector<OutlineNode> nodes;  // The children of the first are the statements, in order.
  std::string text;

  std::string_view Text(OutlineText part) const {
    return std::string_view(text).substr(part.offset, part.length);
  }
  // 0: there is none.
  uint32_t FirstChild(uint32_t node, NodeRole role) const {
    return Skip(nodes[node].first_child, role);
  }
  // The next of the same parent and role.
  uint32_t Next(uint32_t node) const { return Skip(nodes[node].next, nodes[node].role); }

 private:
  uint32_t Skip(uint32_t node, NodeRole role) const {
    while (node != 0 && nodes[node].role != role) node = nodes[node].next;
    return node;
  }
};

struct Outlined {
  Facts facts;
  Outline outline;  // Without nodes unless the facts have statements.
};

// As Analyse, with the outline of what was parsed. What is nested more than 500 levels deep is not
// followed; it takes up to 400 KiB of stack more.
Outlined AnalyseAndOutline(std::string_view sql, const Limits& limits, const LexerMode& mode);

}  // namespace portreeve::sql
