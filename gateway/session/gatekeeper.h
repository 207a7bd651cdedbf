// Rules on each appearance of a statement and writes the decision into the journal's staging area:
// where judgement, limits and record meet. Request hand only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/lane_writer.h"
#include "base/refusal.h"
#include "session/decider.h"
#include "session/prepared_statement.h"
#include "session/search_budget.h"
#include "session/session_limits.h"
#include "session/turn.h"

namespace portreeve::session {

// What a statement runs that was decided under a name: EXECUTE and FETCH.
struct Reliance {
  std::vector<std::shared_ptr<const PreparedStatement>> on;
  std::vector<size_t> places;       // The statements of the text that run them, one for each.
  std::vector<PortalCount> counts;  // Of the portals among them.
  bool unknown = false;             // And something that was not seen to be made.
  bool unknown_statement = false;   // That is a prepared statement.
};

class Gatekeeper {
 public:
  // Records of one turn of the loop: far below what the journal takes.
  static constexpr size_t kMaxStagedBytes = size_t{16} << 20;

  // What is recorded of a message beside its statement.
  struct Occasion {
    audit::MessageKind kind = audit::MessageKind::kQuery;
    std::string_view statement_name;
    std::string_view portal_name;
    uint32_t parameter_count = 0;
    uint32_t function_oid = 0;
    int64_t now_us = 0;
  };
  struct Ruling {
    uint64_t statement = 0;                  // Its number in the journal.
    std::unique_ptr<RefusedAnswer> refused;  // Null: allowed.
    bool durable_first = false;
    Manner manner = Manner::kFreely;
    std::shared_ptr<const ResultLimits> limits;
    bool changes_catalog = false;
  };

  // The journal must outlive it.
  Gatekeeper(std::string session_id, Decider decider, audit::LaneWriter& journal)
      : session_id_(std::move(session_id)), decider_(std::move(decider)), journal_(journal) {}

  const std::string& session_id() const { return session_id_; }
  const Standing& standing() const { return decider_.standing(); }
  // What was decided before is decided again when it is next used. `meter` is there where the grant
  // has per_minute.
  void set_standing(Standing standing, std::shared_ptr<RateMeter> meter);
  // Without one nothing is charged.
  void set_search_budget(SearchBudget budget) { search_budget_.emplace(budget); }
  void set_names(catalog::NameSpace names) { decider_.set_names(std::move(names)); }
  const SessionLimits& limits() const { return limits_; }
  uint64_t statements() const { return next_statement_ - 1; }
  // The lane's other records must be written first.
  bool must_yield() const { return journal_.staged_bytes() >= kMaxStagedBytes; }

  // Parses and decides; does not record.
  std::shared_ptr<const PreparedStatement> Examine(std::string_view text, const Reading& reading) {
    return decider_.Examine(text, reading);
  }
  const Judgement& JudgementOn(const PreparedStatement& statement) {
    return decider_.JudgementOn(statement);
  }
  // Records one appearance of a decided statement and says how it goes on.
  Ruling Rule(const PreparedStatement& statement, const Occasion& occasion,
              const Reliance& reliance = {});
  // Records nothing. Null: it may be bound.
  std::unique_ptr<RefusedAnswer> RefusalOf(const PreparedStatement& statement);
  // A text that was not collected because it is too large: refused and recorded with its first
  // bytes.
  Ruling RefuseOversized(std::string_view beginning, uint64_t length, const Occasion& occasion);
  // Its text without what must not be kept.
  static std::string_view Recordable(const PreparedStatement& statement);
  // A limit of the gateway's own, which `rule` names, forbids it.
  Ruling RefuseByLimit(std::string_view text, std::string_view rule, base::Refusal refusal,
                       const Occasion& occasion);
  // A FunctionCall message of the protocol.
  Ruling RuleFunctionCall(const Occasion& occasion);
  // Execute of a portal that was not seen to be made, as a function can: what FETCH would do.
  Ruling RuleUnknownPortal(const Occasion& occasion);

  // Null: no masks hold.
  const std::shared_ptr<const SessionMasks>& masks() const { return decider_.masks(); }
  // What is masked in the results of a statement that passes, by the statements of its text. Empty:
  // nothing.
  std::vector<std::shared_ptr<const policy::MaskPlan>> PlansOf(const PreparedStatement& statement,
                                                               const Reliance& reliance);

  // Where the journal stood after the last ruling.
  audit::Position position() const { return position_; }

 private:
  std::optional<SessionLimits::Objection> ChargeSearches(const PreparedStatement& statement,
                                                         const Occasion& occasion,
                                                         const Reliance& reliance);
  // What is found of a statement and of all that it runs.
  struct Whole {
    StatementTraits traits;
    bool durable_first = false;
    std::string rule = {};
  };

  void Stage(audit::StatementRecord& record, const Occasion& occasion);
  void Describe(const Judgement& judgement, audit::StatementRecord& record);
  // Null: none of what it relies on forbids it.
  std::unique_ptr<Ruling> RuleReliance(const PreparedStatement& statement, const Reliance& reliance,
                                       audit::StatementRecord& record, const Occasion& occasion,
                                       Whole& whole);
  // Null: what it runs by name gives out nothing that it should not.
  std::unique_ptr<base::Refusal> ObjectionByMasks(const PreparedStatement& statement,
                                                  const Reliance& reliance);
  void ObjectToUnseen(std::string_view what, Judgement& judgement) const;
  // Nothing refuses it but, perhaps, a limit.
  Ruling Allow(audit::StatementRecord& record, const Occasion& occasion, const Whole& whole);
  Ruling Refuse(audit::StatementRecord& record, const Occasion& occasion, base::Refusal refusal,
                uint32_t position);
  Ruling RuleMessage(const Judgement& judgement, const audit::ClassNote& note,
                     const Occasion& occasion);

  const std::string session_id_;
  Decider decider_;
  SessionLimits limits_;
  std::optional<SearchBudget> search_budget_;
  audit::LaneWriter& journal_;
  uint64_t next_statement_ = 1;
  audit::Position position_;
};

}  // namespace portreeve::session
