#include "catalog/relation_names.h"

#include <algorithm>
#include <optional>

#include "catalog/function_names.h"

namespace portreeve::catalog {
namespace {

class Search {
 public:
  Search(const sql::RelationUse& use, const Visibility& names) : use_(use), names_(names) {}

  std::vector<RelationCandidate> Qualified() {
    if (use_.schema == kTemporarySchema) {
      if (IsMadeTemporary()) AddMade(kTemporarySchema);
    } else if (const Relation* found = names_.snapshot()->FindRelation(use_.schema, use_.name)) {
      Add(*found);
    } else if (IsMadeIn(use_.schema)) {
      AddMade(use_.schema);
    }
    return Finish();
  }

  std::vector<RelationCandidate> Unqualified() {
    // It may be gone again, after a rollback say: what it hides may be meant as well.
    if (IsMadeTemporary()) AddMade(kTemporarySchema);
    for (const Path& path : names_.paths()) Follow(path);
    if (names_.any_path()) {
      for (const uint32_t index : names_.snapshot()->RelationsNamed(use_.name)) {
        Add(names_.snapshot()->parts().relations[index]);
      }
      for (const sql::MadeRelation& made : names_.made()) {
        if (made.name == use_.name && !made.schema.empty()) AddMade(made.schema);
      }
    }
    return Finish();
  }

  // CREATE looks only where it will put the name.
  std::vector<RelationCandidate> Created(const sql::MadeRelation& made) {
    if (made.temporary || made.schema == kTemporarySchema) {
      AddMade(kTemporarySchema);
    } else if (!made.schema.empty()) {
      AddCreated(made.schema);
    } else {
      for (const Path& path : names_.paths()) {
        if (!path.creation.empty()) AddCreated(path.creation);
      }
      if (names_.any_path()) AddUnknown();
    }
    return Finish();
  }

 private:
  void Follow(const Path& path) {
    for (const std::string& schema : path.schemas) {
      if (schema == kTemporarySchema) continue;
      const Relation* found = names_.snapshot()->FindRelation(schema, use_.name);
      if (found == nullptr) {
        if (IsMadeIn(schema)) AddMade(schema);
        continue;
      }
      Add(*found);
      // The server passes over a schema that the role may not use.
      if (names_.snapshot()->MayUse(names_.role(), schema)) return;
    }
  }

  bool IsMadeTemporary() const {
    return std::ranges::any_of(names_.made(), [&](const sql::MadeRelation& made) {
      if (made.name != use_.name) return false;
      return made.temporary || made.schema == kTemporarySchema ||
             (made.schema.empty() && names_.MayCreateIn(kTemporarySchema));
    });
  }

  bool IsMadeIn(std::string_view schema) const {
    return std::ranges::any_of(names_.made(), [&](const sql::MadeRelation& made) {
      if (made.name != use_.name || made.temporary) return false;
      return made.schema.empty() ? names_.MayCreateIn(schema) : made.schema == schema;
    });
  }

  void Add(const Relation& relation) {
    for (const RelationCandidate& there : candidates_) {
      if (there.relation == &relation) return;
    }
    candidates_.push_back({&relation, relation.schema, relation.name, true, {}, {}});
  }

  void AddCreated(std::string_view schema) {
    const Relation* found = names_.snapshot()->FindRelation(schema, use_.name);
    found == nullptr ? AddMade(schema) : Add(*found);
  }

  void AddMade(std::string_view schema) {
    for (const RelationCandidate& there : candidates_) {
      if (there.relation == nullptr && there.schema == schema) return;
    }
    candidates_.push_back({nullptr, std::string(schema), use_.name, true, {}, {}});
  }

  void AddUnknown() { candidates_.push_back({nullptr, use_.schema, use_.name, false, {}, {}}); }

  std::vector<RelationCandidate> Finish() {
    if (candidates_.empty()) AddUnknown();
    return std::move(candidates_);
  }

  const sql::RelationUse& use_;
  const Visibility& names_;
  std::vector<RelationCandidate> candidates_;
};

}  // namespace

std::vector<RelationCandidate> CandidatesOf(const sql::RelationUse& use,
                                            const sql::StatementFacts& statement,
                                            const Visibility& names) {
  if (names.snapshot() == nullptr) return {{nullptr, use.schema, use.name, false, {}, {}}};
  Search search(use, names);
  if (use.access == sql::Access::kDdl || use.access == sql::Access::kInsert) {
    for (const sql::MadeRelation& made : statement.makes_relations) {
      if (made.name == use.name && made.schema == use.schema) return search.Created(made);
    }
  }
  return use.schema.empty() ? search.Unqualified() : search.Qualified();
}

std::optional<sql::Access> AccessThrough(const Relation& relation, sql::Access access) {
  if (access != sql::Access::kDdl) return access;
  switch (relation.kind) {
    case RelationKind::kMaterializedView:
      return sql::Access::kRead;  // REFRESH runs it.
    case RelationKind::kIndex:
    case RelationKind::kPartitionedIndex:
    case RelationKind::kToast:
      return access;
    default:
      return std::nullopt;
  }
}

void AddRelationTouches(std::vector<RelationCandidate>& candidates, sql::Access access,
                        const Visibility& names, Collector& found) {
  for (RelationCandidate& candidate : candidates) {
    found.Add(RelationTouch{candidate.schema, candidate.name, access, candidate.known, true});
    if (candidate.relation == nullptr) continue;
    const Relatives relatives = names.snapshot()->RelativesOf(*candidate.relation);
    const auto through = AccessThrough(*candidate.relation, access);
    for (const Relative& relative : relatives.relations) {
      const Relation& relation = *relative.relation;
      if (relative.family) {
        candidate.family.push_back(&relation);
        found.Add(RelationTouch{relation.schema, relation.name, access, true, false});
      } else if (through) {
        found.Add(RelationTouch{relation.schema, relation.name, *through, true, false});
      }
      if (through && !relation.uses.empty()) candidate.reached.push_back(&relation);
    }
    if (!through) continue;
    for (const Oid function : relatives.calls) AddCall(function, "", names, found);
  }
}

}  // namespace portreeve::catalog
