// The journal's door for one lane. Its one rule: what was staged is kept when Commit() says so, and
// not before; a statement must not be forwarded earlier than that (invariants 1 and 10).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "audit/chain.h"
#include "audit/pending.h"
#include "audit/record.h"
#include "audit/writer.h"
#include "base/clock.h"
#include "base/status.h"

namespace portreeve::audit {

// Staged in one turn beyond this: the Commit() is refused.
inline constexpr size_t kMaxStagedBytes = size_t{64} << 20;
// Outcomes waiting for a commit beyond this are dropped, counted and told by a RecordsLost record.
inline constexpr size_t kMaxQueuedBytes = size_t{8} << 20;

// Stage, Commit, staged_bytes, failed: the lane's request hand only. All else: any thread.
class LaneWriter final : public Writer {
 public:
  LaneWriter(std::unique_ptr<Chain> chain, bool strict, const base::Clock* clock, Waker* waker);

  // Encodes the record into the staged buffer. No system call but the clock.
  Position Stage(const StatementRecord& record);

  // Writes what is staged and the queued outcomes with one write(2); after OK they are with the
  // operating system and survive the death of this process. After an error nothing staged counts as
  // kept and it is forgotten: refuse those statements (SQLSTATE 53100). The error stands until a
  // later Commit() succeeds; each one tries afresh, after cutting the file back to its last whole
  // batch. kUnavailable: the file; kResourceExhausted: more than kMaxStagedBytes in one turn.
  absl::Status Commit();

  // Waiting for the next Commit().
  size_t staged_bytes() const { return staged_.size(); }

  // The last Commit() failed.
  bool failed() const { return failed_; }

  // Only appends to a buffer under a short lock; never waits for a file. Goes out with the next
  // Commit() or within kTickMs.
  void QueueOutcome(const StatementOutcome& outcome);

  // Asks for `position` (committed before) to be synced now rather than within kTickMs.
  // Thread-safe, never waits. In relaxed mode there is nothing to do.
  void RequestDurable(Position position);

  // Strict: the record has been fsynced. Relaxed: it has been committed.
  bool IsDurable(Position position) const { return position <= durable_position(); }
  Position durable_position() const { return {durable_.load(std::memory_order_acquire)}; }

  // Called on the sequencer's thread after each sync of this lane: with OK once durable_position()
  // has advanced; with an error if the disk would not take it: then what waits for a position
  // beyond durable_position() must be refused, and Commit() fails until the disk has recovered. Set
  // it before the first Stage(); must not block.
  void set_on_durable(std::function<void(const absl::Status&)> on_durable);

 private:
  bool FlushQueued() override;
  void Sync(bool asked) override;
  absl::Status Close() override;

  int64_t TimeOr(int64_t time_unix_us) const;

  const std::unique_ptr<Chain> chain_;
  const bool strict_;
  const base::Clock* const clock_;
  Pending outcomes_{kMaxQueuedBytes};

  // The request hand's.
  std::string staged_;
  uint64_t staged_count_ = 0;
  bool overflowed_ = false;
  bool failed_ = false;

  // The sequencer's.
  std::string flushing_;

  std::atomic<uint64_t> committed_{0};
  std::atomic<uint64_t> durable_{0};
  std::mutex callback_mutex_;
  std::function<void(const absl::Status&)> on_durable_;
};

}  // namespace portreeve::audit
