#include "policy/masked_columns.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "lineage/lineage.h"
#include "policy/mask_functions.h"

namespace portreeve::policy {
namespace {

using catalog::Oid;
using catalog::Relation;
using catalog::RelationKind;

struct SystemColumn {
  std::string_view relation;
  std::string_view column;
};

// Samples of values, and the statements of other sessions.
constexpr auto kRepeating = std::to_array<SystemColumn>({
    {"pg_attribute", "attmissingval"},
    {"pg_largeobject", "data"},
    {"pg_locks", "classid"},
    {"pg_locks", "objid"},
    {"pg_stat_activity", "query"},
    {"pg_statistic", "stavalues1"},
    {"pg_statistic", "stavalues2"},
    {"pg_statistic", "stavalues3"},
    {"pg_statistic", "stavalues4"},
    {"pg_statistic", "stavalues5"},
    {"pg_statistic_ext_data", "stxdmcv"},
    {"pg_statistic_ext_data", "stxdexpr"},
    {"pg_stats", "most_common_vals"},
    {"pg_stats", "histogram_bounds"},
    {"pg_stats", "most_common_elems"},
    {"pg_stats_ext", "most_common_vals"},
    {"pg_stats_ext_exprs", "most_common_vals"},
    {"pg_stats_ext_exprs", "histogram_bounds"},
    {"pg_stats_ext_exprs", "most_common_elems"},
});

Mask Nulling(std::string name) {
  Mask mask;
  mask.path = "masks (" + name + ")";
  mask.name = std::move(name);
  mask.with.kind = mask::Kind::kNullValue;
  return mask;
}

bool IsView(const Relation& relation) {
  return relation.kind == RelationKind::kView || relation.kind == RelationKind::kMaterializedView;
}

}  // namespace

const Mask& NullMask() {
  static const Mask mask = Nulling("several masks");
  return mask;
}

const Mask& StatisticsMask() {
  static const Mask mask = Nulling("statistics");
  return mask;
}

MaskedColumns::MaskedColumns(std::shared_ptr<const MasksInForce> masks,
                             std::shared_ptr<const catalog::Snapshot> snapshot)
    : masks_(std::move(masks)),
      snapshot_(std::move(snapshot)),
      views_([this](const catalog::FunctionTouch& touch) {
        return IsTrusted(touch, *snapshot_, masks_->policy->trusted_functions());
      }) {
  if (masks_->columns.empty()) return;
  MarkNamed();
  MarkStatistics();
  MarkFamilies();
  MarkViews();
}

bool MaskedColumns::Mark(const Relation& relation, std::string_view column, const Mask* mask) {
  for (const catalog::Column& each : relation.columns) {
    if (each.name != column) continue;
    std::vector<Masked>& marked = relations_[relation.oid];
    const auto is_it = [&](const Masked& masked) { return masked.column == column; };
    if (std::any_of(marked.begin(), marked.end(), is_it)) return false;
    marked.push_back({each.name, each.number, mask});
    return true;
  }
  return false;
}

void MaskedColumns::MarkNamed() {
  for (const Relation& relation : snapshot_->parts().relations) {
    for (const Mask* mask : masks_->columns) {
      for (const ColumnPattern& pattern : mask->columns) {
        if (!pattern.relation.Fits(relation.schema, relation.name)) continue;
        for (const catalog::Column& column : relation.columns) {
          if (pattern.column.Fits(column.name)) Mark(relation, column.name, mask);
        }
      }
    }
  }
}

void MaskedColumns::MarkStatistics() {
  for (const SystemColumn& column : kRepeating) {
    const Relation* relation = snapshot_->FindRelation("pg_catalog", column.relation);
    if (relation != nullptr) Mark(*relation, column.column, &StatisticsMask());
  }
  // Of the extension, in whatever schema it is.
  for (const uint32_t index : snapshot_->RelationsNamed("pg_stat_statements")) {
    Mark(snapshot_->parts().relations[index], "query", &StatisticsMask());
  }
}

// Until nothing changes: a child's column is read by way of its parent, and the other way round a
// parent's mask is about the rows of its children as well.
void MaskedColumns::MarkFamilies() {
  for (bool changed = true; changed;) {
    changed = false;
    for (const Relation& child : snapshot_->parts().relations) {
      for (const Oid parent_oid : child.parents) {
        const Relation* parent = snapshot_->FindRelation(parent_oid);
        if (parent == nullptr) continue;
        const auto hand_on = [&](const Relation& from, const Relation& to) {
          const auto found = relations_.find(from.oid);
          if (found == relations_.end()) return;
          const std::vector<Masked> marked = found->second;
          for (const Masked& each : marked) changed |= Mark(to, each.column, each.mask);
        };
        hand_on(*parent, child);
        hand_on(child, *parent);
      }
    }
  }
}

// A view's owner has chosen what it shows of a column, in whatever form: it stays masked.
void MaskedColumns::MarkViews() {
  for (const Relation& view : snapshot_->parts().relations) {
    if (!IsView(view) || view.oid < catalog::kFirstUserOid) continue;
    const auto relatives = snapshot_->RelativesOf(view).relations;
    const bool reaches = std::any_of(relatives.begin(), relatives.end(), [&](const auto& each) {
      return Has(each.relation->oid) && each.relation->oid != view.oid;
    });
    if (!reaches) continue;
    const auto traced = lineage::LineageOfView(view, *snapshot_, views_);
    const bool followed =
        traced->unknown_reason.empty() && traced->columns.size() == view.columns.size();
    for (size_t i = 0; i < view.columns.size(); ++i) {
      const std::string& name = view.columns[i].name;
      if (!followed || traced->columns[i].unknown) {
        Mark(view, name, &NullMask());
        continue;
      }
      const Mask* mask = nullptr;
      for (const lineage::Origin& origin : traced->columns[i].origins) {
        const Mask* found = Of(origin.source.relation, origin.source.column);
        if (found == nullptr) continue;
        mask = mask == nullptr || mask == found ? found : &NullMask();
      }
      if (mask != nullptr) Mark(view, name, mask);
    }
  }
}

bool MaskedColumns::HasOfPolicy(Oid relation) const {
  const auto found = relations_.find(relation);
  return found != relations_.end() &&
         std::any_of(found->second.begin(), found->second.end(),
                     [](const Masked& masked) { return masked.mask != &StatisticsMask(); });
}

const Mask* MaskedColumns::Of(Oid relation, std::string_view column) const {
  const auto found = relations_.find(relation);
  if (found == relations_.end()) return nullptr;
  for (const Masked& masked : found->second) {
    if (column.empty() || masked.column == column) return masked.mask;
  }
  return nullptr;
}

MaskedColumns::Field MaskedColumns::OfField(Oid relation, int16_t number) const {
  const Relation* known = snapshot_->FindRelation(relation);
  if (known == nullptr) return {};
  const auto masked = relations_.find(relation);
  if (masked != relations_.end()) {
    for (const Masked& each : masked->second) {
      // 0 is a whole row.
      if (number == 0 || each.number == number) return {true, each.mask};
    }
  }
  const bool there = number <= 0 || std::any_of(known->columns.begin(), known->columns.end(),
                                                [&](const catalog::Column& each) {
                                                  return each.number == number;
                                                });
  return {there, nullptr};
}

}  // namespace portreeve::policy
