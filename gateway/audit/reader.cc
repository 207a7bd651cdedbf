#include "audit/reader.h"

#include "audit/segment_file.h"

namespace portreeve::audit {

absl::StatusOr<std::unique_ptr<JournalReader>> JournalReader::Open(
    const std::filesystem::path& dir) {
  std::unique_ptr<JournalReader> reader(new JournalReader(dir));
  ASSIGN_OR_RETURN(reader->journal_id_, ReadJournalId(dir));
  RETURN_IF_ERROR(reader->FindLanes());
  return reader;
}

absl::Status JournalReader::FindLanes() {
  ASSIGN_OR_RETURN(const SegmentList list, ListSegments(dir_));
  for (const auto& [number, segments] : list) {
    Lane& lane = lanes_[number];
    if (lane.reader == nullptr) {
      lane.reader = std::make_unique<LaneReader>(dir_, journal_id_, number, *segments.begin());
    }
    lane.reader->set_newest(*segments.rbegin());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Entry>> JournalReader::Next() {
  if (!failure_.ok()) return failure_;
  absl::StatusOr<std::optional<Entry>> entry = TakeEarliest();
  if (entry.ok() && !entry->has_value()) {
    // All are at their ends: look for what has been added since.
    failure_ = FindLanes();
    if (!failure_.ok()) return failure_;
    for (auto& [number, lane] : lanes_) lane.at_end = false;
    entry = TakeEarliest();
  }
  if (!entry.ok()) failure_ = entry.status();
  return entry;
}

absl::StatusOr<std::optional<Entry>> JournalReader::TakeEarliest() {
  LaneReader* earliest = nullptr;
  const proto::audit::Record* record = nullptr;
  for (auto& [number, lane] : lanes_) {
    if (lane.at_end) continue;
    ASSIGN_OR_RETURN(const proto::audit::Record* const head, lane.reader->Head());
    lane.at_end = head == nullptr;
    if (head == nullptr) continue;
    if (record == nullptr || head->time_unix_us() < record->time_unix_us()) {
      earliest = lane.reader.get();
      record = head;
    }
  }
  if (earliest == nullptr) return std::optional<Entry>();
  Entry entry{.record = *record, .file = earliest->head_file(), .offset = earliest->head_offset()};
  earliest->Pop();
  return std::optional<Entry>(std::move(entry));
}

uint64_t JournalReader::incomplete_bytes() const {
  uint64_t bytes = 0;
  for (const auto& [number, lane] : lanes_) bytes += lane.reader->incomplete_bytes();
  return bytes;
}

}  // namespace portreeve::audit
