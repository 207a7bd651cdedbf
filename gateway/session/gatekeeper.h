// Decides one statement text and writes the decision into the journal's staging area: where SQL
// facts, policy and record meet. Request hand only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "audit/lane_writer.h"
#include "base/refusal.h"
#include "identity/principal.h"
#include "policy/policy.h"
#include "session/prepared_statement.h"
#include "session/reading.h"
#include "session/turn.h"
#include "sql/parser.h"

namespace portreeve::session {

// The policy that a session stands under. Replaced as a whole when a new policy is loaded.
struct Standing {
  std::shared_ptr<const policy::Policy> policy;
  const policy::Grant* grant = nullptr;  // Owned by `policy`.
};

// What a statement runs that was decided under a name: EXECUTE and FETCH.
struct Reliance {
  std::vector<std::shared_ptr<const PreparedStatement>> on;
  bool unknown = false;  // And something that was not seen to be made.
};

class Gatekeeper {
 public:
  // What the prepared statements of one session may hold together.
  static constexpr size_t kMaxHeldBytes = size_t{64} << 20;
  // Records of one turn of the loop: far below what the journal takes.
  static constexpr size_t kMaxStagedBytes = size_t{16} << 20;

  Gatekeeper(std::string session_id, Standing standing, sql::Limits limits,
             audit::LaneWriter& journal)
      : session_id_(std::move(session_id)),
        standing_(std::move(standing)),
        limits_(limits),
        journal_(journal) {}

  const std::string& session_id() const { return session_id_; }
  const Standing& standing() const { return standing_; }
  // What was decided before is decided again when it is next used.
  void set_standing(Standing standing);
  uint64_t statements() const { return next_statement_ - 1; }
  // The lane's other records must be written first.
  bool must_yield() const { return journal_.staged_bytes() >= kMaxStagedBytes; }

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
  std::shared_ptr<const PreparedStatement> Examine(std::string_view text, Reading reading) const;
  // Records one appearance of a decided statement and says how it goes on.
  Ruling Rule(const PreparedStatement& statement, const Occasion& occasion,
              const Reliance& reliance = {});
  // Records nothing. Null: it may be bound.
  std::unique_ptr<RefusedAnswer> RefusalOf(const PreparedStatement& statement) const;
  // A text that was not collected because it is too large: refused and recorded with its first
  // bytes.
  Ruling RefuseOversized(std::string_view beginning, uint64_t length, const Occasion& occasion);
  // A limit of the gateway's own, which `rule` names, forbids it.
  Ruling RefuseByLimit(std::string_view text, std::string_view rule, base::Refusal refusal,
                       const Occasion& occasion);
  bool has_room() const { return held_->load() <= kMaxHeldBytes; }
  // A FunctionCall message of the protocol.
  Ruling RuleFunctionCall(const Occasion& occasion);
  // Execute of a portal that was not seen to be made, as a function can: what FETCH would do.
  Ruling RuleUnknownPortal(const Occasion& occasion);

  // Where the journal stood after the last ruling.
  audit::Position position() const { return position_; }

 private:
  struct Verdict {
    std::string_view rule;
    std::shared_ptr<const base::Refusal> refusal;  // Null: allowed.
    uint32_t position = 0;
  };

  std::shared_ptr<PreparedStatement> Decided(std::string_view text, sql::Facts facts) const;
  Verdict Decide(const PreparedStatement& statement) const;
  // As decided before, or anew under a new standing.
  Verdict VerdictOn(const PreparedStatement& statement) const;
  void Stage(audit::StatementRecord& record, const Occasion& occasion);
  Ruling Allow(audit::StatementRecord& record, const Occasion& occasion, bool durable_first);
  Ruling Refuse(audit::StatementRecord& record, const Occasion& occasion, base::Refusal refusal,
                uint32_t position);

  const std::string session_id_;
  Standing standing_;
  uint64_t standing_number_ = 1;
  const sql::Limits limits_;
  audit::LaneWriter& journal_;
  const HeldBytes held_ = std::make_shared<std::atomic<size_t>>(0);
  uint64_t next_statement_ = 1;
  audit::Position position_;
};

}  // namespace portreeve::session
