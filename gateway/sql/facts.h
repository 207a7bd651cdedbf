// What the parser found in a piece of SQL text. Facts are plain values; nothing here decides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portreeve::sql {

// pgAudit's vocabulary, in rising order of consequence, and what could not be understood.
enum class StatementClass : uint8_t { kMisc, kRead, kFunction, kWrite, kDdl, kRole, kUnknown };

// What kind of statement it is, finer than its class.
enum class SubClass : uint8_t {
  kSelect,
  kInsert,
  kUpdate,
  kDelete,
  kTruncate,
  kMerge,
  kCopyIn,
  kCopyOut,
  kCopyFile,
  kCopyProgram,
  kDoBlock,
  kCall,
  kSet,
  kSetRole,
  kShow,
  kReset,
  kDiscard,
  kTransaction,
  kTwoPhase,
  kExplain,
  kCursor,
  kFetch,
  kClose,
  kPrepare,
  kExecute,
  kDeallocate,
  kListen,
  kUnlisten,
  kNotify,
  kLock,
  kVacuum,
  kCheckpoint,
  kLoad,
  kReplication,
  kFunctionCall,
  kDdl,
  kImportSchema,  // IMPORT FOREIGN SCHEMA
  kSubscription,  // CREATE, ALTER and DROP SUBSCRIPTION
  kAlterSystem,
  kServerCode,  // CREATE LANGUAGE and EXTENSION, functions in C: it runs as the server itself.
  kRole,
  kComment,
  kUnknown,
};

std::string_view Name(StatementClass statement_class);
std::string_view Name(SubClass sub_class);

// How a relation is used. MERGE inserts, updates and deletes as its branches say; COPY FROM
// inserts; SELECT ... FOR UPDATE reads and locks. Below a plain EXPLAIN every use is a read.
enum class Access : uint8_t { kRead, kLock, kInsert, kUpdate, kDelete, kTruncate, kDdl };

std::string_view Name(Access access);

// Where in a statement a column is used.
enum class ColumnUsage : uint8_t {
  kOutput,     // In a target list, RETURNING or VALUES: the value can leave.
  kPredicate,  // WHERE, ON, USING, HAVING, FILTER, LIMIT, ON CONFLICT and the conditions of MERGE.
  kOrdering,   // ORDER BY, DISTINCT ON and windows.
  kGrouping,   // GROUP BY.
  kAssigned,   // It is written: SET, the columns of INSERT and COPY FROM.
};

std::string_view Name(ColumnUsage usage);

// What a statement does with the session's prepared statements and cursors. The protocol's Parse
// and Bind make names in the same two spaces.
enum class NameUse : uint8_t {
  kNone,
  kPrepare,
  kExecute,     // Also within EXPLAIN ANALYZE and CREATE TABLE AS.
  kDeallocate,  // Without a name: all of them.
  kDeclare,
  kFetch,  // And MOVE: both run what the cursor is bound to.
  kClose,  // Without a name: all of them.
  kDiscardAll,
};

// A query level of a statement: what its FROM names can be seen from its own clauses and from the
// levels below it.
inline constexpr uint32_t kNoIndex = UINT32_MAX;

struct QueryLevel {
  uint32_t outer = kNoIndex;  // Index of the level around it.
};

// What stands in FROM (or is the target) of a query level, by the name that its columns go by.
struct RangeEntry {
  uint32_t level = 0;
  std::string alias;
  uint32_t relation = kNoIndex;  // Index in `relations`; kNoIndex: a subquery, function or WITH
                                 // query, whose own columns are counted where it stands.
  bool renames = false;          // With a list of column aliases: names do not say which column.
};

// A relation as it is written in the statement; resolving it is the catalog's work.
struct RelationUse {
  std::string schema;  // Empty: not qualified.
  std::string name;
  Access access = Access::kRead;
  bool operator==(const RelationUse&) const = default;
};

// A column as it is written: [schema.]qualifier.name, or name.
struct ColumnUse {
  uint32_t level = 0;
  std::string schema;     // Of a name with three parts.
  std::string qualifier;  // Empty: not qualified.
  std::string name;       // Empty: `*` or a whole row.
  ColumnUsage usage = ColumnUsage::kOutput;
  // It need not be a column at all: GROUP BY may mean an output column, ALTER TABLE ... IF EXISTS
  // nothing.
  bool may_miss = false;
  bool operator==(const ColumnUse&) const = default;
};

struct FunctionUse {
  std::string schema;  // Empty: not qualified.
  std::string name;
  uint32_t arguments = 0;
  bool operator==(const FunctionUse&) const = default;
};

// An operator or a type as it is written, which may reach a function of a user.
struct NameInSchema {
  std::string schema;  // Empty: not qualified.
  std::string name;
  bool operator==(const NameInSchema&) const = default;
};

// Whether the WHERE of an UPDATE or DELETE restricts it: at least one conjunct (each branch of an
// OR) compares a column with something that is neither the same column, a constant truth nor a bare
// parameter. MERGE counts by its branches that update or delete.
enum class Where : uint8_t { kNone, kAbsent, kTrivial, kRestricting };

// A parameter that SET, RESET or set_config changes. RESET ALL and DISCARD ALL reset "all".
struct SettingUse {
  std::string name;                  // Lower case; empty: it is computed.
  std::optional<std::string> value;  // As the server reads it; none: RESET, DEFAULT or computed.
  bool resets = false;
  bool local = false;  // Until the end of the transaction.
  bool operator==(const SettingUse&) const = default;
};

// A relation that the statement makes: later statements of the session may mean it.
struct MadeRelation {
  std::string schema;
  std::string name;
  bool temporary = false;
  bool operator==(const MadeRelation&) const = default;
};

// A piece of the statement's text that must not be kept: a password, or a secret of a foreign
// server or subscription. In bytes of the whole text.
struct Secret {
  uint32_t offset = 0;
  uint32_t length = 0;
  bool operator==(const Secret&) const = default;
};

// Functions of users, operators and casts that call them are not known here: what they do is for
// the catalog to say. Only the functions of known_functions.h raise the class, to `function` with
// sub-class `call`, or to `write`.
struct StatementFacts {
  // The most consequential effect anywhere in the tree decides both.
  StatementClass statement_class = StatementClass::kUnknown;
  SubClass sub_class = SubClass::kUnknown;
  // The statement's own text within the string it came in, in bytes.
  uint32_t offset = 0;
  uint32_t length = 0;
  // Each once for each way of use, in the order of the text. Names of WITH queries are left out
  // where they hide a relation.
  std::vector<RelationUse> relations;
  std::vector<QueryLevel> levels;
  std::vector<RangeEntry> range;
  std::vector<ColumnUse> columns;
  std::vector<FunctionUse> functions;
  // Names behind an expression, as in (x).name: a field of its value, or a function of it.
  std::vector<std::string> fields;
  std::vector<NameInSchema> operators;
  std::vector<NameInSchema> types;
  std::vector<SettingUse> settings;
  std::vector<MadeRelation> makes_relations;
  std::vector<Secret> secrets;
  // Of the UPDATE and DELETE statements in it, the least restricting.
  Where where = Where::kNone;
  // INSERT, UPDATE, DELETE and MERGE in it, those in WITH included.
  uint32_t changes = 0;
  // It is explained, or its outermost query is a SELECT or has RETURNING.
  bool gives_rows = false;
  // The outermost query has a LIMIT with a constant; 0 is a limit as well.
  std::optional<uint64_t> limit;
  // SET, RESET, SHOW and set_config: the lower-case name of the parameter, if it is constant.
  std::string parameter;
  // Sets client_encoding to another than UTF8, or standard_conforming_strings off, or may do so:
  // the server will read later texts differently.
  bool changes_encoding = false;
  bool changes_strings = false;
  NameUse name_use = NameUse::kNone;
  std::string name;  // Of `name_use`, as the server has it.
  // Keeps the session going and touches no data: see IsHousekeeping in classify.h.
  bool housekeeping = false;
  // It defines something that the server will run later, or fetch data from, without being named:
  // functions, triggers, casts, operators, policies, foreign tables and their kin.
  bool makes_code = false;
  // A FROM STDIN copy: the server will answer with CopyInResponse.
  bool copies_in = false;
  // SELECT ... FOR UPDATE, FOR SHARE and their kin: a read that blocks others.
  bool locks_rows = false;
  // Why the class is unknown, for the person who is refused. Empty otherwise.
  std::string unknown_reason;
};

// Why a text does not parse: the server's own words for it (PostgreSQL 55.8).
struct SyntaxError {
  std::string sqlstate;
  std::string message;
  std::string detail;
  std::string hint;
  uint32_t position = 0;  // In characters, from 1; 0 if there is none.
};

struct Facts {
  std::vector<StatementFacts> statements;   // Empty for an empty text or a comment.
  std::optional<SyntaxError> syntax_error;  // Then `statements` is empty.
  // The text was not given to the parser: too large, too deep, not UTF-8. Then `statements` is
  // empty.
  std::optional<std::string> not_examined;
};

// What they hold in memory, near enough and never less.
size_t HeldBytes(const Facts& facts);

}  // namespace portreeve::sql
