// HAVING count(column) >= size.
#include <algorithm>

#include "catalog/search_path.h"
#include "lineage/tracer.h"

namespace portreeve::lineage {

using sql::NodeKind;
using sql::NodeRole;

void Tracer::NoteAggregate(uint32_t column, Place place) {
  const Found found = Lookup(column, place.scope);
  if (level_ == nullptr || failed_) return;
  for (const Flow& flow : found.value.flows) level_->aggregated.insert(flow.source);
}

void Tracer::AddFloor(uint32_t condition, Place place, std::map<uint32_t, uint64_t>& floors) {
  const sql::OutlineNode& at = At(condition);
  if (at.kind == NodeKind::kBool && at.value == static_cast<int>(sql::BoolForm::kAnd)) {
    return ForEach(condition, NodeRole::kArgument,
                   [&](uint32_t part) { AddFloor(part, place, floors); });
  }
  const std::string_view name = Text(at.name);
  if (at.kind != NodeKind::kOperator || (name != ">=" && name != ">") || at.schema.length != 0 ||
      at.value != static_cast<int>(sql::OperatorForm::kPlain)) {
    return;
  }
  const uint32_t left = input_.outline.FirstChild(condition, NodeRole::kLeft);
  const uint32_t right = input_.outline.FirstChild(condition, NodeRole::kRight);
  if (left == 0 || right == 0 || !At(right).Has(sql::kInteger) || At(right).value < 0) return;
  const sql::OutlineNode& call = At(left);
  const uint32_t only = input_.outline.FirstChild(left, NodeRole::kArgument);
  const std::string_view schema = Text(call.schema);
  if (call.kind != NodeKind::kFunctionCall || Text(call.name) != "count" || call.value != 1 ||
      (!schema.empty() && schema != catalog::kCatalogSchema) || call.Has(sql::kDistinct) ||
      call.Has(sql::kWithinGroup) || only == 0 || At(only).kind != NodeKind::kColumn ||
      input_.outline.FirstChild(left, NodeRole::kFilter) != 0 ||
      input_.outline.FirstChild(left, NodeRole::kOver) != 0) {
    return;
  }
  const uint64_t size = static_cast<uint64_t>(At(right).value) + (name == ">" ? 1 : 0);
  const Found found = Lookup(only, place.scope);
  if (found.whole_row) return;
  for (const Flow& flow : found.value.flows) {
    if (flow.direct) floors[flow.source] = std::max(floors[flow.source], size);
  }
}

// A join could count one row several times, so it holds for one relation alone.
std::map<uint32_t, uint64_t> Tracer::FloorsOf(uint32_t select, Place place) {
  std::map<uint32_t, uint64_t> floors;
  const uint32_t only = input_.outline.FirstChild(select, NodeRole::kFrom);
  if (only == 0 || input_.outline.Next(only) != 0 || At(only).kind != NodeKind::kRelation) {
    return floors;
  }
  const bool is_query =
      At(only).schema.length == 0 && FindWith(place.with, NameOf(only)) != nullptr;
  if (is_query) return floors;
  ForEach(select, NodeRole::kHaving, [&](uint32_t having) { AddFloor(having, place, floors); });
  return floors;
}

void Tracer::EndLevel(uint32_t select, const Level& level, Place place) {
  if (level.aggregated.empty() || failed_) return;
  const std::map<uint32_t, uint64_t> floors = FloorsOf(select, place);
  for (const uint32_t source : level.aggregated) {
    const auto floor = floors.find(source);
    const uint64_t size = floor == floors.end() ? 0 : floor->second;
    const auto [it, added] = floors_.try_emplace(source, size);
    if (!added) it->second = std::min(it->second, size);
  }
}

}  // namespace portreeve::lineage
