#include "audit/control_writer.h"

#include <utility>

#include "audit/encode.h"

namespace portreeve::audit {

ControlWriter::ControlWriter(std::unique_ptr<Chain> chain, bool strict, const base::Clock* clock,
                             Waker* waker)
    : Writer(waker), chain_(std::move(chain)), strict_(strict), clock_(clock) {}

absl::Status ControlWriter::Append(proto::audit::Record record) {
  absl::Status status;
  {
    const std::lock_guard lock(write_mutex_);
    status = WriteLocked(&record);
  }
  WakeSoon();
  return status;
}

void ControlWriter::Queue(proto::audit::Record record) {
  const int64_t now = clock_->UnixMicros();
  queued_.Push([&](std::string& frames) {
    return AppendRecord(record, now, chain_->lane(), kMaxControlRecordBytes, frames);
  });
  WakeSoon();
}

// Writes what is queued and then `record`, if there is one, in one batch.
absl::Status ControlWriter::WriteLocked(proto::audit::Record* record) {
  const int64_t now = clock_->UnixMicros();
  writing_.clear();
  const Pending::Taken taken = queued_.Take(writing_);
  if (taken.lost > 0) {
    proto::audit::Record lost;
    lost.mutable_records_lost()->set_control_records(taken.lost);
    AppendRecord(lost, now, chain_->lane(), kMaxControlRecordBytes, writing_);
  }
  absl::Status status;
  if (record != nullptr &&
      !AppendRecord(*record, now, chain_->lane(), kMaxControlRecordBytes, writing_)) {
    status = base::ResourceExhausted("a control record is too large for the audit journal");
  }
  bool kept = true;
  if (!writing_.empty()) {
    absl::Status written = chain_->Append(writing_);
    kept = written.ok();
    if (!kept) status = std::move(written);
  }
  queued_.Settle(taken, kept, std::string_view(writing_).substr(0, taken.bytes));
  return status;
}

bool ControlWriter::FlushQueued() {
  const std::lock_guard lock(write_mutex_);
  return WriteLocked(nullptr).ok();
}

void ControlWriter::Sync(bool) {
  chain_->PrepareNext();
  if (strict_ ? !chain_->has_unsynced() : !chain_->has_unsynced_full_segment()) return;
  if (!chain_->Sync().ok()) WakeSoon();
}

absl::Status ControlWriter::Close() {
  const bool flushed = FlushQueued();
  RETURN_IF_ERROR(chain_->Sync());
  return flushed ? absl::OkStatus() : base::Unavailable("control records could not be written");
}

}  // namespace portreeve::audit
