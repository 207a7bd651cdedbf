// From the server's answer to a snapshot's parts. Its one rule: an answer that is not exactly what
// was asked for is an error; no part of it is used.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "catalog/snapshot.h"

namespace portreeve::introspect {

// Finds the end of an answer that arrives in pieces, by its message headers alone.
class AnswerEnd {
 public:
  // `answer` is all that has arrived; call it again when there is more. The length of the answer up
  // to and with its ReadyForQuery, or nullopt if that is not there yet. An error: no server speaks
  // so.
  absl::StatusOr<std::optional<size_t>> Find(std::string_view answer);

 private:
  size_t at_ = 0;
};

// Catalogs that differ have different ones.
struct Stamp {
  std::string built_in;  // Of what initdb made, and of the server itself.
  std::string rest;

  bool operator==(const Stamp&) const = default;
};

// What initdb made, as a whole reading found it.
struct BuiltIn {
  std::string stamp;  // Stamp::built_in of that reading.
  std::vector<catalog::Relation> relations;
  std::vector<catalog::Function> functions;
};

struct CatalogAnswer {
  catalog::SnapshotParts parts;
  Stamp stamp;
};

// `answer` is a whole answer to CatalogQuery(). kAborted: the server's own error. kDataLoss: it is
// not the answer.
absl::StatusOr<CatalogAnswer> DecodeCatalog(std::string_view answer);
// The same of an answer to CatalogQuery(kFirstUserOid), to which what initdb made is added.
// kAborted as well: that has been changed since it was read.
absl::StatusOr<CatalogAnswer> DecodeCatalog(std::string_view answer, const BuiltIn& built_in);
// The same of an answer to StampQuery().
absl::StatusOr<Stamp> DecodeStamp(std::string_view answer);

BuiltIn BuiltInOf(const CatalogAnswer& whole);

}  // namespace portreeve::introspect
