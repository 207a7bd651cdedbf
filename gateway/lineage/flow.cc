#include "lineage/flow.h"

#include <algorithm>
#include <iterator>

namespace portreeve::lineage {

void Merge(Value& value, const Value& from) {
  value.unknown = value.unknown || from.unknown;
  if (from.flows.empty() || value.flows == from.flows) return;
  std::vector<Flow> merged;
  merged.reserve(value.flows.size() + from.flows.size());
  std::ranges::set_union(value.flows, from.flows, std::back_inserter(merged));
  value.flows = std::move(merged);
}

UseKind KindOf(const Flow& flow, UseKind kind) {
  const bool summed = flow.kind == UseKind::kCount || flow.kind == UseKind::kAggregate;
  const bool stays = kind == UseKind::kStored || kind == UseKind::kArgument;
  return !flow.direct && !flow.through_view && summed && !stays ? flow.kind : kind;
}

Value Derived(const Value& value, UseKind kind) {
  Value derived;
  derived.unknown = value.unknown;
  derived.flows.reserve(value.flows.size());
  for (const Flow& flow : value.flows) {
    derived.flows.push_back({flow.source, false, false, KindOf(flow, kind)});
  }
  std::ranges::sort(derived.flows);
  const auto rest = std::ranges::unique(derived.flows);
  derived.flows.erase(rest.begin(), rest.end());
  return derived;
}

uint32_t Sources::Number(const Source& source) {
  const auto [it, added] = numbers_.try_emplace({source.relation, source.made, source.column},
                                                static_cast<uint32_t>(sources_.size()));
  if (added) sources_.push_back(source);
  return it->second;
}

}  // namespace portreeve::lineage
