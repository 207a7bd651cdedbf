#include "audit/lane_writer.h"

#include <utility>

#include "audit/encode.h"

namespace portreeve::audit {
namespace {

// A buffer that one great batch has blown up is given back.
constexpr size_t kKeptCapacityBytes = size_t{4} << 20;

void Clear(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > kKeptCapacityBytes) buffer.shrink_to_fit();
}

void AppendLost(uint64_t lost_outcomes, int64_t now, uint32_t lane, std::string& frames) {
  if (lost_outcomes == 0) return;
  proto::audit::Record record;
  record.mutable_records_lost()->set_outcomes(lost_outcomes);
  AppendRecord(record, now, lane, kMaxFieldBytes, frames);
}

}  // namespace

LaneWriter::LaneWriter(std::unique_ptr<Chain> chain, bool strict, const base::Clock* clock,
                       Waker* waker)
    : Writer(waker), chain_(std::move(chain)), strict_(strict), clock_(clock) {}

int64_t LaneWriter::TimeOr(int64_t time_unix_us) const {
  return time_unix_us != 0 ? time_unix_us : clock_->UnixMicros();
}

Position LaneWriter::Stage(const StatementRecord& record) {
  ++staged_count_;
  if (staged_.size() >= kMaxStagedBytes) {
    overflowed_ = true;
  } else {
    AppendStatement(record, TimeOr(record.time_unix_us), chain_->lane(), staged_);
  }
  return {staged_count_};
}

absl::Status LaneWriter::Commit() {
  if (std::exchange(overflowed_, false)) {
    Clear(staged_);
    failed_ = true;
    return base::ResourceExhausted("too many statements in one turn for the audit journal");
  }
  const size_t staged_bytes = staged_.size();
  const Pending::Taken taken = outcomes_.Take(staged_);
  AppendLost(taken.lost, clock_->UnixMicros(), chain_->lane(), staged_);
  // An empty batch after a failure still cuts the file back: that is how the error is cleared.
  if (staged_.empty() && !failed_) return absl::OkStatus();
  absl::Status status = chain_->Append(staged_);
  outcomes_.Settle(taken, status.ok(), std::string_view(staged_).substr(staged_bytes, taken.bytes));
  Clear(staged_);
  failed_ = !status.ok();
  if (failed_) return status;
  committed_.store(staged_count_, std::memory_order_release);
  if (!strict_) durable_.store(staged_count_, std::memory_order_release);
  WakeSoon();
  return absl::OkStatus();
}

void LaneWriter::QueueOutcome(const StatementOutcome& outcome) {
  outcomes_.Push([&](std::string& frames) {
    AppendOutcome(outcome, TimeOr(outcome.time_unix_us), chain_->lane(), frames);
    return true;
  });
  WakeSoon();
}

void LaneWriter::RequestDurable(Position position) {
  if (!IsDurable(position)) WakeNow();
}

void LaneWriter::set_on_durable(std::function<void(const absl::Status&)> on_durable) {
  const std::lock_guard lock(callback_mutex_);
  on_durable_ = std::move(on_durable);
}

bool LaneWriter::FlushQueued() {
  const Pending::Taken taken = outcomes_.Take(flushing_);
  AppendLost(taken.lost, clock_->UnixMicros(), chain_->lane(), flushing_);
  if (flushing_.empty()) return true;
  const absl::Status status = chain_->Append(flushing_);
  outcomes_.Settle(taken, status.ok(), std::string_view(flushing_).substr(0, taken.bytes));
  Clear(flushing_);
  return status.ok();
}

void LaneWriter::Sync(bool asked) {
  chain_->PrepareNext();
  // Read before it is asked what is unsynced: all that counts as committed here is in the file
  // then.
  const uint64_t committed = committed_.load(std::memory_order_acquire);
  const bool needed = strict_ ? chain_->has_unsynced() : chain_->has_unsynced_full_segment();
  absl::Status status;
  if (needed) status = chain_->Sync();
  if (status.ok() && strict_) durable_.store(committed, std::memory_order_release);
  if (!status.ok()) WakeSoon();
  if (!needed && !asked) return;
  const std::lock_guard lock(callback_mutex_);
  if (on_durable_) on_durable_(status);
}

absl::Status LaneWriter::Close() {
  const bool flushed = FlushQueued();
  RETURN_IF_ERROR(chain_->Sync());
  return flushed ? absl::OkStatus() : base::Unavailable("outcomes could not be written");
}

}  // namespace portreeve::audit
