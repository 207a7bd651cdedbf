#include "lineage/tracer.h"

namespace portreeve::lineage {

using sql::NodeRole;

// PostgreSQL's parse_cte.c: each query of a plain WITH sees those before it, of WITH RECURSIVE all;
// what follows the WITH sees all.
const WithScope* Tracer::PushWith(uint32_t node, Place outer) {
  const WithScope* all = outer.with;
  std::vector<WithQuery*> queries;
  ForEach(node, NodeRole::kWith, [&](uint32_t with) {
    WithQuery& query = with_queries_.emplace_back();
    query.node = with;
    query.name = NameOf(with);
    query.scope = outer.scope;
    query.with = all;
    all = &with_scopes_.emplace_back(WithScope{all, &query});
    queries.push_back(&query);
  });
  for (WithQuery* query : queries) {
    if (At(query->node).Has(sql::kRecursive)) query->with = all;
  }
  for (WithQuery* query : queries) {
    if (failed_) break;
    RowsOf(*query);
  }
  return all;
}

WithQuery* Tracer::FindWith(const WithScope* with, std::string_view name) const {
  for (; with != nullptr; with = with->outer) {
    if (with->query->name == name) return with->query;
  }
  return nullptr;
}

// With the names that it says, and the columns that SEARCH and CYCLE add.
const Rows& Tracer::Named(uint32_t with_node, const Rows& rows) { return Renamed(with_node, rows); }

const Rows& Tracer::RowsOf(WithQuery& query) {
  static const Rows kNone;
  if (failed_) return kNone;
  if (query.state == WithQuery::State::kDone) return *query.rows;
  if (query.state == WithQuery::State::kRunning) {
    if (query.rows == nullptr) Fail("the WITH query " + std::string(query.name) + " names itself");
    return query.rows == nullptr ? kNone : *query.rows;
  }
  query.state = WithQuery::State::kRunning;
  const uint32_t body = input_.outline.FirstChild(query.node, NodeRole::kQuery);
  const bool recursive = At(query.node).Has(sql::kRecursive);
  const Rows& found = Query(body, {query.scope, query.with}, recursive ? &query : nullptr);
  Rows& rows = *NewRows();
  rows = Named(query.node, found);
  const auto add = [&](uint32_t name) {
    const Value all = AllOf(rows);
    Record(all, UseKind::kComputed);
    rows.columns.push_back({NameOf(name), Keep(Derived(all, UseKind::kComputed))});
  };
  ForEach(query.node, NodeRole::kSearchColumn, add);
  ForEach(query.node, NodeRole::kCycleColumn, add);
  query.rows = &rows;
  query.state = WithQuery::State::kDone;
  return rows;
}

// The right side of a recursive query once more, until it brings nothing new.
const Rows& Tracer::Recur(WithQuery& query, uint32_t right, const Rows& left, Place place) {
  const Rows* rows = &left;
  while (Spend(1)) {
    const Rows& next = Union(*rows, Query(right, place));
    bool changed = next.columns.size() != rows->columns.size() || next.open != rows->open;
    for (size_t i = 0; i < next.columns.size() && !changed; ++i) {
      changed = next.columns[i].value->flows != rows->columns[i].value->flows ||
                next.columns[i].value->unknown != rows->columns[i].value->unknown;
    }
    if (!changed) break;
    rows = &next;
    query.rows = &Named(query.node, *rows);
  }
  return *rows;
}

}  // namespace portreeve::lineage
