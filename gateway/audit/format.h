// How records lie in segment files; docs/audit-format.md tells the same for strangers. Pure
// functions over bytes. Its one rule: bytes that are not exactly a record are never taken for one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace portreeve::audit {

inline constexpr std::string_view kSegmentMagic = "PRTRVJNL";
inline constexpr uint32_t kFormatVersion = 1;
inline constexpr size_t kSegmentHeaderBytes = 128;
inline constexpr size_t kJournalIdBytes = 16;
inline constexpr size_t kFrameHeaderBytes = 8;  // Length, checksum.
// A record opens with its sequence and its time as fixed-size fields: tag, 8 bytes, tag, 8 bytes.
inline constexpr size_t kMinRecordBytes = 18;
inline constexpr size_t kMaxRecordBytes = size_t{16} << 20;
// A reader refuses a segment file larger than this.
inline constexpr uint64_t kMaxSegmentFileBytes = uint64_t{1} << 30;

struct SegmentHeader {
  std::string journal_id;  // kJournalIdBytes bytes.
  uint32_t lane = 0;
  uint64_t number = 0;  // 1 for the lane's first segment, then rising by one.
  uint64_t first_sequence = 0;
  int64_t created_unix_us = 0;
};

std::string EncodeSegmentHeader(const SegmentHeader& header);
// kDataLoss says what is wrong with the first kSegmentHeaderBytes of `bytes`.
absl::StatusOr<SegmentHeader> DecodeSegmentHeader(std::string_view bytes);
// What the checksums of a segment's records go on from: the checksum of its header, so that a
// record cannot be taken for one of another segment, lane or journal.
uint32_t ChecksumSeed(std::string_view header_bytes);

// The one line of the file JOURNAL, and the journal's id in it. kDataLoss if it is anything else.
inline constexpr std::string_view kJournalFileName = "JOURNAL";
std::string EncodeJournalFile(std::string_view journal_id);
absl::StatusOr<std::string> DecodeJournalFile(std::string_view content);

// "0003-00000012.seg": lane, number.
std::string SegmentName(uint32_t lane, uint64_t number);
struct SegmentKey {
  uint32_t lane = 0;
  uint64_t number = 0;
};
std::optional<SegmentKey> ParseSegmentName(std::string_view name);

// Begins a frame whose payload has `payload_bytes`; the payload's bytes are to be appended next.
void BeginFrame(std::string& frames, size_t payload_bytes);
// Gives each record of `frames` its sequence and its checksum; returns how many there are.
uint64_t SealFrames(std::string& frames, uint64_t first_sequence, uint32_t seed);

enum class FrameState {
  kWhole,
  kIncomplete,  // More bytes are needed, if the length is right.
  kDamaged,
};

struct Frame {
  FrameState state = FrameState::kIncomplete;
  std::string_view payload;  // kWhole only.
  uint64_t sequence = 0;     // kWhole only.
  const char* damage = "";   // kDamaged only: what is wrong.
};

// Looks at the frame that `bytes` begins with.
Frame ReadFrame(std::string_view bytes, uint32_t seed);

// Where a whole record with a sequence of at least `least_sequence` begins in `bytes`: tells a tail
// that was torn off (none follows) from damage in the middle.
std::optional<size_t> FindFrame(std::string_view bytes, uint64_t least_sequence, uint32_t seed);

}  // namespace portreeve::audit
