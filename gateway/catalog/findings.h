// What a statement touches once its names are resolved: values for the policy to match. Its one
// rule: what cannot be resolved is said to be unknown, and unknown counts as the most sensitive
// thing it could be.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sql/facts.h"

namespace portreeve::catalog {

// A relation that the statement reaches.
struct RelationTouch {
  std::string schema;  // Empty: no schema on the search_path is known to hold it.
  std::string name;
  sql::Access access = sql::Access::kRead;
  // The catalog has it. Otherwise it may be a view of anything.
  bool known = false;
  // Named in the statement; otherwise reached through a view, a partition or a child. What a view
  // reaches is its owner's to give: a refusal looks through it, a permission does not have to.
  bool direct = true;
  bool operator==(const RelationTouch&) const = default;
};

// A column that the statement names, or may mean.
struct ColumnTouch {
  std::string schema;
  std::string relation;
  std::string column;  // Empty: all of them.
  sql::ColumnUsage usage = sql::ColumnUsage::kOutput;
  bool operator==(const ColumnTouch&) const = default;
};

// A function that the statement calls, or may call: one for each candidate of an overloaded name.
struct FunctionTouch {
  std::string schema;  // Empty: not known.
  std::string name;
  std::string arguments;  // "integer, text": as pg_get_function_identity_arguments without names.
  bool known = false;
  // PostgreSQL's own, and known to do no more than compute. Anything else makes the statement's
  // class at least `function`.
  bool harmless = false;
  bool operator==(const FunctionTouch&) const = default;
};

struct Findings {
  // The facts' class, raised by the functions that are not harmless.
  sql::StatementClass statement_class = sql::StatementClass::kUnknown;
  sql::SubClass sub_class = sql::SubClass::kUnknown;
  bool housekeeping = false;
  sql::Where where = sql::Where::kNone;
  std::optional<uint64_t> limit;
  std::vector<RelationTouch> relations;
  std::vector<ColumnTouch> columns;
  std::vector<FunctionTouch> functions;
  // Why the class is unknown: the parser's reason, or a name that is in no FROM.
  std::string unknown_reason;
};

// What the parser alone can say, for a statement whose names are not resolved.
inline Findings FindingsWithoutNames(const sql::StatementFacts& facts) {
  return {.statement_class = facts.statement_class,
          .sub_class = facts.sub_class,
          .housekeeping = facts.housekeeping,
          .where = facts.where,
          .limit = facts.limit,
          .relations = {},
          .columns = {},
          .functions = {},
          .unknown_reason = facts.unknown_reason};
}

}  // namespace portreeve::catalog
