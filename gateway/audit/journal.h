// The audit journal of one gateway: a folder of append-only segment files, one chain of them per
// lane and one for the control writer. Its one rule: one process at a time writes to a folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "audit/control_writer.h"
#include "audit/disk.h"
#include "audit/lane_writer.h"
#include "audit/sequencer.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "base/unique_fd.h"

namespace portreeve::audit {

inline constexpr size_t kMaxLanes = 256;

enum class Durability : uint8_t {
  kStrict,   // Every record is fsynced within kTickMs, at once when RequestDurable() asks.
  kRelaxed,  // fsynced when a segment is full and at the end.
};

struct Options {
  std::filesystem::path dir;  // Made with mode 0700 if it is not there; its parent must be.
  size_t lanes = 1;           // 1..kMaxLanes.
  Durability durability = Durability::kStrict;
  uint64_t segment_bytes = uint64_t{64} << 20;  // A segment may be longer by one batch.
  const base::Clock* clock = nullptr;           // Must outlive the journal.
  base::Logger* logger = nullptr;               // Must outlive the journal.
  Disk* disk = nullptr;                         // Null: the real one. Must outlive the journal.
};

// Destroying it (after the lanes' threads have stopped) writes what is queued, fsyncs and closes.
// What is staged and not committed is dropped.
class Journal {
 public:
  // Recovers each chain: a torn tail is cut and logged. kUnavailable: another process has the
  // folder open, or the file system fails; kDataLoss: a record that is not the last is damaged; the
  // message names file and offset, and nothing is changed.
  static absl::StatusOr<std::unique_ptr<Journal>> Open(const Options& options);
  ~Journal();

  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  size_t lane_count() const { return lanes_.size(); }
  // `index` counts from 0; the lane is called index + 1 in the files.
  LaneWriter& lane(size_t index) { return *lanes_[index]; }
  ControlWriter& control() { return *control_; }
  // 32 hex digits, for ever the same for this folder.
  const std::string& id() const { return id_; }

 private:
  Journal() = default;

  std::unique_ptr<Disk> own_disk_;
  base::Logger* logger_ = nullptr;
  base::UniqueFd lock_;
  std::string id_;
  std::unique_ptr<Sequencer> sequencer_;
  std::unique_ptr<ControlWriter> control_;
  std::vector<std::unique_ptr<LaneWriter>> lanes_;
};

}  // namespace portreeve::audit
