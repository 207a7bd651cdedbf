// What a session hears from its agent, on the lane's polling thread.

#include <algorithm>
#include <utility>

#include "session/session.h"

namespace portreeve::session {
namespace {

base::Refusal NotMasked(const absl::Status& status) {
  if (absl::IsResourceExhausted(status)) {
    return {std::string(base::sqlstate::kProgramLimitExceeded),
            std::string(base::FromAbsl(status.message())),
            "Values beside masked ones pass up to a size.", "Select fewer or smaller columns."};
  }
  return {std::string(base::sqlstate::kInsufficientPrivilege),
          std::string(base::FromAbsl(status.message())),
          "A table, view or function has changed meanwhile; no row has left.", "Connect again."};
}

}  // namespace

void Session::OnReady(link::SessionReady ready) {
  loop_.events().Post(
      [self = shared_from_this(), ready = std::move(ready)] { self->Greet(ready); });
}

void Session::OnFailed(link::SessionFailed failed) {
  base::Refusal refusal{failed.sqlstate(), failed.message(), failed.detail(), failed.hint()};
  loop_.events().Post([self = shared_from_this(), refusal = std::move(refusal)] {
    self->EndOnLoop(refusal, "the server could not be reached", link::CloseSession::MANNER_ABORTED);
  });
}

absl::Status Session::OnAnswer(std::string_view piece) {
  if (!from_server_.Arrived(piece.size())) {
    return base::DataLoss("an agent sent more than it was granted");
  }
  arrived_ += piece.size();
  absl::Status status;
  bool cancel_due = false;
  bool catalog_changed = false;
  {
    const std::lock_guard lock(conversation_.mutex());
    status = answer_hand_.Feed(piece, world_.clock.MonotonicMicros(), answers_);
    cancel_due = conversation_.TakeCancelDue();
    catalog_changed = conversation_.catalog_changed();
  }
  if (cancel_due) {
    loop_.events().Post([self = shared_from_this()] { self->OnLimitReached(); });
  }
  if (catalog_changed) {
    loop_.events().Post([self = shared_from_this()] { self->TakeCatalogChange(); });
  }
  if (status.ok() || std::exchange(broken_, true)) return absl::OkStatus();
  // This session ends, the lane and the others go on.
  if (absl::IsFailedPrecondition(status) || absl::IsResourceExhausted(status)) {
    End(NotMasked(status), "an answer could not be masked");
    return absl::OkStatus();
  }
  world_.logger.Error(
      "the server broke the protocol",
      {{"session", name_}, {"reason", std::string(base::FromAbsl(status.message()))}});
  End({std::string(base::sqlstate::kProtocolViolation), "the server broke the protocol", "", ""},
      "protocol violation by the server");
  return absl::OkStatus();
}

void Session::OnBatchEnd() {
  if (arrived_ == 0) return;
  const auto added = static_cast<int64_t>(answers_.total_bytes());
  size_t due = 0;
  {
    const std::lock_guard lock(write_mutex_);
    credit_due_ += static_cast<int64_t>(arrived_) - added;
    WriteAnswersLocked();
    due = TakeDueLocked();
  }
  arrived_ = 0;
  bytes_to_client_.fetch_add(answers_.total_bytes(), std::memory_order_relaxed);
  answers_.Clear();
  Grant(due);
  if (paused_.load() || wake_.load()) ResumeSoon();
}

void Session::WriteAnswersLocked() {
  if (closed_ || stream_ == nullptr) return;
  if (!greeted_) {
    whole_messages_ = answer_hand_.at_boundary();
    for (const iovec& piece : answers_.pieces()) {
      early_.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    }
    return;
  }
  const bool was_empty = output_.empty();
  const net::IoResult result = output_.Write(*stream_, answers_.pieces());
  credit_due_ += static_cast<int64_t>(result.bytes);
  if (result.state == net::IoState::kError) {
    closed_ = true;
    loop_.events().Post([self = shared_from_this()] {
      self->EndOnLoop(std::nullopt, "the client went away", link::CloseSession::MANNER_ABORTED);
    });
    return;
  }
  whole_messages_ = answer_hand_.at_boundary();
  if (was_empty != output_.empty()) UpdateInterestLocked();
}

size_t Session::TakeDueLocked() {
  const int64_t due = std::max<int64_t>(credit_due_, 0);
  credit_due_ -= due;
  return static_cast<size_t>(due);
}

void Session::Grant(size_t bytes) {
  if (bytes == 0) return;
  const uint32_t grant = from_server_.Consumed(bytes);
  if (grant == 0) return;
  link::Credit credit;
  credit.set_bytes(grant);
  std::string frame;
  link::AppendFrame(frame, {plan_.id, 0, link::FRAME_KIND_CREDIT}, credit.SerializeAsString());
  tunnel_->Send(std::move(frame));
}

void Session::OnCredit(uint32_t bytes) {
  if (to_server_.Grant(bytes)) ResumeSoon();
}

void Session::OnServerClosed(link::CloseSession closed) {
  loop_.events().Post([self = shared_from_this(), closed = std::move(closed)] {
    self->EndOnLoop(self->ServerLost(), "the server closed: " + closed.reason(),
                    link::CloseSession::MANNER_FINISHED);
  });
}

// None where the server's own last words have been passed on, or the client has nothing to lose.
std::optional<base::Refusal> Session::ServerLost() {
  if (state_ != State::kOpening && state_ != State::kOpen) return std::nullopt;
  {
    const std::lock_guard lock(conversation_.mutex());
    if (conversation_.heard_last_words()) return std::nullopt;
  }
  return base::Refusal{std::string(base::sqlstate::kConnectionFailure),
                       "the database server closed the connection",
                       "What was under way may or may not have been done.", "Open a new session."};
}

void Session::OnCancelled() {
  loop_.events().Post([self = shared_from_this()] { self->OnCancelTaken(); });
}

void Session::OnLinkLost(const absl::Status& status) {
  std::string reason = "link lost: " + std::string(base::FromAbsl(status.message()));
  loop_.events().Post([self = shared_from_this(), reason = std::move(reason)] {
    self->EndOnLoop(
        base::Refusal{std::string(base::sqlstate::kConnectionFailure),
                      "the link to the database's agent was lost",
                      "What was under way may or may not have been done.", "Open a new session."},
        reason, link::CloseSession::MANNER_ABORTED);
  });
}

void Session::OnStatementEnd(const StatementEnd& end) {
  audit::StatementOutcome outcome;
  outcome.session = name_;
  outcome.statement = end.statement;
  outcome.ending = end.ending;
  outcome.tags = end.tags;
  outcome.rows = end.rows;
  outcome.bytes_to_client = end.bytes;
  outcome.sqlstate = end.sqlstate;
  outcome.duration_us = end.duration_us;
  outcome.masked = end.masked;
  loop_.journal().QueueOutcome(outcome);
}

}  // namespace portreeve::session
