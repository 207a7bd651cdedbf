// One statement followed from its outermost query inwards. Its one rule: work is bounded; what
// would take more, like what cannot be followed, makes the whole statement unknown.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/relation_names.h"
#include "catalog/visibility.h"
#include "lineage/flow.h"
#include "lineage/lineage.h"
#include "lineage/scope.h"
#include "lineage/views.h"
#include "sql/outline.h"

namespace portreeve::lineage {

// What a statement is followed with. All of it must outlive the tracer.
struct TraceInput {
  const sql::Outline& outline;
  const sql::StatementFacts& facts;
  const catalog::Visibility& names;
  ViewLineages& views;
  uint32_t view_depth = 0;  // Of the view whose definition this is; 0: of no view.
};

class Tracer {
 public:
  static constexpr size_t kMaxSteps = 4'000'000;
  static constexpr uint32_t kMaxViewDepth = 24;

  explicit Tracer(const TraceInput& input) : input_(input) {}

  Lineage Trace(uint32_t statement);

 private:
  // tracer.cc: what all others need.
  void Fail(std::string reason);
  // False once there is too much of it, or something could not be followed.
  bool Spend(size_t steps);
  const sql::OutlineNode& At(uint32_t node) const { return input_.outline.nodes[node]; }
  std::string_view Text(sql::OutlineText text) const { return input_.outline.Text(text); }
  std::string_view NameOf(uint32_t node) const { return Text(At(node).name); }
  template <typename Visit>
  void ForEach(uint32_t node, sql::NodeRole role, Visit visit) {
    for (uint32_t child = input_.outline.FirstChild(node, role); child != 0 && !failed_;
         child = input_.outline.Next(child)) {
      visit(child);
    }
  }
  const Value* Keep(Value value);
  Rows* NewRows();
  void Add(Value& value, const Value& from);
  void Record(const Value& value, UseKind kind);
  void RecordRows(const Rows& rows, UseKind kind);
  Value AllOf(const Rows& rows);

  // statements.cc
  void Statement(uint32_t node);
  void Explain(uint32_t node);
  void Copy(uint32_t node);
  const Rows& Copied(uint32_t copy, const Rows& all);
  void Utility(uint32_t node);
  void GiveOut(const Rows& rows);
  bool HasInto(uint32_t select) const;

  // queries.cc
  const Rows& Query(uint32_t node, Place outer, WithQuery* recursive = nullptr);
  const Rows& Select(uint32_t node, Place outer);
  const Rows& SetOperation(uint32_t node, Place place, WithQuery* recursive);
  const Rows& ValuesOf(uint32_t node, Place place);
  const Rows& Union(const Rows& left, const Rows& right);
  void Targets(uint32_t node, sql::NodeRole role, Place place, Rows& rows);
  void Star(uint32_t column, const Scope& scope, Rows& rows);
  bool FieldStar(uint32_t field, Place place, Rows& rows);
  void SortsAndLimits(uint32_t node, const Rows& outputs, Place place);
  void OutputOrExpression(uint32_t node, const Rows& outputs, Place place, UseKind kind);

  // with.cc
  const WithScope* PushWith(uint32_t node, Place outer);
  const Rows& RowsOf(WithQuery& query);
  const Rows& Recur(WithQuery& query, uint32_t right, const Rows& left, Place place);
  const Rows& Named(uint32_t with_node, const Rows& rows);
  WithQuery* FindWith(const WithScope* with, std::string_view name) const;

  // changes.cc
  RangeItem Target(uint32_t node);
  const Rows& Insert(uint32_t node, Place outer);
  const Rows& Change(uint32_t node, Place outer);
  Value Assign(uint32_t node, Place place);
  void Conflict(uint32_t node, Place place, const RangeItem& target, const Value& inserted);
  const Rows& Returning(uint32_t node, Scope& scope, const WithScope* with, const Value& assigned);

  // ranges.cc
  void From(uint32_t node, Scope& scope, const WithScope* with);
  void Join(uint32_t node, Scope& scope, const WithScope* with);
  void AddItem(uint32_t node, const Rows& rows, Scope& scope);
  RangeItem Relation(uint32_t node, const WithScope* with);
  void Functions(uint32_t node, Scope& scope, const WithScope* with);
  void FunctionColumns(uint32_t item, uint32_t range, bool only, Place place, Rows& rows);
  void TableFunction(uint32_t node, Scope& scope, const WithScope* with);
  const Rows& Renamed(uint32_t node, const Rows& rows);
  Rows Gathered(const Scope& scope, size_t begin, size_t end);
  const Rows& Joined(uint32_t node, const Rows& left, const Rows& right, Rows& merged);

  // relations.cc
  std::vector<catalog::RelationCandidate> Candidates(std::string_view schema,
                                                     std::string_view name);
  std::vector<std::string_view> SchemasOf(std::string_view schema, std::string_view name);
  const Rows& RowsOfRelation(std::string_view schema, std::string_view name);
  void AddRelation(const catalog::Relation& relation, Rows& rows);
  void AddThroughView(const catalog::Relation& view, Rows& rows);

  // names.cc
  struct Found {
    Value value;
    bool found = false;
    bool whole_row = false;
    const Rows* rows = nullptr;  // Of a whole row.
  };
  Found Lookup(uint32_t column, const Scope* scope);
  Found BareName(std::string_view name, const Scope* scope);
  const RangeItem* FindItem(std::string_view schema, std::string_view alias, const Scope* scope);
  // True: it is certain to have it.
  bool Match(const Rows& rows, std::string_view name, Found& found);
  void WholeRow(const RangeItem& item, Found& found);

  // expressions.cc
  // The value of an output column.
  Value Output(uint32_t node, Place place);
  // What reaches the value of an expression whose columns are used so.
  Value Computed(uint32_t node, Place place, UseKind kind);
  Value Call(uint32_t node, Place place, UseKind kind);
  Value Sublink(uint32_t node, Place place, UseKind kind);
  Value ColumnValue(uint32_t node, Place place, UseKind kind);
  void Below(uint32_t node, Place place, UseKind kind, Value& value);
  bool Field(uint32_t node, Place place, Value& value);
  bool OnlyComputes(uint32_t call);

  // floors.cc
  struct Level {
    std::set<uint32_t> aggregated;  // Sources that sum or avg is taken of.
  };
  void NoteAggregate(uint32_t column, Place place);
  void EndLevel(uint32_t select, const Level& level, Place place);
  std::map<uint32_t, uint64_t> FloorsOf(uint32_t select, Place place);
  void AddFloor(uint32_t condition, Place place, std::map<uint32_t, uint64_t>& floors);

  // conditions.cc
  void Condition(uint32_t node, Place place);
  bool IsConstant(uint32_t node) const;
  uint64_t ConstantsIn(uint32_t comparison, uint32_t right) const;
  void NoteComparison(uint32_t source, uint64_t constants);
  bool Compares(uint32_t node, Place place);
  // `constants`: that it is compared with, where the use is an equality.
  bool RecordBare(uint32_t node, Place place, UseKind kind, uint64_t constants = 0);

  const TraceInput input_;
  Lineage lineage_;
  bool failed_ = false;
  size_t steps_ = 0;
  Sources sources_;
  std::deque<Value> values_;
  std::deque<Rows> rows_;
  std::deque<WithQuery> with_queries_;
  std::deque<WithScope> with_scopes_;
  std::map<std::pair<std::string_view, std::string_view>, const Rows*> relations_;
  std::map<std::string, bool> only_compute_;
  std::set<std::pair<uint32_t, UseKind>> uses_;
  std::set<std::pair<uint32_t, UseKind>> uses_through_views_;
  Level* level_ = nullptr;                 // Of the innermost SELECT.
  std::map<uint32_t, uint64_t> compared_;  // Constants by source; 0: not counted.
  std::map<uint32_t, uint64_t> floors_;    // The least of any level; 0: none.
};

}  // namespace portreeve::lineage
