// Masks of the policy file.

#include <algorithm>
#include <utility>

#include "mask/detectors.h"
#include "policy/loading.h"
#include "policy/read_rule.h"

namespace portreeve::policy {
namespace {

using yaml::MapReader;
using yaml::Node;

constexpr size_t kMaxMasks = 1'000;
constexpr int64_t kMaxKept = 64;
// As far as PostgreSQL's round() makes sense of it.
constexpr int64_t kMaxPlaces = 30;
constexpr size_t kMaxConstantBytes = 500;
constexpr int64_t kMaxGroup = 1'000'000;
constexpr int64_t kMaxSearches = 1'000'000;

const std::vector<std::string_view> kDetectors(mask::kDetectorNames.begin(),
                                               mask::kDetectorNames.end());
struct PlainKind {
  std::string_view name;
  mask::Kind kind;
};
constexpr PlainKind kPlainKinds[] = {{"redact", mask::Kind::kRedact},
                                     {"null_value", mask::Kind::kNullValue},
                                     {"partial_email", mask::Kind::kPartialEmail},
                                     {"hash", mask::Kind::kHash}};
// For masks that detect: values are counted and stay as they are.
constexpr std::string_view kReport = "report";
const std::vector<std::string_view> kWithValue = {"keep_last", "constant", "date_trunc", "round"};
const std::vector<std::string_view> kUnits = {"year", "quarter", "month",  "week",
                                              "day",  "hour",    "minute", "second"};

// The kinds that take a value, each a map of one key.
void ReadValue(const Node& node, Mask& mask, yaml::Diagnostics& diagnostics) {
  MapReader reader(node, "`with`", diagnostics);
  if (const auto kept = reader.Integer("keep_last", 1, kMaxKept)) {
    mask.with.kind = mask::Kind::kKeepLast;
    mask.with.number = *kept;
  }
  if (const auto places = reader.Integer("round", -kMaxPlaces, kMaxPlaces)) {
    mask.with.kind = mask::Kind::kRound;
    mask.with.number = *places;
  }
  if (const auto unit = reader.Choice("date_trunc", kUnits)) {
    mask.with.kind = mask::Kind::kDateTrunc;
    mask.with.text = kUnits[*unit];
  }
  if (auto constant = reader.String("constant")) {
    if (HasControl(*constant) || constant->size() > kMaxConstantBytes) {
      reader.Error("constant", "must be one printable line of at most 500 bytes");
    }
    mask.with.kind = mask::Kind::kConstant;
    mask.with.text = *std::move(constant);
  }
  reader.Finish();
  if (node.entries.size() != 1) {
    diagnostics.Error(node.mark, "`with` takes one of `keep_last` `constant` `date_trunc` `round`");
  }
}

void ReadWith(MapReader& reader, Mask& mask, yaml::Diagnostics& diagnostics) {
  const Node* node = reader.Require("with");
  if (node == nullptr) return;
  if (node->kind == Node::Kind::kMap && !mask.detect.empty()) {
    return reader.Error("with", "is `redact` or `report` for a mask that detects");
  }
  if (node->kind == Node::Kind::kMap) return ReadValue(*node, mask, diagnostics);
  for (const std::string_view name : kWithValue) {
    if (node->scalar != name) continue;
    return reader.Error(
        "with", "`" + node->scalar + "` needs a value: write { " + node->scalar + ": ... }");
  }
  std::vector<std::string_view> names;
  for (const PlainKind& plain : kPlainKinds) names.push_back(plain.name);
  const bool detects = !mask.detect.empty();
  if (detects) names = {kPlainKinds[0].name, kReport};
  const auto chosen = reader.Choice("with", names);
  if (!chosen) return;
  if (detects) {
    mask.reports = names[*chosen] == kReport;
  } else {
    mask.with.kind = kPlainKinds[*chosen].kind;
  }
}

void ReadWhat(MapReader& reader, Mask& mask, yaml::Diagnostics& diagnostics) {
  const bool by_column = reader.Find("columns") != nullptr;
  const bool by_value = reader.Find("detect") != nullptr;
  if (by_column == by_value) {
    diagnostics.Error(reader.mark(), "mask needs either `columns` or `detect`");
  }
  if (by_column) {
    ReadObjectPatterns(reader, "columns", "schema.table.column", mask.columns);
  }
  if (!by_value) return;
  mask.detect = reader.Strings("detect").value_or(std::vector<std::string>());
  for (const std::string& name : mask.detect) {
    if (std::find(kDetectors.begin(), kDetectors.end(), name) != kDetectors.end()) continue;
    reader.Error("detect",
                 "there is no detector `" + name + "`" + diagnostics.DidYouMean(name, kDetectors));
  }
}

void ReadSearches(MapReader& reader, Mask& mask) {
  const Node* node = reader.Find("searches");
  if (node == nullptr) return;
  if (node->scalar == "unlimited") {
    mask.searches = 0;
  } else if (const auto searches = reader.Integer("searches", 1, kMaxSearches)) {
    mask.searches = static_cast<uint32_t>(*searches);
  }
  if (mask.use != Mask::Use::kSearchable && mask.use != Mask::Use::kAggregatable) {
    reader.Error("searches", "is for masks with `use: searchable` or `aggregatable`");
  }
}

Mask ReadMask(const Node& node, Names& names, Loading& loading) {
  Mask mask;
  MapReader reader(node, "mask", loading.diagnostics);
  mask.name = reader.RequireText("name");
  mask.path = "masks/" + mask.name;
  if (!mask.name.empty()) names.Add(mask.name, reader.Find("name")->mark, loading.diagnostics);
  ReadWhat(reader, mask, loading.diagnostics);
  ReadWith(reader, mask, loading.diagnostics);
  if (const auto use = reader.Choice("use", {"sealed", "searchable", "aggregatable", "open"})) {
    mask.use = Mask::Use(*use);
    if (!mask.detect.empty()) reader.Error("use", "is for masks of `columns`");
  }
  if (const auto size = reader.Integer("min_group", 2, kMaxGroup)) {
    mask.min_group = static_cast<uint32_t>(*size);
    if (mask.use != Mask::Use::kAggregatable) {
      reader.Error("min_group", "is for masks with `use: aggregatable`");
    }
  }
  ReadSearches(reader, mask);
  ReadPlaces(reader, "databases", mask.databases);
  ReadPlaces(reader, "connections", mask.connections);
  if (reader.Find("unmask") != nullptr) mask.unmask = loading.Groups(reader, "unmask");
  reader.Finish();
  return mask;
}

}  // namespace

void LoadMasks(const Node& node, Loading& loading) {
  if (node.kind != Node::Kind::kList || node.items.empty()) {
    return loading.diagnostics.Error(node.mark, "`masks` must be a list with at least one mask");
  }
  if (node.items.size() > kMaxMasks) {
    return loading.diagnostics.Error(node.mark, "there are at most 1000 masks");
  }
  Names names("mask");
  for (const Node& item : node.items) {
    loading.contents.masks.push_back(ReadMask(item, names, loading));
  }
}

void LoadTrustedFunctions(MapReader& reader, Loading& loading) {
  if (reader.Find("trusted_functions") == nullptr) return;
  ReadObjectPatterns(reader, "trusted_functions", "name, schema.name or schema.name(types)",
                     loading.contents.trusted_functions);
  if (loading.contents.masks.empty()) {
    reader.Error("trusted_functions", "says something only beside `masks`");
  }
}

}  // namespace portreeve::policy
