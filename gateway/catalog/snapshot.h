// What a database holds, as one reading of its system catalogs found it. Immutable and shared by
// every session of the database; a later reading makes a new one. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sql/facts.h"

namespace portreeve::catalog {

using Oid = uint32_t;

// Below it are the objects that initdb made (FirstNormalObjectId).
inline constexpr Oid kFirstUserOid = 16384;

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
  Oid type = 0;  // Of a domain the type beneath it.
  bool generated = false;
};

// A column that a view's definition or a rule uses.
struct UsedColumn {
  Oid relation = 0;
  std::string name;  // Empty: all of them, or it is not known which.
  sql::ColumnUsage usage = sql::ColumnUsage::kOutput;
};

struct Relation {
  Oid oid = 0;
  std::string schema;
  std::string name;
  RelationKind kind = RelationKind::kTable;
  std::vector<Column> columns;  // Without dropped ones; system columns are not listed.
  std::vector<Oid> parents;     // Inheritance and partitions, as read.
  // The relations that a view's definition or a rule names; an index's or TOAST table's own table.
  std::vector<Oid> reaches;
  std::vector<Oid> calls;       // The functions that a view's definition or a rule calls.
  std::string view_definition;  // pg_get_viewdef; views and materialised views.
  // Columns of what it reaches; not read, but found in the definition.
  std::vector<UsedColumn> uses;
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
  // A member of an extension that a superuser owns: users cannot have made it.
  bool of_extension = false;
  std::string body_hash;  // Hex SHA-256 of its definition; empty for those of pg_catalog.
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

// A role that may look into a schema; the server passes over those that the user may not use.
struct SchemaUsage {
  std::string schema;
  std::string role;  // Empty: everyone.
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
  std::vector<SchemaUsage> usages;  // Of whom it is not said here, it is not known.
};

// What touching a relation touches as well.
struct Relative {
  const Relation* relation = nullptr;
  // By inheritance or partitioning: it has the same columns. Otherwise a view or rule reaches it.
  bool family = false;
};
struct Relatives {
  std::vector<Relative> relations;
  std::vector<Oid> calls;  // Of the relation itself and of the views that it reaches.
};

// Values by name, and those of one name by schema.
class NameIndex {
 public:
  template <typename T>
  void Build(const std::vector<T>& values);
  // Places in the vector that it was built of, which must still stand where it did.
  std::span<const uint32_t> Find(std::string_view name) const;

 private:
  std::vector<uint32_t> order_;
  std::unordered_map<std::string_view, std::pair<uint32_t, uint32_t>> ranges_;
};

// Thread-safe: never changes.
class Snapshot {
 public:
  // Builds the indexes, and adds what the definitions of views name to what they reach, use and
  // call. The version is a hash of the parts: equal readings have equal versions.
  static std::shared_ptr<const Snapshot> Make(SnapshotParts parts);

  const std::string& version() const { return version_; }
  const SnapshotParts& parts() const { return parts_; }

  // Null: there is none.
  const Relation* FindRelation(std::string_view schema, std::string_view name) const;
  const Relation* FindRelation(Oid oid) const;
  const Function* FindFunction(Oid oid) const;
  bool HasSchema(std::string_view schema) const { return schemas_.contains(schema); }
  // Certain to be looked into when it is on the role's search_path.
  bool MayUse(std::string_view role, std::string_view schema) const;
  // Places in the vectors of parts(), those of one name ordered by schema.
  std::span<const uint32_t> RelationsNamed(std::string_view name) const {
    return relation_names_.Find(name);
  }
  std::span<const uint32_t> FunctionsNamed(std::string_view name) const {
    return function_names_.Find(name);
  }
  std::span<const uint32_t> OperatorsNamed(std::string_view name) const {
    return operator_names_.Find(name);
  }
  std::span<const uint32_t> TypesNamed(std::string_view name) const {
    return type_names_.Find(name);
  }
  // `relation` must be one of this snapshot's. Children and partitions of it, parents above it, and
  // what views reach, through any number of steps; each relation once.
  Relatives RelativesOf(const Relation& relation) const;

 private:
  explicit Snapshot(SnapshotParts parts);

  SnapshotParts parts_;
  std::string version_;
  NameIndex relation_names_;
  NameIndex function_names_;
  NameIndex operator_names_;
  NameIndex type_names_;
  std::unordered_map<Oid, uint32_t> relations_;
  std::unordered_map<Oid, uint32_t> functions_;
  std::unordered_map<Oid, std::vector<uint32_t>> children_;
  std::unordered_map<std::string_view, std::vector<std::string_view>> schemas_;  // And their users.
};

}  // namespace portreeve::catalog
