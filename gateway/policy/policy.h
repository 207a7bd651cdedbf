// Who may open sessions, under which grant, and what each statement of a session may do. Its one
// rule: nothing matched is a refusal. A Policy never changes; a reload makes a new one.
// Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/refusal.h"
#include "identity/principal.h"
#include "policy/class_set.h"
#include "sql/facts.h"
#include "yaml/diagnostics.h"

namespace portreeve::policy {

enum class Action : uint8_t { kAllow, kRefuse };

struct Rule {
  ClassSet classes;
  Action action = Action::kRefuse;
  std::string message;  // For the refused; empty: a general one.
  std::string path;     // "grants/analyst-read/rules/1"
};

// The members of a group: `claim` has a value that one of the patterns fits.
struct Group {
  std::string name;
  std::string claim;
  std::vector<std::string> any_of;  // With `*` for any run of characters.
};

struct Grant {
  std::string name_text;
  std::vector<std::string> who;                             // Names of groups.
  std::vector<std::pair<std::string, std::string>> labels;  // All must be there.
  std::vector<std::string> connections;                     // Patterns; empty: any.
  std::string role_text;                                    // Empty: the login's own.
  int64_t max_us = 0;
  int64_t idle_us = 0;  // 0: no limit.
  std::vector<Rule> rules;

  std::string_view name() const { return name_text; }
  std::string_view role() const { return role_text; }
  int64_t session_max_us() const { return max_us; }
  int64_t session_idle_us() const { return idle_us; }
};

struct ConnectionRef {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;
};

struct OpenSession {
  const Grant* grant = nullptr;    // The policy's own.
  bool chosen_by_default = false;  // The caller named none.
};

struct Decision {
  Action action = Action::kRefuse;
  // "grants/x/rules/2", or "housekeeping", "defaults", "syntax" where no rule speaks. The policy's
  // own.
  std::string_view rule;
  base::Refusal refusal;  // kRefuse only.
  uint32_t position = 0;  // Of a syntax error, in characters from 1.
};

class Policy {
 public:
  // Null when anything is wrong; the diagnostics then say everything that is.
  static std::shared_ptr<const Policy> Load(std::string_view text, yaml::Diagnostics& diagnostics);

  // The first 16 hex digits of the text's SHA-256.
  const std::string& version() const { return version_; }
  const std::vector<Grant>& grants() const { return grants_; }

  // The grant that a session runs under: the one named, or the first in policy order that covers
  // the principal and the connection when `requested` is no grant's name. SQLSTATE 28000 otherwise.
  std::variant<OpenSession, base::Refusal> Open(const identity::Principal& principal,
                                                const ConnectionRef& connection,
                                                std::string_view requested) const;

  // A text is decided whole: the strictest decision over its statements stands. Allocates nothing
  // when it allows.
  Decision Decide(const Grant& grant, const sql::Facts& facts) const;
  // The FunctionCall message of the protocol.
  Decision DecideFunctionCall(const Grant& grant) const;

 private:
  Policy() = default;

  bool Covers(const Grant& grant, const identity::Principal& principal,
              const ConnectionRef& connection) const;
  bool IsMember(const std::string& group, const identity::Principal& principal) const;
  Decision DecideStatement(const Grant& grant, const sql::StatementFacts& facts) const;

  std::string version_;
  std::vector<Group> groups_;
  std::vector<Grant> grants_;
};

// `*` fits any run of characters, everything else itself.
bool Fits(std::string_view pattern, std::string_view text);

}  // namespace portreeve::policy
