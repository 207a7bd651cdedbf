// What a database holds, as one reading of its system catalogs found it. Immutable and shared by
// every session of the database; a later reading makes a new one. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace portreeve::catalog {

using Oid = uint32_t;

// pg_class.relkind.
enum class RelationKind : char {
  kTable = 'r',
  kPartitioned = 'p',
  kView = 'v',
  kMaterializedView = 'm',
  kForeignTable = 'f',
  kSequence = 'S',
  kIndex = 'i',
  kPartitionedIndex = 'I',
  kCompositeType = 'c',
  kToast = 't',
};

struct Column {
  int16_t number = 0;  // pg_attribute.attnum
  std::string name;
  Oid type = 0;
};

struct Relation {
  Oid oid = 0;
  std::string schema;
  std::string name;
  RelationKind kind = RelationKind::kTable;
  std::vector<Column> columns;  // Without dropped ones; system columns are not listed.
  std::vector<Oid> parents;     // Inheritance and partitions, as read.
  std::vector<Oid> reaches;     // Views: the relations that the definition names.
  std::vector<Oid> calls;       // Views: the functions that the definition calls.
  std::string view_definition;  // pg_get_viewdef; views and materialised views.
};

// pg_proc.provolatile.
enum class Volatility : char { kImmutable = 'i', kStable = 's', kVolatile = 'v' };

struct Function {
  Oid oid = 0;
  std::string schema;
  std::string name;
  std::string arguments;  // Types only: "integer, text".
  uint16_t min_arguments = 0;
  uint16_t max_arguments = 0;  // UINT16_MAX: variadic.
  char kind = 'f';             // pg_proc.prokind
  Volatility volatility = Volatility::kVolatile;
  std::string language;
  bool security_definer = false;
  std::string body_hash;  // Hex MD5 of prosrc; empty for PostgreSQL's own.
};

// Outside pg_catalog only: PostgreSQL's own operators call PostgreSQL's own functions.
struct Operator {
  std::string schema;
  std::string name;
  Oid function = 0;
};

// Outside pg_catalog only: domains with checks and types with casts that call functions of users.
struct Type {
  Oid oid = 0;
  std::string schema;
  std::string name;
  std::vector<Oid> calls;
};

struct SnapshotParts {
  std::string server_version;       // "15.14"
  std::string login_role;           // That a session starts as, if its grant names none.
  std::string default_search_path;  // Of that role in this database, as SHOW says it.
  std::vector<std::string> schemas;
  std::vector<Relation> relations;
  std::vector<Function> functions;
  std::vector<Operator> operators;
  std::vector<Type> types;
};

// Thread-safe: never changes.
class Snapshot {
 public:
  // Builds the indexes. The version is a hash of the parts: equal readings have equal versions.
  static std::shared_ptr<const Snapshot> Make(SnapshotParts parts);

  const std::string& version() const { return version_; }
  const SnapshotParts& parts() const { return parts_; }

 private:
  Snapshot() = default;

  SnapshotParts parts_;
  std::string version_;
};

}  // namespace portreeve::catalog
