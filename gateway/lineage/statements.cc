#include "lineage/tracer.h"

namespace portreeve::lineage {

using sql::NodeKind;
using sql::NodeRole;

void Tracer::GiveOut(const Rows& rows) {
  if (rows.uncounted) return Fail("the number of its columns is not known");
  for (const ColumnOfRows& column : rows.columns) {
    if (!Spend(1 + column.value->flows.size())) return;
    OutputColumn& output = lineage_.outputs.emplace_back();
    output.name = column.name;
    output.unknown = column.value->unknown;
    for (const Flow& flow : column.value->flows) {
      output.origins.push_back(
          {sources_.At(flow.source), flow.direct, flow.through_view, flow.kind});
    }
  }
}

// Of a set operation it stands in the leftmost query.
bool Tracer::HasInto(uint32_t select) const {
  while (select != 0 && At(select).kind == NodeKind::kSelect) {
    if (At(select).Has(sql::kInto)) return true;
    select = input_.outline.FirstChild(select, NodeRole::kLeft);
  }
  return false;
}

void Tracer::Explain(uint32_t node) {
  ForEach(node, NodeRole::kQuery, [&](uint32_t query) { Statement(query); });
  lineage_.copies_out.reset();
  lineage_.gives_rows = true;
  lineage_.outputs.assign(1, {"QUERY PLAN", {}, false});
}

// The columns that a COPY names, or those that it takes without being told.
const Rows& Tracer::Copied(uint32_t copy, const Rows& all) {
  Rows& named = *NewRows();
  ForEach(copy, NodeRole::kColumnAlias, [&](uint32_t name) {
    Found found;
    Match(all, NameOf(name), found);
    if (!found.found) return Fail("the column " + std::string(NameOf(name)) + " is not known");
    named.columns.push_back({NameOf(name), Keep(std::move(found.value))});
  });
  if (!named.columns.empty()) return named;
  Rows& stored = *NewRows();
  stored = all;
  std::erase_if(stored.columns, [](const ColumnOfRows& column) { return column.generated; });
  return stored;
}

void Tracer::Copy(uint32_t node) {
  const sql::OutlineNode& copy = At(node);
  if (copy.Has(sql::kCopiesFrom)) return;
  const Rows* rows = nullptr;
  const uint32_t query = input_.outline.FirstChild(node, NodeRole::kQuery);
  const uint32_t relation = input_.outline.FirstChild(node, NodeRole::kRelation);
  if (query != 0) {
    rows = &Query(query, {});
  } else if (relation != 0) {
    rows = &Copied(node, *Relation(relation, nullptr).rows);
  }
  if (failed_ || rows == nullptr) return;
  if (copy.Has(sql::kElsewhere)) return RecordRows(*rows, UseKind::kStored);
  CopyFormat& format = lineage_.copies_out.emplace();
  ForEach(node, NodeRole::kOption, [&](uint32_t option) {
    const std::string_view name = NameOf(option);
    const std::string value(Text(At(option).qualifier));
    if (name == "format") {
      format.binary = value == "binary";
      format.csv = value == "csv";
    } else if (name == "header") {
      format.header = value != "false" && value != "off" && value != "0";
    } else if (name == "delimiter") {
      format.delimiter = value;
    } else if (name == "null") {
      format.null = value;
    } else if (name == "quote") {
      format.quote = value;
    } else if (name == "escape") {
      format.escape = value;
    } else if (name == "encoding") {
      format.encoding = value;
    }
  });
  GiveOut(*rows);
}

// It has no query that this could follow. Definitions that hold one are not followed. What others
// make of a relation's columns stays in the relation, its indexes or statistics.
void Tracer::Utility(uint32_t node) {
  const uint32_t relation = input_.outline.FirstChild(node, NodeRole::kRelation);
  std::vector<uint32_t> left = {node};
  Scope scope;
  while (!left.empty() && Spend(1)) {
    const uint32_t next = left.back();
    left.pop_back();
    for (uint32_t child = At(next).first_child; child != 0; child = At(child).next) {
      const NodeKind kind = At(child).kind;
      if (kind == NodeKind::kUnknown || (kind >= NodeKind::kSelect && kind <= NodeKind::kMerge)) {
        return Fail("what it defines is not followed");
      }
      if (kind == NodeKind::kColumn && relation != 0) {
        if (scope.items.empty()) scope.items.push_back(Relation(relation, nullptr));
        Computed(child, {&scope, nullptr}, UseKind::kStored);
      }
      left.push_back(child);
    }
  }
}

void Tracer::Statement(uint32_t node) {
  switch (At(node).kind) {
    case NodeKind::kSelect:
    case NodeKind::kInsert:
    case NodeKind::kUpdate:
    case NodeKind::kDelete:
    case NodeKind::kMerge: {
      const bool stores = HasInto(node);
      const Rows& rows = Query(node, {});
      if (failed_) return;
      if (stores) return RecordRows(rows, UseKind::kStored);
      lineage_.gives_rows = At(node).kind == NodeKind::kSelect ||
                            input_.outline.FirstChild(node, NodeRole::kReturning) != 0;
      if (lineage_.gives_rows) GiveOut(rows);
      return;
    }
    case NodeKind::kPrepare:
    case NodeKind::kDeclare:
      return ForEach(node, NodeRole::kQuery, [&](uint32_t query) { Statement(query); });
    case NodeKind::kExplain:
      return Explain(node);
    case NodeKind::kCreateAs:
    case NodeKind::kCreateView:
      return ForEach(node, NodeRole::kQuery, [&](uint32_t query) {
        if (At(query).kind != NodeKind::kSelect) return Fail("what it runs is not followed");
        RecordRows(Query(query, {}), UseKind::kStored);
      });
    case NodeKind::kCopy:
      return Copy(node);
    case NodeKind::kShow:
      lineage_.gives_rows = true;
      lineage_.outputs.assign(NameOf(node) == "all" ? 3 : 1, {});
      return;
    case NodeKind::kCall:
      return ForEach(node, NodeRole::kArgument,
                     [&](uint32_t call) { Computed(call, {}, UseKind::kArgument); });
    case NodeKind::kUtility:
      return Utility(node);
    default:
      return Fail("it cannot be followed");
  }
}

}  // namespace portreeve::lineage
