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
#include <string>
#include <string_view>
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
};

class StatementEndListener {
 public:
  virtual ~StatementEndListener() = default;
  virtual void OnStatementEnd(const StatementEnd& end) = 0;
};

enum class Verdict : uint8_t {
  kPass,
  kReplace,  // The server rejected a substitute: TakeRefused() says what the client hears instead.
  kViolation,  // The server said what it may not say here: the session ends.
};

enum class CopyPhase : uint8_t {
  kNone,
  kAwaited,  // A COPY FROM STDIN was sent: nothing more goes out until the server takes or rejects
             // it.
  kCopying,  // CopyInResponse was seen: the server ignores Flush and Sync until the copy ends.
};

class Conversation {
 public:
  // The request hand waits above this many unanswered turns.
  static constexpr size_t kMaxTurns = 65'536;
  // Of one message's CommandComplete tags, this many are recorded.
  static constexpr size_t kMaxTags = 64;

  explicit Conversation(StatementEndListener& listener) : listener_(listener) {}

  std::mutex& mutex() { return mutex_; }

  // Request hand.
  void Expect(Turn turn, size_t copies_in);
  // CopyDone or CopyFail goes out.
  void EndCopyIn();
  CopyPhase copy_phase() const { return copy_phase_; }
  size_t turns() const { return turns_.size(); }

  // Answer hand. `head` holds the first PeekBytes(type) bytes of the body, or all of a shorter one.
  static uint32_t PeekBytes(char type);
  Verdict OnAnswer(char type, std::string_view head, uint32_t body_bytes, int64_t now_us);
  std::unique_ptr<RefusedAnswer> TakeRefused() { return std::move(refused_); }
  // ReadyForQuery's indicator as last seen.
  char transaction_status() const { return transaction_status_; }

  // The connection is gone: what was not answered is lost.
  void Abandon(int64_t now_us);

 private:
  Verdict OnError(std::string_view head, int64_t now_us);
  Verdict OnReadyForQuery(std::string_view head, int64_t now_us);
  Verdict OnResult(char type, std::string_view head, uint32_t body_bytes, int64_t now_us);
  Verdict OnCopyIn();
  // The front turn has been answered with success by its own message.
  Verdict Succeed(TurnKind kind, int64_t now_us);
  void AddTag(std::string_view head);
  void EndFront(audit::Ending ending, NameState name_state, int64_t now_us);
  void SkipToSync(int64_t now_us);

  StatementEndListener& listener_;
  std::mutex mutex_;
  std::deque<Turn> turns_;
  CopyPhase copy_phase_ = CopyPhase::kNone;
  size_t copies_left_ = 0;  // COPY ... FROM STDIN of the turn that may still begin.
  bool skipping_ = false;   // The server passes over everything up to a Sync that is yet to come.
  char transaction_status_ = 'I';
  std::unique_ptr<RefusedAnswer> refused_;

  // Of the front turn's answer so far.
  uint64_t rows_ = 0;
  uint64_t bytes_ = 0;
  std::vector<std::string> tags_;
  std::array<char, 5> sqlstate_{};
  bool failed_ = false;
};

}  // namespace portreeve::session
