// What the parser found in a piece of SQL text. Facts are plain values; nothing here decides.
#pragma once

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
  kRole,
  kComment,
  kUnknown,
};

std::string_view Name(StatementClass statement_class);
std::string_view Name(SubClass sub_class);

enum class Access : uint8_t { kRead, kWrite, kDdl };

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

// A relation as it is written in the statement; resolving it is the catalog's work.
struct RelationUse {
  std::string schema;  // Empty: not qualified.
  std::string name;
  Access access = Access::kRead;
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
  // Each once, in the order of the text while there are few, else sorted. Names of WITH queries are
  // left out where they hide a relation. Below a plain EXPLAIN every use is a read.
  std::vector<RelationUse> relations;
  std::vector<std::string> functions;  // As written: "schema.name" or "name".
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
  // A FROM STDIN copy: the server will answer with CopyInResponse.
  bool copies_in = false;
  // SELECT ... FOR UPDATE, FOR SHARE and their kin: a read that blocks others.
  bool locks_rows = false;
  // An UPDATE or DELETE without WHERE stands somewhere in it.
  bool without_where = false;
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

}  // namespace portreeve::sql
