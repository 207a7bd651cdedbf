// One rule of a policy, of a grant or a guardrail: conditions, all of which must hold, and what
// follows. Plain values; match.h says when they hold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policy/class_set.h"
#include "policy/pattern.h"

namespace portreeve::policy {

// In rising order of strictness.
enum class Action : uint8_t { kAllow, kHold, kRefuse };

std::string_view Name(Action action);

// A condition that is left empty always holds.
struct Rule {
  ClassSet classes;
  std::vector<RelationPattern> tables;
  std::vector<ColumnPattern> columns;
  std::vector<FunctionPattern> functions;
  std::vector<FunctionPattern> except;  // Of the functions that `classes` or `functions` mean.
  bool where_absent = false;            // An UPDATE or DELETE that no WHERE restricts.
  std::vector<Pattern> databases;
  std::vector<Pattern> connections;

  Action action = Action::kRefuse;
  std::string approval;  // kHold: its name.
  uint32_t quorum = 0;   // kHold: how many must approve.
  std::string message;   // For the refused; empty: a general one.
  std::string path;      // "grants/analyst-read/rules/1", "guardrails/no-where"

  // It asks which relations, columns or functions a statement means.
  bool has_objects() const { return !tables.empty() || !columns.empty() || !functions.empty(); }
  // It speaks of every statement of its classes.
  bool is_unconditional() const {
    return !has_objects() && except.empty() && !where_absent && databases.empty() &&
           connections.empty();
  }
};

}  // namespace portreeve::policy
