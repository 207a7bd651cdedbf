// The namespace as it stands for one statement of a text. Its one rule: a statement of the text may
// have run or not when the next one is read, so what it changes is added to what was possible.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/resolve.h"
#include "catalog/search_path.h"

namespace portreeve::catalog {

class Visibility {
 public:
  // `names` must outlive it.
  explicit Visibility(const NameSpace& names);

  // Null: nothing is known.
  const Snapshot* snapshot() const { return snapshot_; }
  const std::string& role() const { return role_; }
  // search_path may have a value that nobody can name: every schema may be meant.
  bool any_path() const { return any_path_; }
  const std::vector<Path>& paths() const { return paths_; }
  const std::vector<sql::MadeRelation>& made() const { return made_; }
  // Functions, operators and types without a schema may be looked for there.
  bool Searches(std::string_view schema) const;
  // Every possible path looks into pg_catalog before any other schema.
  bool catalog_first() const { return catalog_first_; }
  // May CREATE put a name without a schema there?
  bool MayCreateIn(std::string_view schema) const;

  // What the statement may change for those behind it.
  void After(const sql::StatementFacts& statement);

 private:
  void AddPath(std::string_view value);

  const Snapshot* const snapshot_;
  const std::string role_;
  bool any_path_ = false;
  bool catalog_first_ = true;
  std::vector<Path> paths_;
  std::vector<sql::MadeRelation> made_;
};

}  // namespace portreeve::catalog
