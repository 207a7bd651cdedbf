#include "rehearsal/own_catalog.h"

#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/split.h"

namespace portreeve::rehearsal {
namespace {

constexpr size_t kRelationFields = 7;
constexpr size_t kFunctionFields = 9;

template <typename T>
T Number(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  PORTREEVE_CHECK(error == std::errc() && end == text.data() + text.size());
  return number;
}

catalog::Relation RelationOf(const std::vector<std::string_view>& fields) {
  PORTREEVE_CHECK(fields.size() == kRelationFields);
  catalog::Relation relation;
  relation.oid = Number<catalog::Oid>(fields[1]);
  relation.schema = fields[2];
  relation.name = fields[3];
  relation.kind = static_cast<catalog::RelationKind>(fields[4].at(0));
  for (const std::string_view name : base::Split(fields[5], ',')) {
    const auto number = static_cast<int16_t>(relation.columns.size() + 1);
    relation.columns.push_back({number, std::string(name), 0});
  }
  relation.view_definition = fields[6];
  return relation;
}

catalog::Function FunctionOf(const std::vector<std::string_view>& fields) {
  PORTREEVE_CHECK(fields.size() == kFunctionFields);
  catalog::Function function;
  function.oid = Number<catalog::Oid>(fields[1]);
  function.schema = fields[2];
  function.name = fields[3];
  function.kind = fields[4].at(0);
  function.volatility = static_cast<catalog::Volatility>(fields[5].at(0));
  function.min_arguments = Number<uint16_t>(fields[6]);
  function.max_arguments = Number<uint16_t>(fields[7]);
  function.arguments = fields[8];
  function.language = "internal";
  return function;
}

}  // namespace

catalog::SnapshotParts OwnCatalog() {
  catalog::SnapshotParts parts;
  parts.server_version = "15";
  parts.schemas = {"information_schema", "pg_catalog", "public"};
  for (const std::string& schema : parts.schemas) parts.usages.push_back({schema, ""});
  for (const std::string_view line : OwnCatalogLines()) {
    const std::vector<std::string_view> fields = base::Split(line, '\t');
    if (fields[0] == "r") {
      parts.relations.push_back(RelationOf(fields));
    } else {
      parts.functions.push_back(FunctionOf(fields));
    }
  }
  return parts;
}

}  // namespace portreeve::rehearsal
