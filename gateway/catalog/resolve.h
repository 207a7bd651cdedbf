// From facts to findings: names resolved as the server would resolve them, and where that is not
// certain, in every way it could. Pure.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "catalog/findings.h"
#include "catalog/snapshot.h"
#include "sql/facts.h"

namespace portreeve::catalog {

// Where a session's unqualified names lead. A value; the session replaces it when it changes.
struct NameSpace {
  // Null: nothing is known, and every name is unknown.
  std::shared_ptr<const Snapshot> snapshot;
  std::string role;  // "$user" on the search_path.
  // Every value that search_path may have now, as SET takes it. Empty: it may have any.
  std::vector<std::string> search_paths;
  // What the session itself made since the snapshot was read.
  std::vector<sql::MadeRelation> made;
};

// One for each statement. `facts` without statements (a syntax error, not examined) gives none.
std::vector<Findings> Resolve(const sql::Facts& facts, const NameSpace& names);

}  // namespace portreeve::catalog
