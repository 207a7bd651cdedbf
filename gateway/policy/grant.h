// What a policy file says beside its rules: who belongs to which group, and what a grant gives.
// Plain values.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/rule.h"
#include "policy/window.h"

namespace portreeve::policy {

// The members of a group: `claim` has a value that one of the patterns fits.
struct Group {
  std::string name;
  std::string claim;
  std::vector<std::string> any_of;  // With `*` for any run of characters.
};

// None, or 0: unlimited.
struct Limits {
  std::optional<uint64_t> rows;   // That one statement may give to the client.
  std::optional<uint64_t> bytes;  // The same, in bytes.
  // Rows that one INSERT, UPDATE, DELETE or MERGE may change.
  std::optional<uint64_t> affects_at_most;
  int64_t statement_time_us = 0;
  uint32_t per_minute = 0;  // Statements.
  bool operator==(const Limits&) const = default;
};

struct Grant {
  std::string name_text;
  std::vector<std::string> who;                             // Names of groups.
  std::vector<std::pair<std::string, std::string>> labels;  // All must be there.
  std::vector<std::string> connections;                     // Patterns; empty: any.
  std::vector<std::string> databases;                       // Patterns; empty: any.
  std::string role_text;                                    // Empty: the login's own.
  int64_t max_us = 0;
  int64_t idle_us = 0;  // 0: no limit.
  std::optional<Window> window;
  std::string window_name;             // Empty: always open.
  std::string approval;                // That each session needs; its name.
  std::string reason;                  // A regular expression that the session's reason fits.
  std::vector<std::string> member_of;  // Roles of the login that is made for each session.
  std::vector<Rule> rules;
  Limits limits;
  // Whether a decision can be another one when names are resolved. Without it, findings need not
  // say which relations, columns and functions a statement means.
  bool needs_catalog = true;

  std::string_view name() const { return name_text; }
  std::string_view role() const { return role_text; }
  int64_t session_max_us() const { return max_us; }
  int64_t session_idle_us() const { return idle_us; }
  // Until when sessions may run; INT64_MAX: for ever. None: the grant is closed at this time.
  std::optional<int64_t> WindowEnd(int64_t unix_s) const {
    return window ? window->End(unix_s) : std::numeric_limits<int64_t>::max();
  }
};

}  // namespace portreeve::policy
