// Reads a journal folder, also while a gateway writes to it: all lanes merged by time. Its one
// rule: it reports damage with file and offset and never passes over it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "audit/lane_reader.h"
#include "base/status.h"
#include "portreeve/audit.pb.h"

namespace portreeve::audit {

struct Entry {
  proto::audit::Record record;
  std::string file;     // Name within the folder.
  uint64_t offset = 0;  // Of the record's frame in that file.
};

// One thread.
class JournalReader {
 public:
  // kNotFound if there is no journal in the folder.
  static absl::StatusOr<std::unique_ptr<JournalReader>> Open(const std::filesystem::path& dir);

  // The next record, or nullopt at the (present) end: to follow a journal, call again a while
  // later. Within a lane the order is that of writing; between lanes it is by time as far as
  // records are there. kDataLoss names file and offset; each later call returns it again.
  absl::StatusOr<std::optional<Entry>> Next();

  // Bytes at the ends of lanes that do not form a whole record (yet): a batch that is just being
  // written, or the torn tail that a crash left and the next start of the gateway will cut.
  uint64_t incomplete_bytes() const;

 private:
  struct Lane {
    std::unique_ptr<LaneReader> reader;
    bool at_end = false;  // Not asked again until all lanes are at their ends.
  };

  explicit JournalReader(std::filesystem::path dir) : dir_(std::move(dir)) {}
  absl::Status FindLanes();
  absl::StatusOr<std::optional<Entry>> TakeEarliest();

  const std::filesystem::path dir_;
  std::string journal_id_;
  absl::Status failure_;
  std::map<uint32_t, Lane> lanes_;
};

}  // namespace portreeve::audit
