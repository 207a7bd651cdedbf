// What the columns of views are made of, by one judgement of which functions can be followed. Its
// one rule: it says that of one snapshot only, and forgets it with the next.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "catalog/findings.h"
#include "catalog/snapshot.h"
#include "lineage/lineage.h"

namespace portreeve::lineage {

struct ViewLineage {
  std::vector<OutputColumn> columns;
  std::vector<Use> uses;
  std::vector<catalog::Oid> reads;  // The relations that the definition names.
  std::string unknown_reason;       // Then nothing else is said.
};

// A function that gives out what its arguments hold, and nothing else.
using Computes = std::function<bool(const catalog::FunctionTouch&)>;

// Thread-safe. Keeps those of the snapshot that it was asked about last.
class ViewLineages {
 public:
  // Unless given, harmless functions only compute.
  explicit ViewLineages(Computes computes = {});

  bool OnlyComputes(const catalog::FunctionTouch& touch) const { return computes_(touch); }

  // Null: it is not there.
  std::shared_ptr<const ViewLineage> Find(const catalog::Snapshot& snapshot, catalog::Oid view);
  void Keep(const catalog::Snapshot& snapshot, catalog::Oid view,
            std::shared_ptr<const ViewLineage> lineage);

 private:
  const Computes computes_;
  std::mutex mutex_;
  std::string version_;
  std::map<catalog::Oid, std::shared_ptr<const ViewLineage>> views_;
};

// The lineage of a view's definition, from memory if it is there.
std::shared_ptr<const ViewLineage> LineageOfView(const catalog::Relation& view,
                                                 const catalog::Snapshot& snapshot,
                                                 ViewLineages& views, uint32_t depth = 0);

}  // namespace portreeve::lineage
