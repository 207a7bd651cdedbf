#include "rehearsal/mask_fit.h"

#include <algorithm>

#include "mask/mask.h"
#include "mask/type_names.h"
#include "policy/masked_columns.h"
#include "policy/masks_in_force.h"

namespace portreeve::rehearsal {
namespace {

using catalog::Column;
using catalog::Relation;
using policy::Mask;

bool IncludesAll(const std::vector<policy::Pattern>& wide,
                 const std::vector<policy::Pattern>& narrow) {
  return wide.empty() || (!narrow.empty() && std::ranges::all_of(narrow, [&](const auto& each) {
           return std::ranges::any_of(
               wide, [&](const policy::Pattern& pattern) { return pattern.Includes(each); });
         }));
}

// Wherever `later` holds for somebody, so does `earlier`, and counts first.
bool Precedes(const Mask& earlier, const Mask& later) {
  return IncludesAll(earlier.connections, later.connections) &&
         IncludesAll(earlier.databases, later.databases) &&
         std::ranges::all_of(earlier.unmask, [&](const std::string& group) {
           return std::ranges::find(later.unmask, group) != later.unmask.end();
         });
}

bool FitsAny(const policy::ColumnPattern& pattern, const catalog::Snapshot& snapshot) {
  return std::ranges::any_of(snapshot.parts().relations, [&](const Relation& relation) {
    return pattern.relation.Fits(relation.schema, relation.name) &&
           std::ranges::any_of(relation.columns, [&](const Column& column) {
             return pattern.column.Fits(column.name);
           });
  });
}

class MaskFit {
 public:
  MaskFit(const std::shared_ptr<const policy::Policy>& policy,
          const std::shared_ptr<const catalog::Snapshot>& snapshot)
      : policy_(policy), snapshot_(snapshot) {}

  std::vector<std::string> Warnings() {
    for (const Mask& mask : policy_->masks()) {
      if (mask.columns.empty()) continue;
      for (const policy::ColumnPattern& pattern : mask.columns) {
        if (FitsAny(pattern, *snapshot_)) continue;
        Add(mask, "no column is named `" + pattern.relation.schema.text() + "." +
                      pattern.relation.name.text() + "." + pattern.column.text() + "`");
      }
      // Each by itself, since on another connection another one may be the first that fits.
      policy::MasksInForce alone{policy_, {&mask}, {}, ""};
      tried_.push_back(
          {&mask, std::make_unique<const policy::MaskedColumns>(
                      std::make_shared<const policy::MasksInForce>(std::move(alone)), snapshot_)});
      for (const Relation& relation : snapshot_->parts().relations) AddMisfits(relation);
    }
    return std::move(warnings_);
  }

 private:
  struct Tried {
    const Mask* mask;
    std::unique_ptr<const policy::MaskedColumns> columns;
  };

  void Add(const Mask& mask, const std::string& text) {
    warnings_.push_back("mask " + mask.name + ": " + text);
  }

  void AddMisfits(const Relation& relation) {
    const Tried& last = tried_.back();
    for (const Column& column : relation.columns) {
      if (column.type == 0 || mask::Fits(last.mask->with, column.type) ||
          last.columns->Of(relation.oid, column.name) != last.mask || IsTaken(relation, column)) {
        continue;
      }
      Add(*last.mask, "column " + relation.schema + "." + relation.name + "." + column.name +
                          " of type " + std::string(mask::TypeName(column.type)) + " becomes NULL");
    }
  }

  bool IsTaken(const Relation& relation, const Column& column) const {
    return std::any_of(tried_.begin(), tried_.end() - 1, [&](const Tried& earlier) {
      return earlier.columns->Of(relation.oid, column.name) != nullptr &&
             Precedes(*earlier.mask, *tried_.back().mask);
    });
  }

  const std::shared_ptr<const policy::Policy>& policy_;
  const std::shared_ptr<const catalog::Snapshot>& snapshot_;
  std::vector<Tried> tried_;
  std::vector<std::string> warnings_;
};

}  // namespace

std::vector<std::string> MaskWarnings(const std::shared_ptr<const policy::Policy>& policy,
                                      const std::shared_ptr<const catalog::Snapshot>& snapshot) {
  return MaskFit(policy, snapshot).Warnings();
}

}  // namespace portreeve::rehearsal
