// Which columns of a database are masked, by the masks in force and one reading of its catalog. Its
// one rule: where a value can be read under another name - a parent's, a child's, a view's - it is
// masked there as well.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "catalog/snapshot.h"
#include "lineage/views.h"
#include "policy/masks_in_force.h"

namespace portreeve::policy {

// Thread-safe: never changes, but for what it remembers of views.
class MaskedColumns {
 public:
  MaskedColumns(std::shared_ptr<const MasksInForce> masks,
                std::shared_ptr<const catalog::Snapshot> snapshot);

  const MasksInForce& masks() const { return *masks_; }
  const catalog::Snapshot& snapshot() const { return *snapshot_; }
  // One of its columns is masked.
  bool Has(catalog::Oid relation) const { return relations_.contains(relation); }
  // By a mask of the policy itself.
  bool HasOfPolicy(catalog::Oid relation) const;
  // Null: it is not. A name that is empty means any of the relation's.
  const Mask* Of(catalog::Oid relation, std::string_view column) const;

  // What is known of the snapshot's views.
  lineage::ViewLineages& views() const { return views_; }

  // As RowDescription names a column (PostgreSQL 55.7).
  struct Field {
    bool known = false;  // The snapshot has the relation, and the column in it.
    const Mask* mask = nullptr;
  };
  Field OfField(catalog::Oid relation, int16_t number) const;

 private:
  struct Masked {
    std::string_view column;
    int16_t number = 0;
    const Mask* mask = nullptr;
  };

  bool Mark(const catalog::Relation& relation, std::string_view column, const Mask* mask);
  void MarkNamed();
  void MarkStatistics();
  void MarkFamilies();
  void MarkViews();

  const std::shared_ptr<const MasksInForce> masks_;
  const std::shared_ptr<const catalog::Snapshot> snapshot_;
  std::unordered_map<catalog::Oid, std::vector<Masked>> relations_;
  mutable lineage::ViewLineages views_;
};

// Takes a column's place where several masks would have to be applied, or none fits: NULL.
const Mask& NullMask();
// Of columns of PostgreSQL's own that repeat values or statements of others.
const Mask& StatisticsMask();

}  // namespace portreeve::policy
