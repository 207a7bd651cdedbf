#include "session/conversation.h"

#include <algorithm>
#include <utility>

#include "base/refusal.h"
#include "wire/backend.h"

namespace portreeve::session {
namespace {

constexpr char kIdle = static_cast<char>(wire::TransactionStatus::kIdle);

// The value of a field among the first bytes of an ErrorResponse.
std::string_view Field(std::string_view head, char code) {
  while (!head.empty() && head.front() != '\0') {
    const size_t end = head.find('\0');
    if (end == std::string_view::npos) return {};
    if (head.front() == code) return head.substr(1, end - 1);
    head.remove_prefix(end + 1);
  }
  return {};
}

// What a turn's names come to. Of a simple Query's statements those that were complete have had
// their effect, and only those.
void SettleNames(Turn& turn, NameState state) {
  if (turn.entry != nullptr) turn.entry->state.store(state);
  if (turn.kind == TurnKind::kQuery) state = NameState::kFailed;
  for (const NameChange& change : turn.changes) {
    NameState expected = NameState::kPending;
    change.entry->state.compare_exchange_strong(expected, state);
  }
}

bool EndsWithReady(TurnKind kind) {
  return kind == TurnKind::kQuery || kind == TurnKind::kFunctionCall || kind == TurnKind::kSync;
}

}  // namespace

uint32_t Conversation::PeekBytes(char type) {
  switch (type) {
    case wire::ErrorResponse::kTag:
      return 160;  // Severity twice and the SQLSTATE stand first.
    case wire::ParameterStatus::kTag:
      return 128;
    case wire::CommandComplete::kTag:
      return 64;  // COMPLETION_TAG_BUFSIZE of the server.
    case wire::ReadyForQuery::kTag:
      return 1;
    default:
      return 0;
  }
}

void Conversation::Expect(Turn turn) {
  at_ready_ = false;
  if (skipping_ && turn.kind != TurnKind::kSync) {
    SettleNames(turn, NameState::kFailed);
    return Report(turn, audit::Ending::kSkipped, turn.started_us);
  }
  skipping_ = false;
  if (turns_.empty()) front_since_us_ = turn.started_us;
  if (turn.manner != Manner::kFreely) step_ = AloneStep::kRunning;
  refused_turns_ += turn.refused != nullptr ? 1 : 0;
  if (turn.copies_in > 0) {
    copy_phase_ = CopyPhase::kAwaited;
    copies_left_ = turn.copies_in;
    ++copy_turns_;
  }
  turns_.push_back(std::move(turn));
}

Conversation::View Conversation::view() const {
  const bool full = turns_.size() >= kMaxTurns || refused_turns_ >= kMaxRefusedTurns;
  const bool alone = step_ != AloneStep::kNone;
  // Its own data must reach a COPY that stands alone.
  const bool held = alone && copy_phase_ != CopyPhase::kCopying;
  return {.must_wait = full || held || copy_phase_ == CopyPhase::kAwaited,
          .alone = alone,
          .closed = !turns_.empty() && EndsWithReady(turns_.back().kind),
          .copy_phase = copy_phase_,
          .copy_has_data = copy_has_data_,
          .idle = at_ready_,
          .in_transaction = transaction_status_ != kIdle};
}

void Conversation::EndCopyIn() {
  if (copy_phase_ != CopyPhase::kCopying) return;
  copy_has_data_ = false;
  copy_phase_ = copies_left_ > 0 ? CopyPhase::kAwaited : CopyPhase::kNone;
}

Verdict Conversation::OnAnswer(char type, std::string_view head, uint32_t body_bytes,
                               int64_t now_us) {
  if (abandoned_) return Verdict::kPass;
  if (const auto verdict = OnGuardedAnswer(type)) return *verdict;
  switch (type) {
    case wire::DataRow::kTag:
    case wire::CommandComplete::kTag:
    case wire::RowDescription::kTag:
    case wire::EmptyQueryResponse::kTag:
    case wire::PortalSuspended::kTag:
    case wire::CopyOutResponse::kTag:
    case wire::CopyData::kTag:
    case wire::CopyDone::kTag:
    case wire::FunctionCallResponse::kTag:
      return OnResult(type, head, body_bytes, now_us);
    case wire::ErrorResponse::kTag:
      return OnError(head, now_us);
    case wire::ReadyForQuery::kTag:
      return OnReadyForQuery(head, now_us);
    case wire::CopyInResponse::kTag:
      return OnCopyIn();
    case wire::ParseComplete::kTag:
      return Succeed(TurnKind::kParse, now_us);
    case wire::BindComplete::kTag:
      return Succeed(TurnKind::kBind, now_us);
    case wire::CloseComplete::kTag:
      return Succeed(TurnKind::kClose, now_us);
    case wire::NoData::kTag:
      return Succeed(TurnKind::kDescribe, now_us);
    case wire::ParameterDescription::kTag:
      return !turns_.empty() && turns_.front().kind == TurnKind::kDescribe ? Verdict::kPass
                                                                           : Verdict::kViolation;
    case wire::NoticeResponse::kTag:
    case wire::NotificationResponse::kTag:
    case wire::ParameterStatus::kTag:
      return Verdict::kPass;
    default:
      return Verdict::kViolation;
  }
}

Verdict Conversation::Succeed(TurnKind kind, int64_t now_us) {
  if (turns_.empty() || turns_.front().kind != kind || turns_.front().refused != nullptr) {
    return Verdict::kViolation;
  }
  const bool swallowed = turns_.front().swallowed;
  EndFront(audit::Ending::kCompleted, NameState::kConfirmed, now_us);
  return swallowed ? Verdict::kDrop : Verdict::kPass;
}

void Conversation::NoteMasked(std::vector<audit::MaskedCount> counts) {
  for (audit::MaskedCount& count : counts) {
    const auto found =
        std::find_if(masked_counts_.begin(), masked_counts_.end(),
                     [&](const audit::MaskedCount& each) { return each.name == count.name; });
    if (found != masked_counts_.end()) {
      found->values += count.values;
    } else {
      masked_counts_.push_back(std::move(count));
    }
  }
}

Verdict Conversation::OnResult(char type, std::string_view head, uint32_t body_bytes,
                               int64_t now_us) {
  if (turns_.empty() || turns_.front().refused != nullptr) return Verdict::kViolation;
  const TurnKind kind = turns_.front().kind;
  if (type == wire::FunctionCallResponse::kTag) {
    bytes_ += body_bytes;
    return kind == TurnKind::kFunctionCall ? Verdict::kPass : Verdict::kViolation;
  }
  if (type == wire::RowDescription::kTag) {
    if (kind == TurnKind::kDescribe) return Succeed(kind, now_us);
    if (kind != TurnKind::kQuery) return Verdict::kViolation;
    return over_ == nullptr ? Verdict::kPass : Verdict::kDrop;
  }
  if (kind != TurnKind::kQuery && kind != TurnKind::kExecute) return Verdict::kViolation;
  switch (type) {
    case wire::DataRow::kTag:
    case wire::CopyData::kTag:
      return OnRow(body_bytes);
    case wire::CopyOutResponse::kTag:
    case wire::CopyDone::kTag:
      return over_ == nullptr ? Verdict::kPass : Verdict::kDrop;
    default:
      return OnComplete(type, head, body_bytes, now_us);
  }
}

// CommandComplete, EmptyQueryResponse or PortalSuspended.
Verdict Conversation::OnComplete(char type, std::string_view head, uint32_t body_bytes,
                                 int64_t now_us) {
  const TurnKind kind = turns_.front().kind;
  if (type == wire::PortalSuspended::kTag && kind != TurnKind::kExecute) {
    return Verdict::kViolation;
  }
  const Verdict verdict = JudgeComplete(type, head, body_bytes);
  if (type == wire::CommandComplete::kTag) OnCommandComplete(head);
  count_ = {};
  if (verdict != Verdict::kPass || kind == TurnKind::kQuery) return verdict;
  return Succeed(kind, now_us);
}

void Conversation::OnCommandComplete(std::string_view head) {
  for (const NameChange& change : turns_.front().changes) {
    if (change.statement == completed_) change.entry->state.store(NameState::kConfirmed);
  }
  ++completed_;
  if (turns_.front().statement == 0 || tags_.size() >= kMaxTags) return;
  tags_.emplace_back(head.substr(0, head.find('\0')));
}

Verdict Conversation::OnCopyIn() {
  // A server that asks for data where no COPY FROM STDIN was seen would read the next statement as
  // data.
  if (turns_.empty() || copy_phase_ != CopyPhase::kAwaited || turns_.front().copies_in == 0 ||
      copy_turns_ != 1) {
    return Verdict::kViolation;
  }
  copy_phase_ = CopyPhase::kCopying;
  copy_has_data_ = false;
  --copies_left_;
  return Verdict::kPass;
}

Verdict Conversation::OnError(std::string_view head, int64_t now_us) {
  std::string_view severity = Field(head, wire::field::kSeverityNotLocalized);
  if (severity.empty()) severity = Field(head, wire::field::kSeverity);
  const bool last_words = severity == "FATAL" || severity == "PANIC";
  heard_last_words_ |= last_words;
  if (turns_.empty()) return last_words ? Verdict::kPass : Verdict::kViolation;
  const std::string_view sqlstate = Field(head, wire::field::kSqlstate);
  failed_ = true;
  std::copy_n(sqlstate.data(), std::min(sqlstate.size(), sqlstate_.size()), sqlstate_.data());
  // The server closes the connection after these; what they are about is not one turn.
  if (last_words) return Verdict::kPass;

  TakeOverError(sqlstate);
  Turn& front = turns_.front();
  const bool replaced = front.refused != nullptr;
  if (replaced) {
    const std::string& own = front.refused->refusal.sqlstate;
    std::copy_n(own.data(), std::min(own.size(), sqlstate_.size()), sqlstate_.data());
    refused_ = std::move(front.refused);
    --refused_turns_;
  }
  if (front.copies_in > 0 && copy_turns_ == 1) copy_phase_ = CopyPhase::kNone;
  if (!EndsWithReady(front.kind)) {
    EndFront(ErrorEnding(), NameState::kFailed, now_us);
    SkipToSync(now_us);
  }
  return replaced ? Verdict::kReplace : Verdict::kPass;
}

// After an error in the extended protocol the server passes over everything up to Sync (55.2.3),
// also what is still to come.
void Conversation::SkipToSync(int64_t now_us) {
  while (!turns_.empty() && turns_.front().kind != TurnKind::kSync) {
    EndFront(audit::Ending::kSkipped, NameState::kFailed, now_us);
  }
  skipping_ = turns_.empty();
}

Verdict Conversation::OnReadyForQuery(std::string_view head, int64_t now_us) {
  if (turns_.empty() || head.empty()) return Verdict::kViolation;
  const Turn& front = turns_.front();
  if (!EndsWithReady(front.kind)) return Verdict::kViolation;
  if (front.refused != nullptr) return Verdict::kViolation;  // The substitute was not rejected.
  const Verdict verdict = JudgeReady(head.front());
  if (verdict != Verdict::kPass) return verdict;
  transaction_status_ = head.front();
  EndFront(failed_ ? ErrorEnding() : audit::Ending::kCompleted, NameState::kConfirmed, now_us);
  at_ready_ = turns_.empty();
  if (at_ready_) timed_out_.reset();
  if (transaction_status_ == kIdle) catalog_changed_ |= std::exchange(catalog_pending_, false);
  return Verdict::kPass;
}

audit::Ending Conversation::ErrorEnding() const {
  return std::string_view(sqlstate_.data(), sqlstate_.size()) == base::sqlstate::kQueryCanceled
             ? audit::Ending::kCancelled
             : audit::Ending::kError;
}

void Conversation::EndFront(audit::Ending ending, NameState name_state, int64_t now_us) {
  Turn turn = std::move(turns_.front());
  turns_.pop_front();
  refused_turns_ -= turn.refused != nullptr ? 1 : 0;
  SettleNames(turn, name_state);
  if (turn.copies_in > 0 && --copy_turns_ == 0) copy_phase_ = CopyPhase::kNone;
  Report(turn, ending, now_us);
  catalog_pending_ |=
      turn.changes_catalog && (completed_ > 0 || turn.kind == TurnKind::kFunctionCall);
  if (turn.manner != Manner::kFreely) step_ = AloneStep::kNone;
  front_since_us_ = now_us;
  cancel_due_ = false;
  over_.reset();
  complete_.clear();
  count_ = {};
  guarded_answers_ = 0;
  rows_ = 0;
  bytes_ = 0;
  completed_ = 0;
  tags_.clear();
  masked_counts_.clear();
  failed_ = false;
}

void Conversation::Report(const Turn& turn, audit::Ending ending, int64_t now_us) {
  if (turn.statement == 0) return;
  const bool skipped = ending == audit::Ending::kSkipped;
  const std::vector<std::string_view> tags(tags_.begin(), tags_.end());
  StatementEnd end;
  end.statement = turn.statement;
  end.ending = ending;
  if (!skipped) {
    end.tags = tags;
    end.rows = rows_;
    end.bytes = bytes_;
    end.masked = masked_counts_;
    if (failed_) end.sqlstate = {sqlstate_.data(), sqlstate_.size()};
  }
  end.duration_us = static_cast<uint64_t>(std::max<int64_t>(0, now_us - turn.started_us));
  listener_.OnStatementEnd(end);
}

void Conversation::Abandon(int64_t now_us) {
  abandoned_ = true;
  while (!turns_.empty()) EndFront(audit::Ending::kLost, NameState::kFailed, now_us);
}

}  // namespace portreeve::session
