#include "session/conversation.h"

#include <algorithm>
#include <utility>

#include "base/refusal.h"
#include "wire/backend.h"

namespace portreeve::session {
namespace {

constexpr std::string_view kQueryCancelled = "57014";

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

void Conversation::Expect(Turn turn, size_t copies_in) {
  if (skipping_ && turn.kind != TurnKind::kSync) {
    turn.may_copy_in = false;
    const int64_t now_us = turn.started_us;
    turns_.push_back(std::move(turn));
    return EndFront(audit::Ending::kSkipped, NameState::kSkipped, now_us);
  }
  skipping_ = false;
  if (copies_in > 0) {
    copy_phase_ = CopyPhase::kAwaited;
    copies_left_ = copies_in;
  }
  turns_.push_back(std::move(turn));
}

void Conversation::EndCopyIn() {
  if (copy_phase_ != CopyPhase::kCopying) return;
  copy_phase_ = copies_left_ > 0 ? CopyPhase::kAwaited : CopyPhase::kNone;
}

Verdict Conversation::OnAnswer(char type, std::string_view head, uint32_t body_bytes,
                               int64_t now_us) {
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
  EndFront(audit::Ending::kCompleted, NameState::kConfirmed, now_us);
  return Verdict::kPass;
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
    return kind == TurnKind::kQuery ? Verdict::kPass : Verdict::kViolation;
  }
  if (kind != TurnKind::kQuery && kind != TurnKind::kExecute) return Verdict::kViolation;
  switch (type) {
    case wire::DataRow::kTag:
    case wire::CopyData::kTag:
      ++rows_;
      bytes_ += body_bytes;
      return Verdict::kPass;
    case wire::CopyOutResponse::kTag:
    case wire::CopyDone::kTag:
      return Verdict::kPass;
    case wire::CommandComplete::kTag:
      AddTag(head);
      return kind == TurnKind::kExecute ? Succeed(kind, now_us) : Verdict::kPass;
    case wire::EmptyQueryResponse::kTag:
      return kind == TurnKind::kExecute ? Succeed(kind, now_us) : Verdict::kPass;
    default:  // PortalSuspended
      return Succeed(TurnKind::kExecute, now_us);
  }
}

void Conversation::AddTag(std::string_view head) {
  if (turns_.front().statement == 0 || tags_.size() >= kMaxTags) return;
  tags_.emplace_back(head.substr(0, head.find('\0')));
}

Verdict Conversation::OnCopyIn() {
  // A server that asks for data where no COPY FROM STDIN was seen would read the next statement as
  // data.
  if (turns_.empty() || copy_phase_ != CopyPhase::kAwaited || !turns_.front().may_copy_in) {
    return Verdict::kViolation;
  }
  copy_phase_ = CopyPhase::kCopying;
  --copies_left_;
  return Verdict::kPass;
}

Verdict Conversation::OnError(std::string_view head, int64_t now_us) {
  const std::string_view sqlstate = Field(head, wire::field::kSqlstate);
  failed_ = true;
  std::copy_n(sqlstate.data(), std::min(sqlstate.size(), sqlstate_.size()), sqlstate_.data());
  const std::string_view severity = Field(head, wire::field::kSeverityNotLocalized);
  // The server closes the connection after these; what they are about is not one turn.
  if (severity == "FATAL" || severity == "PANIC" || turns_.empty()) return Verdict::kPass;

  Turn& front = turns_.front();
  const bool replaced = front.refused != nullptr;
  if (replaced) {
    const std::string& own = front.refused->refusal.sqlstate;
    std::copy_n(own.data(), std::min(own.size(), sqlstate_.size()), sqlstate_.data());
    refused_ = std::move(front.refused);
  }
  if (front.may_copy_in) {
    copy_phase_ = CopyPhase::kNone;
    copies_left_ = 0;
  }
  if (front.kind != TurnKind::kQuery && front.kind != TurnKind::kFunctionCall &&
      front.kind != TurnKind::kSync) {
    EndFront(sqlstate == kQueryCancelled ? audit::Ending::kCancelled : audit::Ending::kError,
             NameState::kFailed, now_us);
    SkipToSync(now_us);
  }
  return replaced ? Verdict::kReplace : Verdict::kPass;
}

// After an error in the extended protocol the server passes over everything up to Sync (55.2.3).
void Conversation::SkipToSync(int64_t now_us) {
  while (!turns_.empty() && turns_.front().kind != TurnKind::kSync) {
    EndFront(audit::Ending::kSkipped, NameState::kSkipped, now_us);
  }
  // The rest of the pipeline is still to come from the client.
  skipping_ = turns_.empty();
}

Verdict Conversation::OnReadyForQuery(std::string_view head, int64_t now_us) {
  if (turns_.empty() || head.empty()) return Verdict::kViolation;
  const Turn& front = turns_.front();
  if (front.kind != TurnKind::kSync && front.kind != TurnKind::kQuery &&
      front.kind != TurnKind::kFunctionCall) {
    return Verdict::kViolation;
  }
  if (front.refused != nullptr) return Verdict::kViolation;  // The substitute was not rejected.
  transaction_status_ = head.front();
  const std::string_view sqlstate(sqlstate_.data(), sqlstate_.size());
  const audit::Ending ending = !failed_                      ? audit::Ending::kCompleted
                               : sqlstate == kQueryCancelled ? audit::Ending::kCancelled
                                                             : audit::Ending::kError;
  EndFront(ending, NameState::kConfirmed, now_us);
  return Verdict::kPass;
}

void Conversation::EndFront(audit::Ending ending, NameState name_state, int64_t now_us) {
  const Turn turn = std::move(turns_.front());
  turns_.pop_front();
  if (turn.entry != nullptr) turn.entry->state.store(name_state);
  if (turn.may_copy_in && copy_phase_ == CopyPhase::kAwaited) copy_phase_ = CopyPhase::kNone;
  if (turn.statement != 0) {
    std::vector<std::string_view> tags(tags_.begin(), tags_.end());
    StatementEnd end;
    end.statement = turn.statement;
    end.ending = ending;
    end.tags = tags;
    end.rows = rows_;
    end.bytes = bytes_;
    if (failed_ && ending != audit::Ending::kSkipped) end.sqlstate = {sqlstate_.data(), 5};
    end.duration_us = static_cast<uint64_t>(std::max<int64_t>(0, now_us - turn.started_us));
    listener_.OnStatementEnd(end);
  }
  rows_ = 0;
  bytes_ = 0;
  tags_.clear();
  failed_ = false;
}

void Conversation::Abandon(int64_t now_us) {
  while (!turns_.empty()) EndFront(audit::Ending::kLost, NameState::kFailed, now_us);
}

}  // namespace portreeve::session
