// Reads the chain of segments of one lane, also while it grows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "audit/format.h"
#include "base/status.h"
#include "base/unique_fd.h"
#include "portreeve/audit.pb.h"

namespace portreeve::audit {

// One thread.
class LaneReader {
 public:
  // Begins with segment `number`. `journal_id` has kJournalIdBytes bytes.
  LaneReader(std::filesystem::path dir, std::string journal_id, uint32_t lane, uint64_t number);

  // The record at the head, or null if there is none (yet). It stays the same until Pop().
  // kDataLoss names file and offset.
  absl::StatusOr<const proto::audit::Record*> Head();
  void Pop() { has_head_ = false; }

  const std::string& head_file() const { return head_file_; }
  uint64_t head_offset() const { return head_offset_; }
  uint64_t incomplete_bytes() const { return buffer_.size() - used_; }

 private:
  enum class Step { kRecord, kEnd, kAgain };

  absl::StatusOr<Step> Advance();
  absl::StatusOr<bool> OpenSegment();
  absl::StatusOr<bool> NextHasBegun() const;
  absl::StatusOr<size_t> Fill();
  absl::StatusOr<Step> Decode(const Frame& frame);
  absl::StatusOr<Step> AtBadFrame(const Frame& frame);
  absl::Status Damage(std::string_view what) const;

  const std::filesystem::path dir_;
  const std::string journal_id_;
  const uint32_t lane_;
  uint64_t number_;

  base::UniqueFd fd_;
  std::string name_;
  uint32_t seed_ = 0;
  uint64_t offset_ = 0;         // In the file, of the first byte not used up.
  uint64_t next_sequence_ = 0;  // 0: taken from the first segment's header.
  std::string buffer_;
  size_t used_ = 0;

  bool has_head_ = false;
  proto::audit::Record head_;
  std::string head_file_;
  uint64_t head_offset_ = 0;
};

}  // namespace portreeve::audit
