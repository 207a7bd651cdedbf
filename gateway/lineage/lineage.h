// Where the values of a statement's result come from, and what else it does with columns: names
// resolved level by level, as the server would. Its one rule: a column is free of a source only
// when that is proved. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/resolve.h"
#include "catalog/snapshot.h"
#include "sql/facts.h"
#include "sql/parser.h"

namespace portreeve::lineage {

// A column of a relation. What a view gives is a column of the view, and of what its definition
// takes it from as well.
struct Source {
  catalog::Oid relation = 0;  // 0: one that the snapshot does not have.
  std::string made;           // Its name then, as the session made it.
  std::string column;         // Empty: a whole row, or it is not known which.
  bool operator==(const Source&) const = default;
};

// "schema.relation.column", with `*` for a column that is not known.
std::string NameOf(const Source& source, const catalog::Snapshot& snapshot);

// What is done with a column beside giving its value out.
enum class UseKind : uint8_t {
  kEquality,   // Compared with constants or parameters in a conjunct of WHERE, ON or HAVING.
  kNullTest,   // IS [NOT] NULL, likewise.
  kCount,      // count(column).
  kAggregate,  // sum or avg of the bare column.
  kCondition,  // Any other condition, the columns of USING and NATURAL, LIMIT.
  kOrdering,   // ORDER BY and windows.
  kGrouping,   // GROUP BY, DISTINCT and set operations without ALL.
  kComputed,   // In an expression that reaches an output.
  kWholeRow,   // The row as a value.
  kStored,     // Written into a relation.
  kArgument,   // Of EXECUTE, CALL, SET, NOTIFY: anything that is no query's output.
};

std::string_view Name(UseKind kind);

struct Origin {
  Source source;
  // The value is that of the column, unchanged, in all rows that come from there: there are several
  // where set operations or views give it on.
  bool direct = false;
  // It is computed, but only within the definition of a view: its owner chose that.
  bool through_view = false;
  // What is done with it otherwise: kCount, kAggregate, kComputed or kWholeRow.
  UseKind kind = UseKind::kComputed;
  bool operator==(const Origin&) const = default;
};

struct OutputColumn {
  std::string name;  // As the server calls it; empty: not known.
  // All that can reach the value. What only chooses the rows is a use. Origins that are not direct,
  // and not through a view, stand in the uses as well, as what is done with them.
  std::vector<Origin> origins;
  bool unknown = false;  // It may be anything that the statement reaches.
};

struct Use {
  Source source;
  UseKind kind = UseKind::kCondition;
  bool through_view = false;  // Within a view's definition: its owner chose it.
  bool operator==(const Use&) const = default;
};

// A column is compared for equality with constants, as a condition.
struct Comparison {
  Source source;
  uint64_t constants = 0;  // All that it is compared with; 0: more than can be counted.
  bool operator==(const Comparison&) const = default;
};

// HAVING count(column) >= size, where the column is aggregated.
struct GroupFloor {
  Source source;
  uint64_t size = 0;
  bool operator==(const GroupFloor&) const = default;
};

// How COPY TO STDOUT writes what it copies (PostgreSQL, COPY).
struct CopyFormat {
  bool binary = false;
  bool csv = false;
  bool header = false;
  std::string delimiter;  // As written; empty: that of the format, like those below.
  std::optional<std::string> null;
  std::string quote;
  std::string escape;
  std::string encoding;
};

struct Lineage {
  bool gives_rows = false;               // With a RowDescription.
  std::optional<CopyFormat> copies_out;  // As COPY OUT.
  std::vector<OutputColumn> outputs;     // Of either, as many as it has.
  std::vector<Use> uses;                 // Each once.
  std::vector<Comparison> comparisons;
  std::vector<GroupFloor> floors;
  // A function in it may be a user's, or read what its text does not say.
  bool calls_unknown = false;
  // Not all of the statement could be followed. Then nothing above is complete.
  std::string unknown_reason;
};

class ViewLineages;  // See views.h.

// One for each statement of the text, in order; none if it does not parse. PREPARE, DECLARE and
// EXPLAIN are followed into their query: the first two have its lineage, EXPLAIN its uses and one
// clean column. EXECUTE and FETCH give what they run: that is for the caller to know.
// `views` remembers what views are made of; without it they are followed each time.
std::vector<Lineage> Trace(std::string_view text, const sql::Limits& limits,
                           const sql::LexerMode& mode, const catalog::NameSpace& names,
                           ViewLineages* views = nullptr);

}  // namespace portreeve::lineage
