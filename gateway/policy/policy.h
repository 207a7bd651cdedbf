// Who may open sessions, under which grant, and what each statement of a session may do. Its one
// rule: nothing matched is a refusal. A Policy never changes; a reload makes a new one.
// Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/refusal.h"
#include "catalog/findings.h"
#include "identity/principal.h"
#include "policy/contents.h"
#include "policy/grant.h"
#include "policy/rule.h"
#include "sql/facts.h"
#include "yaml/diagnostics.h"

namespace portreeve::policy {

struct ConnectionRef {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;
  std::string database = {};  // Empty: not known.
};

struct OpenSession {
  const Grant* grant = nullptr;    // The policy's own.
  bool chosen_by_default = false;  // The caller named none.
};

// Why a grant does not cover a principal on a connection.
enum class Obstacle : uint8_t {
  kNone,        // It does.
  kWho,         // The principal is in none of its groups.
  kConnection,  // `on.connections` does not name it,
  kDatabase,    // nor `on.databases` its database,
  kLabels,      // nor has it all of `on.labels`.
};

struct Decision {
  Action action = Action::kRefuse;
  // "grants/x/rules/2", "guardrails/y", or "housekeeping", "defaults", "syntax" where no rule
  // speaks. The policy's own.
  std::string_view rule;
  std::string_view approval;  // kHold: the name of the approval that it needs. The policy's own.
  // The policy only observes: the statement passes, and the rest says what would have been.
  bool observed = false;
  base::Refusal refusal;  // What the client hears; empty for kAllow.
  uint32_t position = 0;  // Of a syntax error, in characters from 1.
};

// What a policy is loaded for.
enum class Purpose : uint8_t {
  kEnforce,  // A part that the gateway does not enforce yet is an error.
  kAnalyse,  // The whole language is taken, and not_enforced() says which parts those are.
};

class Policy {
 public:
  // Null when anything is wrong; the diagnostics then say everything that is. They may hold
  // warnings in any case.
  static std::shared_ptr<const Policy> Load(std::string_view text, yaml::Diagnostics& diagnostics,
                                            Purpose purpose = Purpose::kEnforce);

  // The first 16 hex digits of the text's SHA-256.
  const std::string& version() const { return version_; }
  const std::vector<Group>& groups() const { return contents_.groups; }
  const std::vector<NamedWindow>& windows() const { return contents_.windows; }
  const std::vector<Approval>& approvals() const { return contents_.approvals; }
  const std::vector<Mask>& masks() const { return contents_.masks; }
  const std::vector<FunctionPattern>& trusted_functions() const {
    return contents_.trusted_functions;
  }
  const std::vector<Rule>& guardrails() const { return contents_.guardrails; }
  const std::vector<Grant>& grants() const { return contents_.grants; }
  // `mode: observe`: every decision is marked as observed.
  bool observes() const { return contents_.observes; }
  const std::vector<NotEnforced>& not_enforced() const { return contents_.not_enforced; }

  // The grant that a session runs under: the one named, or the first in policy order that covers
  // the principal and the connection when `requested` is no grant's name. SQLSTATE 28000 otherwise.
  std::variant<OpenSession, base::Refusal> Open(const identity::Principal& principal,
                                                const ConnectionRef& connection,
                                                std::string_view requested) const;

  bool IsMember(const std::string& group, const identity::Principal& principal) const;
  Obstacle ObstacleTo(const Grant& grant, const identity::Principal& principal,
                      const ConnectionRef& connection) const;

  // A text is decided whole: the strictest decision over its statements stands. `findings` are
  // those of `facts.statements`, one for each. `connection` is the session's; where it is null or
  // its database is not known, a rule for some databases refuses and holds, but does not allow.
  // Allocates nothing when it allows.
  Decision Decide(const Grant& grant, const sql::Facts& facts,
                  std::span<const catalog::Findings> findings,
                  const ConnectionRef* connection = nullptr) const;
  // The FunctionCall message of the protocol.
  Decision DecideFunctionCall(const Grant& grant, const ConnectionRef* connection = nullptr) const;

 private:
  explicit Policy(Contents contents) : contents_(std::move(contents)) {}

  std::string version_;
  Contents contents_;
};

// What a client hears to whom the grant is closed at this time: see Grant::WindowEnd.
base::Refusal WindowClosed(const Grant& grant);

// What the parser alone can say of statements, for those that name no relation and no function, and
// for grants that do not need the catalog.
std::vector<catalog::Findings> FindingsOfParser(const sql::Facts& facts);

}  // namespace portreeve::policy
