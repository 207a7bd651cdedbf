// What is asked of a server to know its catalog: one text of several statements, whose rows
// catalog_answer.h reads. Its one rule: nothing that users can define has a say in it; it runs
// read-only, under limits, and with no schema but pg_catalog on the path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "catalog/snapshot.h"

namespace portreeve::introspect {

// The results that have rows, in their order.
enum class Part : uint8_t {
  kServer,     // version, login role, search_path
  kStamp,      // that of what initdb made, that of the rest
  kSchemas,    // name
  kUsages,     // schema, role ("": everyone)
  kRelations,  // oid, schema, name, kind
  kColumns,    // relation, number, name, type, generated
  kParents,    // relation, parent
  kOwners,     // index or TOAST table, its table
  kViews,      // oid, definition
  kReaches,    // relation, relation
  kCalls,      // relation, function
  // oid, schema, name, arguments, least, most, kind, volatility, language, definer, extension, hash
  kFunctions,
  kOperators,  // schema, name, function
  kTypes,      // oid, schema, name, function
};
inline constexpr size_t kParts = 14;
inline constexpr size_t kStampParts = 2;  // All that a stamp is made of.

// Columns of each part.
inline constexpr size_t kPartColumns[kParts] = {3, 2, 1, 2, 4, 5, 2, 2, 2, 2, 2, 12, 3, 4};

// For PostgreSQL 13 and later. Of the relations and functions only those with `first` or a higher
// number: what initdb made is most of the catalog and hardly ever changes, so that whoever has it
// asks for the others, at a tenth of the cost.
std::string CatalogQuery(catalog::Oid first = 0);
// Its first parts only, which cost little: as long as they are the same, so is the rest.
std::string StampQuery();

}  // namespace portreeve::introspect
