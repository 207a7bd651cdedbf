// The journal's door for everything that is not a statement: sign-ins, sessions, agents,
// configuration. Its records form lane 0.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "audit/chain.h"
#include "audit/pending.h"
#include "audit/writer.h"
#include "base/clock.h"
#include "base/status.h"
#include "portreeve/audit.pb.h"

namespace portreeve::audit {

// A larger control record is refused.
inline constexpr size_t kMaxControlRecordBytes = size_t{256} << 10;
// Queued records beyond this are dropped, counted and told by a RecordsLost record.
inline constexpr size_t kMaxQueuedControlBytes = size_t{1} << 20;

// Thread-safe.
class ControlWriter final : public Writer {
 public:
  ControlWriter(std::unique_ptr<Chain> chain, bool strict, const base::Clock* clock, Waker* waker);

  // Fill in one event of the record; sequence, lane and (if 0) time are set here, and text that is
  // not UTF-8 is made so. Written at once with one write(2); fsynced within kTickMs in strict mode.
  // After an error the record is not kept; the next call tries afresh.
  absl::Status Append(proto::audit::Record record);

  // The same without a system call: goes out with the next Append() or within kTickMs. What cannot
  // be kept is counted and told by a RecordsLost record. For callers that must not wait for a file.
  void Queue(proto::audit::Record record);

 private:
  bool FlushQueued() override;
  void Sync(bool asked) override;
  absl::Status Close() override;

  absl::Status WriteLocked(proto::audit::Record* record);

  const std::unique_ptr<Chain> chain_;
  const bool strict_;
  const base::Clock* const clock_;
  Pending queued_{kMaxQueuedControlBytes};

  std::mutex write_mutex_;
  std::string writing_;
};

}  // namespace portreeve::audit
