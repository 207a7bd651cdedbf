#include "catalog/snapshot.h"

#include <algorithm>
#include <deque>
#include <tuple>

#include "catalog/version.h"
#include "catalog/view_definitions.h"

namespace portreeve::catalog {
namespace {

// How a walk over relatives came to a relation. From a parent it goes on downwards only and from a
// child upwards only, so that it does not come to siblings.
constexpr uint8_t kUp = 1;
constexpr uint8_t kDown = 2;
constexpr uint8_t kFamily = 4;

class RelativeWalk {
 public:
  void Visit(uint32_t index, uint8_t ways) {
    uint8_t& seen = seen_[index];
    const auto fresh = static_cast<uint8_t>(ways & ~seen);
    if (fresh == 0) return;
    if (seen == 0) order_.push_back(index);
    seen |= ways;
    waiting_.emplace_back(index, ways);
  }
  bool Next(uint32_t& index, uint8_t& ways) {
    if (waiting_.empty()) return false;
    std::tie(index, ways) = waiting_.front();
    waiting_.pop_front();
    return true;
  }
  const std::vector<uint32_t>& order() const { return order_; }
  bool is_family(uint32_t index) const { return (seen_.at(index) & kFamily) != 0; }

 private:
  std::unordered_map<uint32_t, uint8_t> seen_;
  std::vector<uint32_t> order_;
  std::deque<std::pair<uint32_t, uint8_t>> waiting_;
};

}  // namespace

template <typename T>
void NameIndex::Build(const std::vector<T>& values) {
  order_.resize(values.size());
  for (uint32_t i = 0; i < order_.size(); ++i) order_[i] = i;
  std::ranges::sort(order_, [&](uint32_t a, uint32_t b) {
    return std::tie(values[a].name, values[a].schema, a) <
           std::tie(values[b].name, values[b].schema, b);
  });
  for (uint32_t i = 0; i < order_.size(); ++i) {
    const auto [range, fresh] = ranges_.try_emplace(values[order_[i]].name, i, i);
    range->second.second = i + 1;
  }
}

std::span<const uint32_t> NameIndex::Find(std::string_view name) const {
  const auto found = ranges_.find(name);
  if (found == ranges_.end()) return {};
  const auto [begin, end] = found->second;
  return std::span(order_).subspan(begin, end - begin);
}

std::shared_ptr<const Snapshot> Snapshot::Make(SnapshotParts parts) {
  return std::shared_ptr<const Snapshot>(new Snapshot(std::move(parts)));
}

Snapshot::Snapshot(SnapshotParts parts) : parts_(std::move(parts)), version_(VersionOf(parts_)) {
  relation_names_.Build(parts_.relations);
  function_names_.Build(parts_.functions);
  operator_names_.Build(parts_.operators);
  type_names_.Build(parts_.types);
  for (uint32_t i = 0; i < parts_.relations.size(); ++i) {
    relations_.emplace(parts_.relations[i].oid, i);
    for (const Oid parent : parts_.relations[i].parents) children_[parent].push_back(i);
  }
  for (uint32_t i = 0; i < parts_.functions.size(); ++i) {
    functions_.emplace(parts_.functions[i].oid, i);
  }
  for (const std::string& schema : parts_.schemas) schemas_[schema];
  for (const SchemaUsage& usage : parts_.usages) schemas_[usage.schema].push_back(usage.role);
  AddWhatDefinitionsName(parts_, *this);
}

const Relation* Snapshot::FindRelation(std::string_view schema, std::string_view name) const {
  const std::span<const uint32_t> named = relation_names_.Find(name);
  const auto found = std::ranges::lower_bound(named, schema, {}, [&](uint32_t index) {
    return std::string_view(parts_.relations[index].schema);
  });
  if (found == named.end() || parts_.relations[*found].schema != schema) return nullptr;
  return &parts_.relations[*found];
}

const Relation* Snapshot::FindRelation(Oid oid) const {
  const auto found = relations_.find(oid);
  return found == relations_.end() ? nullptr : &parts_.relations[found->second];
}

const Function* Snapshot::FindFunction(Oid oid) const {
  const auto found = functions_.find(oid);
  return found == functions_.end() ? nullptr : &parts_.functions[found->second];
}

bool Snapshot::MayUse(std::string_view role, std::string_view schema) const {
  if (schema == "pg_catalog") return true;
  const auto found = schemas_.find(schema);
  if (found == schemas_.end()) return false;
  return std::ranges::any_of(found->second, [&](std::string_view user) {
    return user.empty() || (!role.empty() && user == role);
  });
}

Relatives Snapshot::RelativesOf(const Relation& relation) const {
  Relatives relatives;
  const auto self = relations_.find(relation.oid);
  if (self == relations_.end() || (relation.parents.empty() && relation.reaches.empty() &&
                                   relation.calls.empty() && !children_.contains(relation.oid))) {
    return relatives;
  }
  RelativeWalk walk;
  walk.Visit(self->second, kUp | kDown | kFamily);
  uint32_t index = 0;
  uint8_t ways = 0;
  while (walk.Next(index, ways)) {
    const Relation& here = parts_.relations[index];
    const uint8_t family = ways & kFamily;
    if (ways & kUp) {
      for (const Oid parent : here.parents) {
        const auto found = relations_.find(parent);
        if (found != relations_.end()) walk.Visit(found->second, kUp | family);
      }
    }
    if (ways & kDown) {
      const auto found = children_.find(here.oid);
      if (found != children_.end()) {
        for (const uint32_t child : found->second) walk.Visit(child, kDown | family);
      }
    }
    for (const Oid reached : here.reaches) {
      const auto found = relations_.find(reached);
      if (found != relations_.end()) walk.Visit(found->second, kUp | kDown);
    }
  }
  for (const uint32_t seen : walk.order()) {
    const Relation& here = parts_.relations[seen];
    relatives.calls.insert(relatives.calls.end(), here.calls.begin(), here.calls.end());
    if (&here != &relation) relatives.relations.push_back({&here, walk.is_family(seen)});
  }
  return relatives;
}

}  // namespace portreeve::catalog
