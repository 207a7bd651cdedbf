// What a session is owed by its server: the queue of turns, where a COPY stands, and how each
// recorded statement ended. Its one rule: an answer that belongs to no turn is a violation, never a
// guess.
//
// Pure: types and the first bytes of messages in, verdicts out. Both hands use it under mutex().
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/record.h"
#include "session/turn.h"

namespace portreeve::session {

// How a recorded statement ended. Views live until the call that hands it over returns.
struct StatementEnd {
  uint64_t statement = 0;
  audit::Ending ending = audit::Ending::kCompleted;
  std::span<const std::string_view> tags;
  uint64_t rows = 0;
  uint64_t bytes = 0;
  std::string_view sqlstate;
  uint64_t duration_us = 0;
  std::span<const audit::MaskedCount> masked;
};

class StatementEndListener {
 public:
  virtual ~StatementEndListener() = default;
  virtual void OnStatementEnd(const StatementEnd& end) = 0;
};

enum class Verdict : uint8_t {
  kPass,     // Behind what TakePrefix() gives, if has_prefix().
  kDrop,     // The client did not ask for it, or may not have it.
  kReplace,  // The server rejected a substitute: TakeRefused() says what the client hears instead.
  kViolation,  // The server said what it may not say here: the session ends.
};

enum class CopyPhase : uint8_t {
  kNone,
  kAwaited,  // A COPY FROM STDIN was sent: nothing more goes out until the server takes or rejects
             // it.
  kCopying,  // CopyInResponse was seen: the server ignores Flush and Sync until the copy ends.
};

// Where a turn stands that goes out alone (turn.h). It is always the last one.
enum class AloneStep : uint8_t {
  kNone,
  kRunning,
  kFail,    // The server is done with it and must be made to fail: TakeStep() says how.
  kSync,    // It may become final.
  kEnding,  // What it takes to end it has been sent.
};

// What the client hears before the message at hand.
struct Prefix {
  std::string message;
  std::unique_ptr<RefusedAnswer> refused;
};

class Conversation {
 public:
  // The request hand waits at so many unanswered turns, or refused ones among them: these hold
  // what the client will hear, and nothing of them fills the server's window.
  static constexpr size_t kMaxTurns = 65'536;
  static constexpr size_t kMaxRefusedTurns = 1'024;
  // Of one message's CommandComplete tags, this many are recorded.
  static constexpr size_t kMaxTags = 64;

  explicit Conversation(StatementEndListener& listener) : listener_(listener) {}

  std::mutex& mutex() { return mutex_; }

  // Request hand. What is expected while the server passes everything over ends at once.
  void Expect(Turn turn);
  // CopyData, and then CopyDone or CopyFail, goes out.
  void NoteCopyData() { copy_has_data_ = true; }
  void EndCopyIn();
  CopyPhase copy_phase() const { return copy_phase_; }
  size_t turns() const { return turns_.size(); }
  // Masks hold, or have held: answers are looked into.
  void set_masked() { masked_ = true; }

  // What the request hand wants to know before it takes a message. Only itself can undo `idle`.
  struct View {
    bool must_wait = false;  // Nothing more may be asked before an answer has come.
    bool alone = false;      // The last turn stands alone.
    // What was asked so far is whole: it ends with ReadyForQuery, which has not come yet.
    bool closed = false;
    CopyPhase copy_phase = CopyPhase::kNone;
    // The server may have failed at it already, without having been heard yet.
    bool copy_has_data = false;
    // All that was asked is answered, and the last answer was ReadyForQuery: what the server has
    // said of itself is still so.
    bool idle = true;
    bool in_transaction = false;  // As that answer said.
  };
  View view() const;

  bool masked() const { return masked_; }
  // Answer hand. The turn that is being answered, or null, and the place of the statement of its
  // text that is.
  const Turn* front() const { return turns_.empty() ? nullptr : &turns_.front(); }
  size_t statement() const { return completed_; }
  // What was masked in the front turn's answer, for its record.
  void NoteMasked(std::vector<audit::MaskedCount> counts);
  // `head` holds the first PeekBytes(type) bytes of the body, or all of a shorter one.
  static uint32_t PeekBytes(char type);
  Verdict OnAnswer(char type, std::string_view head, uint32_t body_bytes, int64_t now_us);
  std::unique_ptr<RefusedAnswer> TakeRefused() { return std::move(refused_); }
  bool has_prefix() const { return has_prefix_; }
  Prefix TakePrefix();
  // The server has said why it closes.
  bool heard_last_words() const { return heard_last_words_; }

  // Request hand: what must be sent now for the turn that stands alone. kFail and kSync are said
  // once.
  struct Due {
    AloneStep step = AloneStep::kNone;
    TurnKind kind = TurnKind::kSync;
    bool guarded = false;
    uint64_t statement = 0;
  };
  Due TakeStep();
  // The client has got as much of the front turn's answer as it may: the server should stop. True
  // once.
  bool TakeCancelDue() { return std::exchange(cancel_due_, false); }
  bool over_limit() const { return over_ != nullptr; }
  // Since when the server has owed the front turn's answer; none if it owes nothing.
  std::optional<int64_t> running_since_us() const;
  // The front turn is cancelled for the time it took; an error that says so is told as `why`.
  void NoteTimedOut(base::Refusal why) { timed_out_ = std::move(why); }
  // A statement that may have changed the catalog is complete and committed. True once.
  bool catalog_changed() const { return catalog_changed_; }
  bool TakeCatalogChanged() { return std::exchange(catalog_changed_, false); }

  // The session is over: what was not answered is lost, and what still comes is not looked at.
  void Abandon(int64_t now_us);

 private:
  Verdict OnError(std::string_view head, int64_t now_us);
  Verdict OnReadyForQuery(std::string_view head, int64_t now_us);
  Verdict OnResult(char type, std::string_view head, uint32_t body_bytes, int64_t now_us);
  Verdict OnCopyIn();
  Verdict OnRow(uint32_t body_bytes);
  Verdict OnComplete(char type, std::string_view head, uint32_t body_bytes, int64_t now_us);

  // conversation_limits.cc: turns under limits.
  ResultCount& CurrentCount();
  // Answers that a guarded Query did not ask for; none if it is no such answer.
  std::optional<Verdict> OnGuardedAnswer(char type);
  // The statement is complete. kPass: so it stays.
  Verdict JudgeComplete(char type, std::string_view head, uint32_t body_bytes);
  void FailFront(std::unique_ptr<base::Refusal> why);
  // The Query is over on the server's side. kPass: so it stays.
  Verdict JudgeReady(char status);
  // An error that the client hears in the gateway's words.
  void TakeOverError(std::string_view sqlstate);
  // The front turn has been answered with success by its own message.
  Verdict Succeed(TurnKind kind, int64_t now_us);
  void OnCommandComplete(std::string_view head);
  audit::Ending ErrorEnding() const;
  void EndFront(audit::Ending ending, NameState name_state, int64_t now_us);
  void SkipToSync(int64_t now_us);
  void Report(const Turn& turn, audit::Ending ending, int64_t now_us);

  StatementEndListener& listener_;
  std::mutex mutex_;
  std::deque<Turn> turns_;
  bool heard_last_words_ = false;
  size_t refused_turns_ = 0;
  // The phase is that of the last of them: the others have had all their data.
  size_t copy_turns_ = 0;
  CopyPhase copy_phase_ = CopyPhase::kNone;
  bool copy_has_data_ = false;
  size_t copies_left_ = 0;  // COPY ... FROM STDIN of the turn that may still begin.
  bool skipping_ = false;   // After an error the server passes over everything up to a Sync.
  bool at_ready_ = true;
  bool abandoned_ = false;
  bool masked_ = false;
  char transaction_status_ = 'I';
  std::unique_ptr<RefusedAnswer> refused_;
  bool has_prefix_ = false;
  Prefix prefix_;
  AloneStep step_ = AloneStep::kNone;
  bool cancel_due_ = false;
  std::optional<base::Refusal> timed_out_;
  bool catalog_pending_ = false;  // Changed in a transaction that is still open.
  bool catalog_changed_ = false;

  // Of the front turn's answer so far.
  uint64_t rows_ = 0;
  uint64_t bytes_ = 0;
  size_t completed_ = 0;  // Statements.
  std::vector<std::string> tags_;
  std::vector<audit::MaskedCount> masked_counts_;
  std::array<char, 5> sqlstate_{};
  bool failed_ = false;
  int64_t front_since_us_ = 0;
  ResultCount count_;                    // Of the statement that is being answered.
  uint8_t guarded_answers_ = 0;          // Of those that a guarded Query gets before its result.
  std::unique_ptr<base::Refusal> over_;  // The client may have no more of it.
  std::string complete_;                 // A guarded Query's, until it is final.
};

}  // namespace portreeve::session
