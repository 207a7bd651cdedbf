#include "session/session_loop.h"

#include <algorithm>
#include <utility>

namespace portreeve::session {

SessionLoop::SessionLoop(size_t index, audit::LaneWriter& journal, base::Logger& logger,
                         const mask::HashKey& mask_key)
    : index_(index),
      journal_(journal),
      logger_(logger),
      scratch_(kScratchBytes),
      mask_stock_(mask_key) {
  events_.set_turn_end([this] { OnTurnEnd(); });
  journal_.set_on_durable(
      [this](const absl::Status& status) { events_.Post([this, status] { OnSynced(status); }); });
}

SessionLoop::~SessionLoop() {
  Stop();
  journal_.set_on_durable(nullptr);
}

void SessionLoop::Start() {
  thread_ = std::thread([this] { events_.Run(); });
}

void SessionLoop::Stop() {
  events_.Stop();
  if (thread_.joinable()) thread_.join();
}

std::string& SessionLoop::Outgoing(const std::shared_ptr<fleet::Tunnel>& tunnel,
                                   LoopMember& sender) {
  if (senders_.empty() || senders_.back() != &sender) senders_.push_back(&sender);
  for (Batch& batch : batches_) {
    if (batch.tunnel == tunnel) return batch.frames;
  }
  batches_.push_back({tunnel, {}});
  return batches_.back().frames;
}

void SessionLoop::AwaitDurable(std::weak_ptr<LoopMember> member, audit::Position position) {
  waiters_.push_back({std::move(member), position});
}

void SessionLoop::OnTurnEnd() {
  const absl::Status status = journal_.Commit();
  const auto senders = std::exchange(senders_, {});
  auto batches = std::exchange(batches_, {});
  if (!status.ok()) return OnCommitFailed(status, senders);
  for (Batch& batch : batches) batch.tunnel->Send(std::move(batch.frames));
  audit::Position last = requested_;
  for (Waiter& waiter : waiters_) {
    waiter.committed = true;
    last = std::max(last, waiter.position);
  }
  if (last > requested_) {
    requested_ = last;
    journal_.RequestDurable(last);
  }
  // In relaxed mode, and after a quick sync, nobody has to wait.
  if (!waiters_.empty() && journal_.IsDurable(waiters_.front().position)) {
    events_.Post([this] { OnSynced(absl::OkStatus()); });
  }
}

// Later commits will pass the positions of the records that are lost now: who waits for one of
// these must not wait any longer.
void SessionLoop::OnCommitFailed(const absl::Status& status,
                                 const std::vector<LoopMember*>& senders) {
  logger_.Error("the journal cannot be written; statements are refused",
                {{"reason", std::string(base::FromAbsl(status.message()))}});
  for (LoopMember* sender : senders) sender->OnJournalFailure();
  for (Waiter& waiter : std::exchange(waiters_, {})) {
    if (waiter.committed) {
      waiters_.push_back(std::move(waiter));
    } else if (const auto member = waiter.member.lock()) {
      member->OnJournalFailure();
    }
  }
  senders_.clear();
  for (Batch& batch : std::exchange(batches_, {})) batch.tunnel->Send(std::move(batch.frames));
}

void SessionLoop::OnSynced(const absl::Status& status) {
  if (waiters_.empty()) return;
  std::vector<Waiter> waiters = std::exchange(waiters_, {});
  for (Waiter& waiter : waiters) {
    const std::shared_ptr<LoopMember> member = waiter.member.lock();
    if (member == nullptr) continue;
    if (journal_.IsDurable(waiter.position)) {
      member->OnDurable();
    } else if (!status.ok()) {
      member->OnJournalFailure();
    } else {
      waiters_.push_back(std::move(waiter));
    }
  }
  // What was released must not wait for the next event.
  if (!batches_.empty()) events_.Post([] {});
}

}  // namespace portreeve::session
