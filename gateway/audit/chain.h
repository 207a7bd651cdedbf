// One lane's chain of segment files, from the side of the writer. Its one rule: after a failure the
// file is cut back to its last whole batch before anything else is written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "audit/disk.h"
#include "audit/format.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "base/unique_fd.h"

namespace portreeve::audit {

struct ChainOptions {
  std::filesystem::path dir;
  std::string journal_id;  // 16 bytes.
  uint32_t lane = 0;
  uint64_t segment_bytes = 0;
  const base::Clock* clock = nullptr;
  base::Logger* logger = nullptr;
  Disk* disk = nullptr;
};

// Thread-safe: one thread may append while another syncs.
class Chain {
 public:
  // Recovers the newest segment (see Journal::Open for the errors) or begins the first.
  static absl::StatusOr<std::unique_ptr<Chain>> Open(const ChainOptions& options);

  // Numbers and checksums `frames` (as encode.h makes them) and writes them with one write(2);
  // begins the next segment first if this one is full. On failure nothing of `frames` is kept and
  // they may be given again. Fails without trying while a failed sync has not been made good.
  absl::Status Append(std::string& frames);

  // Fsyncs what was appended before the call. After a failure the operating system may have dropped
  // what it could not write, so the next call writes those bytes again before it syncs.
  absl::Status Sync();

  // Creates the file of the next segment if this one is more than half full: the appending thread
  // then only writes. A failure is not an error: Append() tries again when it needs the file.
  void PrepareNext();

  // Also while a failed sync has not been made good.
  bool has_unsynced() const;
  // A segment that is full waits to be synced.
  bool has_unsynced_full_segment() const;
  uint32_t lane() const { return options_.lane; }

 private:
  struct Segment {
    base::UniqueFd fd;
    std::string name;
    uint64_t number = 0;
    uint32_t seed = 0;    // Of the checksums.
    uint64_t size = 0;    // Whole batches only.
    uint64_t synced = 0;  // Bytes known to be on the disk.
  };

  explicit Chain(const ChainOptions& options) : options_(options) {}

  // recovery.cc: before any other thread knows of the chain.
  absl::Status Recover();
  absl::StatusOr<bool> RecoverSegment(uint64_t number);
  absl::Status CutTail(Segment& segment, std::string_view content);
  absl::Status SyncAsFound(uint64_t number);

  absl::Status AppendLocked(std::string& frames);
  absl::Status BeginSegmentLocked();
  absl::Status CutBackLocked();
  absl::Status Write(const Segment& segment, std::string_view bytes, uint64_t offset);
  absl::Status WriteAgain(const Segment& segment, uint64_t upto);
  absl::StatusOr<base::UniqueFd> CreateFile(uint64_t number);
  std::string PathOf(const std::string& name) const { return (options_.dir / name).string(); }

  const ChainOptions options_;
  base::UniqueFd folder_;

  mutable std::mutex mutex_;
  std::shared_ptr<Segment> current_;
  std::vector<std::shared_ptr<Segment>> full_;  // Not yet wholly synced, oldest first.
  base::UniqueFd next_;                         // The file after current_; holds nothing yet.
  uint64_t next_sequence_ = 1;
  bool torn_ = false;     // Bytes may lie beyond current_->size.
  bool failing_ = false;  // The last Append() failed; kept to log the change only.
  bool sync_failed_ = false;
  bool folder_changed_ = false;
};

}  // namespace portreeve::audit
