#include "catalog/collector.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

namespace portreeve::catalog {
namespace {

constexpr size_t kFew = 48;

auto Key(const RelationTouch& touch) {
  return std::tie(touch.schema, touch.name, touch.access, touch.known, touch.direct);
}
auto Key(const ColumnTouch& touch) {
  return std::tie(touch.schema, touch.relation, touch.column, touch.usage);
}
auto Key(const FunctionTouch& touch) {
  return std::tie(touch.schema, touch.name, touch.arguments, touch.known, touch.harmless);
}

// Keeps each once: a few in their order, many in order of their names.
template <typename T>
void KeepOnce(std::vector<T>& values) {
  if (values.size() > kFew) {
    std::ranges::sort(values, [](const T& a, const T& b) { return Key(a) < Key(b); });
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return;
  }
  auto end = values.begin();
  for (auto it = values.begin(); it != values.end(); ++it) {
    if (std::find(values.begin(), end, *it) != end) continue;
    if (it != end) *end = std::move(*it);
    ++end;
  }
  values.erase(end, values.end());
}

}  // namespace

Collector::Collector(const sql::StatementFacts& facts) : findings_(FindingsWithoutNames(facts)) {}

bool Collector::HasRoom() {
  if (touches_ < kMaxTouches) {
    ++touches_;
    return true;
  }
  RefuseToKnow("the statement reaches too many relations and columns to be judged");
  return false;
}

bool Collector::Spend(size_t steps) {
  if (steps_ > kMaxSteps) return false;
  steps_ += steps;
  if (steps_ <= kMaxSteps) return true;
  RefuseToKnow("the statement has too many names to be resolved");
  return false;
}

void Collector::Add(RelationTouch touch) {
  if (HasRoom()) findings_.relations.push_back(std::move(touch));
}

void Collector::AddColumn(std::string_view schema, std::string_view relation,
                          std::string_view column, sql::ColumnUsage usage) {
  if (!HasRoom()) return;
  findings_.columns.push_back(
      {std::string(schema), std::string(relation), std::string(column), usage});
}

void Collector::Add(FunctionTouch touch) {
  if (HasRoom()) findings_.functions.push_back(std::move(touch));
}

bool Collector::Uses(std::string_view schema, std::string_view relation, bool reads) {
  // Beyond the limit the statement is unknown already.
  if (!Spend(findings_.columns.size() / 8)) return true;
  return std::ranges::any_of(findings_.columns, [&](const ColumnTouch& touch) {
    return touch.relation == relation && touch.schema == schema &&
           !(reads && touch.usage == sql::ColumnUsage::kAssigned);
  });
}

void Collector::RefuseToKnow(std::string reason) {
  findings_.statement_class = sql::StatementClass::kUnknown;
  findings_.sub_class = sql::SubClass::kUnknown;
  findings_.housekeeping = false;
  if (findings_.unknown_reason.empty()) findings_.unknown_reason = std::move(reason);
}

Findings Collector::Finish() {
  KeepOnce(findings_.relations);
  KeepOnce(findings_.columns);
  KeepOnce(findings_.functions);
  const bool calls = std::ranges::any_of(
      findings_.functions, [](const FunctionTouch& touch) { return !touch.harmless; });
  if (calls) {
    findings_.housekeeping = false;
    if (findings_.statement_class < sql::StatementClass::kFunction) {
      findings_.statement_class = sql::StatementClass::kFunction;
      findings_.sub_class = sql::SubClass::kCall;
    }
  }
  return std::move(findings_);
}

}  // namespace portreeve::catalog
