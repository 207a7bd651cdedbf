#include "mask/type_names.h"

#include <algorithm>
#include <array>
#include <string>

#include "mask/types.h"

namespace portreeve::mask {
namespace {

struct Named {
  std::string_view name;
  uint32_t oid;
};

// Of several names of a type, that of the server comes first.
constexpr auto kNames = std::to_array<Named>({
    {"boolean", oid::kBool},
    {"bool", oid::kBool},
    {"bytea", oid::kBytea},
    {"name", oid::kName},
    {"bigint", oid::kInt8},
    {"int8", oid::kInt8},
    {"bigserial", oid::kInt8},
    {"smallint", oid::kInt2},
    {"int2", oid::kInt2},
    {"smallserial", oid::kInt2},
    {"integer", oid::kInt4},
    {"int", oid::kInt4},
    {"int4", oid::kInt4},
    {"serial", oid::kInt4},
    {"text", oid::kText},
    {"oid", oid::kOid},
    {"json", oid::kJson},
    {"xml", oid::kXml},
    {"point", 600},
    {"cidr", 650},
    {"real", oid::kFloat4},
    {"float4", oid::kFloat4},
    {"double precision", oid::kFloat8},
    {"float8", oid::kFloat8},
    {"float", oid::kFloat8},
    {"money", 790},
    {"macaddr", 829},
    {"inet", 869},
    {"boolean[]", 1000},
    {"bytea[]", 1001},
    {"smallint[]", 1005},
    {"integer[]", 1007},
    {"text[]", oid::kTextArray},
    {"character[]", oid::kBpcharArray},
    {"character varying[]", oid::kVarcharArray},
    {"bigint[]", 1016},
    {"character", oid::kBpchar},
    {"char", oid::kBpchar},
    {"bpchar", oid::kBpchar},
    {"character varying", oid::kVarchar},
    {"varchar", oid::kVarchar},
    {"date", oid::kDate},
    {"time without time zone", oid::kTime},
    {"time", oid::kTime},
    {"timestamp without time zone", oid::kTimestamp},
    {"timestamp", oid::kTimestamp},
    {"timestamp with time zone", oid::kTimestamptz},
    {"timestamptz", oid::kTimestamptz},
    {"date[]", 1182},
    {"interval", 1186},
    {"numeric[]", 1231},
    {"time with time zone", 1266},
    {"timetz", 1266},
    {"bit", 1560},
    {"bit varying", 1562},
    {"varbit", 1562},
    {"numeric", oid::kNumeric},
    {"decimal", oid::kNumeric},
    {"uuid", oid::kUuid},
    {"uuid[]", 2951},
    {"tsvector", oid::kTsvector},
    {"tsquery", oid::kTsquery},
    {"jsonb", oid::kJsonb},
    {"jsonb[]", oid::kJsonbArray},
});

std::string_view Trimmed(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

const Named* Find(std::string_view name) {
  const auto found = std::ranges::find(kNames, name, &Named::name);
  return found == kNames.end() ? nullptr : &*found;
}

}  // namespace

uint32_t TypeNamed(std::string_view name) {
  // "numeric(10,2)" and "timestamp(3) with time zone": what stands in brackets is no part of it.
  std::string base(name);
  const size_t open = base.find('(');
  if (open != std::string::npos) {
    const size_t close = base.find(')', open);
    if (close == std::string::npos) return oid::kNotKnown;
    base = std::string(Trimmed(std::string_view(base).substr(0, open))) + base.substr(close + 1);
  }
  const size_t length = base.size();
  while (base.ends_with("[]")) base.resize(base.size() - 2);
  const Named* found = Find(base);
  // An array of arrays is of the same type as the array; "int[]" is "integer[]".
  if (found != nullptr && base.size() < length) {
    found = Find(std::string(TypeName(found->oid)) + "[]");
  }
  return found == nullptr ? oid::kNotKnown : found->oid;
}

std::string_view TypeName(uint32_t type_oid) {
  const auto found = std::ranges::find(kNames, type_oid, &Named::oid);
  return found == kNames.end() ? std::string_view() : found->name;
}

}  // namespace portreeve::mask
