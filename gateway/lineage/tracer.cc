#include "lineage/tracer.h"

namespace portreeve::lineage {

void Tracer::Fail(std::string reason) {
  failed_ = true;
  if (lineage_.unknown_reason.empty()) lineage_.unknown_reason = std::move(reason);
}

bool Tracer::Spend(size_t steps) {
  if (failed_) return false;
  steps_ += steps;
  if (steps_ > kMaxSteps) Fail("it has too many columns to be followed");
  return !failed_;
}

const Value* Tracer::Keep(Value value) { return &values_.emplace_back(std::move(value)); }

Rows* Tracer::NewRows() { return &rows_.emplace_back(); }

void Tracer::Add(Value& value, const Value& from) {
  if (Spend(1 + value.flows.size() + from.flows.size())) Merge(value, from);
}

void Tracer::Record(const Value& value, UseKind kind) {
  if (!Spend(1 + value.flows.size())) return;
  for (const Flow& flow : value.flows) uses_.emplace(flow.source, KindOf(flow, kind));
}

void Tracer::RecordRows(const Rows& rows, UseKind kind) { Record(AllOf(rows), kind); }

Value Tracer::AllOf(const Rows& rows) {
  Value all;
  for (const ColumnOfRows& column : rows.columns) Add(all, *column.value);
  if (rows.rest != nullptr) Add(all, *rows.rest);
  for (const std::string_view made : rows.made) {
    Value value;
    value.flows.push_back(
        {sources_.Number({0, std::string(made), ""}), true, false, UseKind::kComputed});
    Add(all, value);
  }
  return all;
}

Lineage Tracer::Trace(uint32_t statement) {
  Statement(statement);
  for (const auto& [source, kind] : uses_) {
    lineage_.uses.push_back({sources_.At(source), kind, false});
  }
  for (const auto& [source, kind] : uses_through_views_) {
    lineage_.uses.push_back({sources_.At(source), kind, true});
  }
  for (const auto& [source, constants] : compared_) {
    lineage_.comparisons.push_back({sources_.At(source), constants});
  }
  for (const auto& [source, size] : floors_) {
    if (size > 0) lineage_.floors.push_back({sources_.At(source), size});
  }
  return std::move(lineage_);
}

}  // namespace portreeve::lineage
