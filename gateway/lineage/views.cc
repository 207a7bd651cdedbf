#include "lineage/views.h"

#include <utility>

#include "catalog/resolve.h"
#include "catalog/search_path.h"
#include "catalog/visibility.h"
#include "lineage/tracer.h"
#include "sql/outline.h"

namespace portreeve::lineage {

ViewLineages::ViewLineages(Computes computes)
    : computes_(computes ? std::move(computes)
                         : [](const catalog::FunctionTouch& touch) { return touch.harmless; }) {}

std::shared_ptr<const ViewLineage> ViewLineages::Find(const catalog::Snapshot& snapshot,
                                                      catalog::Oid view) {
  const std::lock_guard lock(mutex_);
  if (version_ != snapshot.version()) return nullptr;
  const auto it = views_.find(view);
  return it == views_.end() ? nullptr : it->second;
}

void ViewLineages::Keep(const catalog::Snapshot& snapshot, catalog::Oid view,
                        std::shared_ptr<const ViewLineage> lineage) {
  const std::lock_guard lock(mutex_);
  if (version_ != snapshot.version()) {
    views_.clear();
    version_ = snapshot.version();
  }
  views_[view] = std::move(lineage);
}

namespace {

const std::string kOwnSchema(catalog::kCatalogSchema);

ViewLineage Follow(const catalog::Relation& view, const catalog::Snapshot& snapshot,
                   ViewLineages& views, uint32_t depth) {
  ViewLineage lineage;
  const sql::Outlined outlined = sql::AnalyseAndOutline(view.view_definition, {}, {});
  if (outlined.facts.statements.size() != 1 || depth > Tracer::kMaxViewDepth) {
    lineage.unknown_reason = "its definition is not known";
    return lineage;
  }
  // It lives as long as this needs it.
  const std::shared_ptr<const catalog::Snapshot> borrowed(std::shared_ptr<void>(), &snapshot);
  const catalog::NameSpace names = {borrowed, "", {std::string(catalog::kCatalogSchema)}, {}};
  const catalog::Visibility visibility(names);
  Lineage found = Tracer({outlined.outline, outlined.facts.statements[0], visibility, views, depth})
                      .Trace(outlined.outline.nodes[0].first_child);
  lineage.unknown_reason = std::move(found.unknown_reason);
  lineage.columns = std::move(found.outputs);
  lineage.uses = std::move(found.uses);
  for (const sql::RelationUse& use : outlined.facts.statements[0].relations) {
    const std::string& schema = use.schema.empty() ? kOwnSchema : use.schema;
    const catalog::Relation* relation = snapshot.FindRelation(schema, use.name);
    if (relation != nullptr) lineage.reads.push_back(relation->oid);
  }
  // What functions give to PostgreSQL's own views is part of what those are.
  const bool own = view.oid < catalog::kFirstUserOid;
  for (OutputColumn& column : lineage.columns) {
    if (own) column.unknown = false;
    for (Origin& origin : column.origins) origin.through_view = !origin.direct;
  }
  return lineage;
}

}  // namespace

std::shared_ptr<const ViewLineage> LineageOfView(const catalog::Relation& view,
                                                 const catalog::Snapshot& snapshot,
                                                 ViewLineages& views, uint32_t depth) {
  if (auto kept = views.Find(snapshot, view.oid)) return kept;
  auto lineage = std::make_shared<const ViewLineage>(Follow(view, snapshot, views, depth));
  // One that was given up for its depth alone may be followed from elsewhere.
  if (lineage->unknown_reason.empty()) views.Keep(snapshot, view.oid, lineage);
  return lineage;
}

}  // namespace portreeve::lineage
