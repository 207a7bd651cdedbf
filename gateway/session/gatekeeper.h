// Decides one statement text and writes the decision into the journal's staging area: where SQL
// facts, policy and record meet. Request hand only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "audit/lane_writer.h"
#include "base/refusal.h"
#include "identity/principal.h"
#include "policy/policy.h"
#include "session/name_table.h"
#include "session/turn.h"
#include "sql/parser.h"

namespace portreeve::session {

// The policy that a session stands under. Replaced as a whole when a new policy is loaded.
struct Standing {
  std::shared_ptr<const policy::Policy> policy;
  const policy::Grant* grant = nullptr;  // Owned by `policy`.
};

class Gatekeeper {
 public:
  Gatekeeper(std::string session_id, Standing standing, sql::Limits limits,
             audit::LaneWriter& journal)
      : session_id_(std::move(session_id)),
        standing_(std::move(standing)),
        limits_(limits),
        journal_(journal) {}

  const std::string& session_id() const { return session_id_; }
  const Standing& standing() const { return standing_; }
  void set_standing(Standing standing) { standing_ = std::move(standing); }
  uint64_t statements() const { return next_statement_ - 1; }

  // What is recorded of a message beside its statement.
  struct Occasion {
    audit::MessageKind kind = audit::MessageKind::kQuery;
    std::string_view statement_name;
    std::string_view portal_name;
    uint32_t parameter_count = 0;
    uint32_t function_oid = 0;
  };
  struct Ruling {
    uint64_t statement = 0;                  // Its number in the journal.
    std::unique_ptr<RefusedAnswer> refused;  // Null: allowed.
    bool durable_first = false;
  };

  // Parses and decides; does not record.
  std::shared_ptr<const PreparedStatement> Examine(std::string_view text,
                                                   bool standard_conforming_strings) const;
  // Records one appearance of a decided statement and says how it goes on.
  Ruling Rule(const PreparedStatement& statement, const Occasion& occasion);
  // A text that was not collected because it is too large: refused and recorded with its first
  // bytes.
  Ruling RefuseOversized(std::string_view beginning, uint64_t length, const Occasion& occasion);
  // A FunctionCall message of the protocol.
  Ruling RuleFunctionCall(const Occasion& occasion);
  // Execute of a portal that came to be by SQL (DECLARE): its text was decided and recorded there.
  Ruling RuleUnknownPortal(const Occasion& occasion);

  // Where the journal stood after the last ruling.
  audit::Position position() const { return position_; }

 private:
  void Stage(audit::StatementRecord& record, const Occasion& occasion);
  Ruling Refuse(audit::StatementRecord& record, const Occasion& occasion, base::Refusal refusal,
                uint32_t position);

  const std::string session_id_;
  Standing standing_;
  const sql::Limits limits_;
  audit::LaneWriter& journal_;
  uint64_t next_statement_ = 1;
  audit::Position position_;
};

}  // namespace portreeve::session
