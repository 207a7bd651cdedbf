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

  // The highest segment number known to exist: one that is missing before it is damage.
  void set_newest(uint64_t number) { newest_ = number; }

  const std::string& head_file() const { return head_file_; }
  uint64_t head_offset() const { return head_offset_; }
  uint64_t incomplete_bytes() const { return unread().size(); }

 private:
  enum class Step { kRecord, kEnd, kAgain };

  absl::StatusOr<Step> Advance();
  absl::StatusOr<Step> AtBadFrame(const Frame& frame);
  absl::StatusOr<Step> AtEnd(const Frame& frame);
  absl::Status Decode(const Frame& frame);
  absl::StatusOr<bool> OpenSegment();
  absl::StatusOr<bool> NextHasBegun() const;
  absl::StatusOr<size_t> Fill();
  std::string_view unread() const { return std::string_view(buffer_).substr(used_); }
  absl::Status Damage(uint64_t offset, std::string_view what) const;

  const std::filesystem::path dir_;
  const std::string journal_id_;
  const uint32_t lane_;
  uint64_t number_;
  uint64_t newest_ = 0;

  base::UniqueFd fd_;
  std::string name_;
  uint32_t seed_ = 0;
  uint64_t offset_ = 0;         // In the file, of the first byte of unread().
  uint64_t next_sequence_ = 0;  // 0 until the first segment's header has told it.
  std::string buffer_;
  size_t used_ = 0;
  bool read_again_ = false;  // unread() holds what the file held at one moment, not earlier parts.

  bool has_head_ = false;
  proto::audit::Record head_;
  std::string head_file_;
  uint64_t head_offset_ = 0;
};

}  // namespace portreeve::audit
