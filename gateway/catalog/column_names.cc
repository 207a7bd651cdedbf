#include "catalog/column_names.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>

#include "catalog/function_names.h"

namespace portreeve::catalog {
namespace {

using sql::kNoIndex;

constexpr std::array<std::string_view, 6> kSystemColumns = {"cmax",     "cmin", "ctid",
                                                            "tableoid", "xmax", "xmin"};

bool HasColumn(const Relation& relation, std::string_view name) {
  if (std::ranges::any_of(relation.columns,
                          [&](const Column& column) { return column.name == name; })) {
    return true;
  }
  return relation.kind != RelationKind::kView && std::ranges::count(kSystemColumns, name) > 0;
}

std::string Shown(const std::string& name) { return name.empty() ? "*" : name; }

class ColumnResolver {
 public:
  ColumnResolver(const sql::StatementFacts& statement,
                 const std::vector<std::vector<RelationCandidate>>& relations,
                 const Visibility& names, Collector& found)
      : statement_(statement), relations_(relations), names_(names), found_(found) {
    begin_.resize(statement.levels.size() + 1);
    for (const sql::RangeEntry& entry : statement.range) {
      if (entry.level < statement.levels.size()) ++begin_[entry.level + 1];
    }
    for (size_t i = 1; i < begin_.size(); ++i) begin_[i] += begin_[i - 1];
    entries_.resize(begin_.back());
    std::vector<uint32_t> next = begin_;
    for (const sql::RangeEntry& entry : statement.range) {
      if (entry.level < statement.levels.size()) entries_[next[entry.level]++] = &entry;
    }
  }

  void Resolve(const sql::ColumnUse& use) {
    usage_ = use.usage;
    if (!use.schema.empty()) {
      OfTable(use);
    } else if (!use.qualifier.empty()) {
      OfAlias(use);
    } else if (use.name.empty()) {
      for (const sql::RangeEntry* entry : At(use.level)) AddWholeRow(*entry);
    } else {
      OfAny(use);
    }
  }

 private:
  using Entries = std::span<const sql::RangeEntry* const>;

  Entries At(uint32_t level) const {
    if (level >= statement_.levels.size()) return {};
    return Entries(entries_).subspan(begin_[level], begin_[level + 1] - begin_[level]);
  }

  // From the level itself outwards. `visit` returns true to stop; so does this then.
  template <typename Visit>
  bool Outwards(uint32_t level, Visit visit) {
    for (size_t steps = 0; level < statement_.levels.size() && steps < statement_.levels.size();
         ++steps) {
      const Entries entries = At(level);
      if (!found_.Spend(1 + entries.size())) return true;
      if (visit(entries)) return true;
      level = statement_.levels[level].outer;
    }
    return false;
  }

  std::span<const RelationCandidate> CandidatesOf(const sql::RangeEntry& entry) const {
    if (entry.relation >= relations_.size()) return {};
    return relations_[entry.relation];
  }

  void OfAlias(const sql::ColumnUse& use) {
    const bool explained = Outwards(use.level, [&](Entries entries) {
      bool here = false;
      for (const sql::RangeEntry* entry : entries) {
        if (entry->alias != use.qualifier) continue;
        here = true;
        AddNamed(*entry, use.name);
      }
      return here;
    });
    if (!explained) RefuseToKnow(use.qualifier + "." + Shown(use.name));
  }

  void OfTable(const sql::ColumnUse& use) {
    const auto is_it = [&](const sql::RangeEntry& entry) {
      if (entry.relation >= statement_.relations.size() || entry.alias != use.qualifier) {
        return false;
      }
      return statement_.relations[entry.relation].schema == use.schema ||
             std::ranges::any_of(CandidatesOf(entry), [&](const RelationCandidate& candidate) {
               return candidate.name == use.qualifier &&
                      (candidate.schema == use.schema || !candidate.known);
             });
    };
    const bool explained = Outwards(use.level, [&](Entries entries) {
      bool here = false;
      for (const sql::RangeEntry* entry : entries) {
        if (!is_it(*entry)) continue;
        here = true;
        AddNamed(*entry, use.name);
      }
      return here;
    });
    if (!explained) RefuseToKnow(use.schema + "." + use.qualifier + "." + Shown(use.name));
  }

  // The server takes the nearest level that has such a column, but a subquery's columns are not
  // known here: it may be a column of every relation that has one of that name.
  void OfAny(const sql::ColumnUse& use) {
    bool explained = false;
    const bool all = !Outwards(use.level, [&](Entries entries) {
      for (const sql::RangeEntry* entry : entries) {
        if (entry->alias == use.name) {
          AddWholeRow(*entry);
          explained = true;
        }
        explained |= AddIfThere(*entry, use.name);
      }
      return false;
    });
    if (explained || !all) return;
    // From PostgreSQL 18 on they are rows in RETURNING.
    if (use.name == "old" || use.name == "new") RefuseToKnow(use.name);
    // Or a column that is newer than the snapshot.
    Outwards(use.level, [&](Entries entries) {
      for (const sql::RangeEntry* entry : entries) {
        for (const RelationCandidate& candidate : CandidatesOf(*entry)) {
          if (candidate.relation != nullptr) AddColumn(candidate, use.name);
        }
      }
      return false;
    });
  }

  // True: a relation is known to have it.
  bool AddIfThere(const sql::RangeEntry& entry, std::string_view name) {
    bool there = false;
    for (const RelationCandidate& candidate : CandidatesOf(entry)) {
      if (entry.renames || candidate.relation == nullptr) {
        AddColumn(candidate, "");
        continue;
      }
      if (!found_.Spend(candidate.relation->columns.size() / 8)) return true;
      if (!HasColumn(*candidate.relation, name)) continue;
      AddColumn(candidate, name);
      there = true;
    }
    return there;
  }

  void AddNamed(const sql::RangeEntry& entry, const std::string& name) {
    if (name.empty()) return AddWholeRow(entry);
    const auto candidates = CandidatesOf(entry);
    if (candidates.empty()) {
      AddRowFunctionTouches(name, names_, found_);
      return;
    }
    for (const RelationCandidate& candidate : candidates) {
      const bool columns_known = candidate.relation != nullptr && !entry.renames;
      if (columns_known && HasColumn(*candidate.relation, name)) {
        AddColumn(candidate, name);
        continue;
      }
      // A column that is newer than the snapshot, or a function of the row.
      const bool whole =
          AddRowFunctionTouches(name, names_, found_) || entry.renames || !candidate.known;
      AddColumn(candidate, whole ? "" : name);
    }
  }

  void AddWholeRow(const sql::RangeEntry& entry) {
    for (const RelationCandidate& candidate : CandidatesOf(entry)) AddColumn(candidate, "");
  }

  void AddColumn(const RelationCandidate& candidate, std::string_view name) {
    found_.AddColumn(candidate.schema, candidate.name, name, usage_);
    for (const Relation* relative : candidate.family) {
      found_.AddColumn(relative->schema, relative->name, name, usage_);
    }
  }

  void RefuseToKnow(const std::string& name) {
    found_.RefuseToKnow("the name \"" + name + "\" belongs to nothing that the statement reads");
  }

  const sql::StatementFacts& statement_;
  const std::vector<std::vector<RelationCandidate>>& relations_;
  const Visibility& names_;
  Collector& found_;
  sql::ColumnUsage usage_ = sql::ColumnUsage::kOutput;
  // The entries of level L stand from begin_[L] to begin_[L + 1].
  std::vector<uint32_t> begin_;
  std::vector<const sql::RangeEntry*> entries_;
};

// What a write to a view reaches may be any column: its rules can say more than its definition.
void AddWritten(const Relation& view, const Snapshot& snapshot, Collector& found) {
  const auto add = [&](Oid oid) {
    const Relation* relation = snapshot.FindRelation(oid);
    if (relation == nullptr || !found.Spend(1)) return;
    found.AddColumn(relation->schema, relation->name, "", sql::ColumnUsage::kAssigned);
  };
  for (const Oid reached : view.reaches) add(reached);
  for (const UsedColumn& used : view.uses) add(used.relation);
}

void AddRead(const Relation& view, bool outputs, const Snapshot& snapshot, Collector& found) {
  for (const UsedColumn& used : view.uses) {
    if (!outputs && used.usage == sql::ColumnUsage::kOutput) continue;
    const Relation* relation = snapshot.FindRelation(used.relation);
    if (relation == nullptr || !found.Spend(1)) continue;
    found.AddColumn(relation->schema, relation->name, used.name, used.usage);
  }
}

}  // namespace

void AddColumnsThroughViews(const std::vector<RelationCandidate>& candidates, sql::Access access,
                            const Snapshot& snapshot, Collector& found) {
  const bool writes = access == sql::Access::kInsert || access == sql::Access::kUpdate;
  const bool runs = access == sql::Access::kDdl;  // REFRESH
  for (const RelationCandidate& candidate : candidates) {
    const Relation* view = candidate.relation;
    if (view == nullptr || (view->uses.empty() && candidate.reached.empty()) ||
        !AccessThrough(*view, access)) {
      continue;
    }
    const bool outputs = runs || found.Uses(view->schema, view->name, true);
    const bool reads = outputs || access == sql::Access::kRead || access == sql::Access::kLock;
    if (writes) AddWritten(*view, snapshot, found);
    if (reads) AddRead(*view, outputs, snapshot, found);
    for (const Relation* reached : candidate.reached) {
      if (writes) AddWritten(*reached, snapshot, found);
      if (reads) AddRead(*reached, true, snapshot, found);
    }
  }
}

void AddColumnTouches(const sql::StatementFacts& statement,
                      const std::vector<std::vector<RelationCandidate>>& relations,
                      const Visibility& names, Collector& found) {
  if (statement.columns.empty()) return;
  ColumnResolver resolver(statement, relations, names, found);
  for (const sql::ColumnUse& use : statement.columns) resolver.Resolve(use);
}

}  // namespace portreeve::catalog
