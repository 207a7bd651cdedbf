// Turns under limits: what passes of their answers, and when they are final.

#include <utility>

#include "base/refusal.h"
#include "session/conversation.h"
#include "wire/backend.h"

namespace portreeve::session {
namespace {

constexpr char kInBlock = static_cast<char>(wire::TransactionStatus::kInBlock);

std::unique_ptr<RefusedAnswer> Answer(const base::Refusal& refusal) {
  return std::make_unique<RefusedAnswer>(RefusedAnswer{refusal, 0});
}

}  // namespace

Prefix Conversation::TakePrefix() {
  has_prefix_ = false;
  return std::exchange(prefix_, {});
}

Conversation::Due Conversation::TakeStep() {
  if (step_ != AloneStep::kFail && step_ != AloneStep::kSync) return {};
  const Turn& front = turns_.front();
  const Due due{step_, front.kind, front.manner == Manner::kGuarded, front.statement};
  step_ = AloneStep::kEnding;
  return due;
}

std::optional<int64_t> Conversation::running_since_us() const {
  if (turns_.empty()) return std::nullopt;
  return front_since_us_;
}

ResultCount& Conversation::CurrentCount() {
  for (const PortalCount& shared : turns_.front().counts) {
    if (shared.statement == completed_) return *shared.count;
  }
  return count_;
}

Verdict Conversation::OnRow(uint32_t body_bytes) {
  if (over_ != nullptr) return Verdict::kDrop;
  const Turn& front = turns_.front();
  if (front.limits != nullptr && front.limits->bounds_results()) {
    ResultCount& count = CurrentCount();
    ++count.rows;
    count.bytes += body_bytes;
    over_ = TooMuchOf(*front.limits, count);
    if (over_ != nullptr) {
      cancel_due_ = true;
      return Verdict::kDrop;
    }
  }
  ++rows_;
  bytes_ += body_bytes;
  return Verdict::kPass;
}

std::optional<Verdict> Conversation::OnGuardedAnswer(char type) {
  constexpr uint8_t kAll = 3;
  if (turns_.empty() || step_ == AloneStep::kNone) return std::nullopt;
  const Turn& front = turns_.front();
  if (front.manner != Manner::kGuarded || front.kind != TurnKind::kQuery) return std::nullopt;
  if (type == wire::ReadyForQuery::kTag && step_ != AloneStep::kEnding) return Verdict::kViolation;
  if (guarded_answers_ == kAll) return std::nullopt;
  if (type == wire::ErrorResponse::kTag || type == wire::ReadyForQuery::kTag ||
      type == wire::NoticeResponse::kTag || type == wire::NotificationResponse::kTag ||
      type == wire::ParameterStatus::kTag) {
    return std::nullopt;
  }
  const bool described = type == wire::RowDescription::kTag;
  const bool expected = guarded_answers_ == 0   ? type == wire::ParseComplete::kTag
                        : guarded_answers_ == 1 ? type == wire::BindComplete::kTag
                                                : described || type == wire::NoData::kTag;
  if (!expected) return Verdict::kViolation;
  for (const NameChange& change : front.changes) {
    const size_t now = guarded_answers_ == 0 ? NameChange::kAtParse : NameChange::kAtBind;
    if (guarded_answers_ < 2 && change.statement == now) {
      change.entry->state.store(NameState::kConfirmed);
    }
  }
  ++guarded_answers_;
  return described ? Verdict::kPass : Verdict::kDrop;
}

Verdict Conversation::JudgeComplete(char type, std::string_view head, uint32_t body_bytes) {
  const Turn& front = turns_.front();
  if (front.limits == nullptr) return Verdict::kPass;
  const bool guarded = front.manner == Manner::kGuarded;
  const std::string_view tag = head.substr(0, head.find('\0'));
  if (guarded && over_ == nullptr) {
    const bool tagged = type == wire::CommandComplete::kTag && head.size() == body_bytes;
    over_ = TooManyChanged(*front.limits,
                           tagged ? ChangedRows(tag, front.copies_in > 0) : std::nullopt);
  }
  if (over_ != nullptr) {
    // Of a Query that is not guarded more statements may follow.
    if (guarded || front.kind == TurnKind::kExecute) FailFront(std::move(over_));
    return Verdict::kDrop;
  }
  if (!guarded || front.kind == TurnKind::kExecute) return Verdict::kPass;
  wire::CommandComplete{tag}.Encode(complete_);
  step_ = AloneStep::kSync;
  return Verdict::kDrop;
}

void Conversation::FailFront(std::unique_ptr<base::Refusal> why) {
  turns_.front().refused = Answer(*why);
  ++refused_turns_;
  step_ = AloneStep::kFail;
}

// A server that was done before it was asked to stop has not failed; in a block it must, or what
// comes next would not be what the client believes.
Verdict Conversation::JudgeReady(char status) {
  if (turns_.front().kind != TurnKind::kQuery) return Verdict::kPass;
  if (over_ != nullptr) {
    if (status == kInBlock) {
      FailFront(std::move(over_));
      return Verdict::kDrop;
    }
    over_->sqlstate.copy(sqlstate_.data(), sqlstate_.size());
    failed_ = true;
    prefix_.refused = Answer(*over_);
    has_prefix_ = true;
  } else if (!complete_.empty()) {
    prefix_.message = std::move(complete_);
    has_prefix_ = true;
  }
  return Verdict::kPass;
}

void Conversation::TakeOverError(std::string_view sqlstate) {
  Turn& front = turns_.front();
  complete_.clear();
  cancel_due_ = false;
  if (front.manner == Manner::kGuarded && front.kind == TurnKind::kQuery &&
      step_ == AloneStep::kRunning) {
    step_ = AloneStep::kSync;
  }
  if (front.refused != nullptr) return;
  if (over_ != nullptr) {
    front.refused = Answer(*over_);
    over_.reset();
  } else if (timed_out_ && sqlstate == base::sqlstate::kQueryCanceled) {
    front.refused = Answer(*timed_out_);
    timed_out_.reset();
  } else {
    return;
  }
  ++refused_turns_;
}

}  // namespace portreeve::session
