// From a text to a statement that was parsed and decided, on the footing on which its session
// stands now: policy, snapshot of the catalog and meaning of names. Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>

#include "catalog/resolve.h"
#include "policy/masks_in_force.h"
#include "policy/policy.h"
#include "session/decision_cache.h"
#include "session/prepared_statement.h"
#include "session/reading.h"
#include "session/session_masks.h"
#include "sql/parser.h"

namespace portreeve::session {

// The policy that a session stands under. Replaced as a whole when a new policy is loaded.
struct Standing {
  std::shared_ptr<const policy::Policy> policy;
  const policy::Grant* grant = nullptr;                         // Owned by `policy`.
  std::shared_ptr<const policy::MasksInForce> masks = nullptr;  // Null: none hold.

  // Decisions can be others when names are resolved; and detectors look into a copy by the types
  // of its columns.
  bool needs_catalog() const { return grant->needs_catalog || masks != nullptr; }
};

// The rule and the refusal of a text that is larger than can be examined, whatever the policy says.
inline constexpr std::string_view kStatementBytesRule = "limits/statement_bytes";
base::Refusal TooLarge(size_t limit_bytes);

class Decider {
 public:
  // `cache` and `stock` must outlive it.
  Decider(Standing standing, policy::ConnectionRef connection, const sql::Limits& limits,
          DecisionCache& cache, MaskStock& stock);

  const Standing& standing() const { return standing_; }
  // Null: none hold.
  const std::shared_ptr<const SessionMasks>& masks() const { return masks_; }
  size_t max_text_bytes() const { return limits_.max_text_bytes; }
  // What was decided before is decided again when it is next asked about.
  void set_standing(Standing standing);
  void set_names(catalog::NameSpace names);

  std::shared_ptr<const PreparedStatement> Examine(std::string_view text, const Reading& reading);
  // What may run statements that were not seen must not give out masked columns: null if it may.
  std::unique_ptr<base::Refusal> ObjectionToUnseen(std::string_view what) const;
  // As it was decided, or anew on another footing. Valid until the next call.
  const Judgement& JudgementOn(const PreparedStatement& statement);
  // Of a message that is no text: `facts` say what it comes to.
  Judgement Judge(std::string_view text, const sql::Facts& facts, const sql::LexerMode& mode) const;
  Judgement JudgeFunctionCall() const;

 private:
  // Judgements on other footings than the statement's own.
  static constexpr size_t kMaxAnew = 256;

  void StandAnew();
  std::shared_ptr<PreparedStatement> Decided(std::string_view text, sql::Facts facts,
                                             const sql::LexerMode& mode) const;
  Judgement FromDecision(policy::Decision decision) const;
  // What the masks make of a text that passes otherwise.
  void ApplyMasks(std::string_view text, const sql::Facts& facts, const sql::LexerMode& mode,
                  std::span<const catalog::Findings> findings, Judgement& judgement) const;

  Standing standing_;
  const policy::ConnectionRef connection_;
  const sql::Limits limits_;
  DecisionCache& cache_;
  MaskStock& stock_;
  std::shared_ptr<const SessionMasks> masks_;
  catalog::NameSpace names_;
  uint64_t footing_ = 0;
  std::unordered_map<uint64_t, Judgement> anew_;  // By serial; all on the present footing.
};

}  // namespace portreeve::session
