#include "audit/format.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "audit/crc32c.h"
#include "base/encoding.h"

namespace portreeve::audit {
namespace {

static_assert(std::endian::native == std::endian::little, "the journal is little-endian");

constexpr std::string_view kJournalFilePrefix = "portreeve-journal 1 ";
// Where things lie in a segment's header.
constexpr size_t kVersionAt = 8;
constexpr size_t kHeaderSizeAt = 12;
constexpr size_t kJournalIdAt = 16;
constexpr size_t kLaneAt = 32;
constexpr size_t kNumberAt = 40;
constexpr size_t kFirstSequenceAt = 48;
constexpr size_t kCreatedAt = 56;
constexpr size_t kChecksumAt = kSegmentHeaderBytes - sizeof(uint32_t);
// Where things lie in a frame.
constexpr size_t kSequenceTagAt = kFrameHeaderBytes;
constexpr size_t kSequenceAt = kSequenceTagAt + 1;
constexpr size_t kTimeTagAt = kSequenceAt + 8;
constexpr char kSequenceTag = 1 << 3 | 1;  // Field 1, fixed64.
constexpr char kTimeTag = 2 << 3 | 1;      // Field 2, fixed64.

template <class Number>
Number Get(std::string_view bytes, size_t at) {
  Number value{};
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

template <class Number>
void Put(std::string& bytes, size_t at, Number value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

uint32_t FrameChecksum(std::string_view frame, uint32_t seed) {
  const uint32_t crc = ExtendCrc32c(seed, frame.substr(0, sizeof(uint32_t)));
  return ExtendCrc32c(crc, frame.substr(kFrameHeaderBytes));
}

Frame Damaged(const char* what) {
  Frame frame;
  frame.state = FrameState::kDamaged;
  frame.damage = what;
  return frame;
}

uint32_t HeaderChecksum(std::string_view header) {
  return ExtendCrc32c(0, header.substr(0, kChecksumAt));
}

template <class Number>
bool ParseDigits(std::string_view digits, Number& value) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size();
}

}  // namespace

std::string EncodeSegmentHeader(const SegmentHeader& header) {
  std::string bytes(kSegmentHeaderBytes, '\0');
  std::memcpy(bytes.data(), kSegmentMagic.data(), kSegmentMagic.size());
  Put(bytes, kVersionAt, kFormatVersion);
  Put(bytes, kHeaderSizeAt, static_cast<uint32_t>(kSegmentHeaderBytes));
  std::memcpy(bytes.data() + kJournalIdAt, header.journal_id.data(),
              std::min(kJournalIdBytes, header.journal_id.size()));
  Put(bytes, kLaneAt, header.lane);
  Put(bytes, kNumberAt, header.number);
  Put(bytes, kFirstSequenceAt, header.first_sequence);
  Put(bytes, kCreatedAt, header.created_unix_us);
  Put(bytes, kChecksumAt, HeaderChecksum(bytes));
  return bytes;
}

absl::StatusOr<SegmentHeader> DecodeSegmentHeader(std::string_view bytes) {
  if (bytes.size() < kSegmentHeaderBytes) return base::DataLoss("the header is not whole");
  if (!bytes.starts_with(kSegmentMagic)) return base::DataLoss("not a journal segment");
  const auto version = Get<uint32_t>(bytes, kVersionAt);
  if (version != kFormatVersion) {
    return base::DataLoss("format version " + std::to_string(version) + " is not known here");
  }
  if (Get<uint32_t>(bytes, kHeaderSizeAt) != kSegmentHeaderBytes) {
    return base::DataLoss("the header's size is wrong");
  }
  if (Get<uint32_t>(bytes, kChecksumAt) != HeaderChecksum(bytes)) {
    return base::DataLoss("the header's checksum is wrong");
  }
  SegmentHeader header;
  header.journal_id = bytes.substr(kJournalIdAt, kJournalIdBytes);
  header.lane = Get<uint32_t>(bytes, kLaneAt);
  header.number = Get<uint64_t>(bytes, kNumberAt);
  header.first_sequence = Get<uint64_t>(bytes, kFirstSequenceAt);
  header.created_unix_us = Get<int64_t>(bytes, kCreatedAt);
  if (header.number == 0 || header.first_sequence == 0) {
    return base::DataLoss("the header's numbers are wrong");
  }
  return header;
}

uint32_t ChecksumSeed(std::string_view header_bytes) {
  return Get<uint32_t>(header_bytes, kChecksumAt);
}

std::string EncodeJournalFile(std::string_view journal_id) {
  return std::string(kJournalFilePrefix) + base::HexEncode(journal_id) + "\n";
}

absl::StatusOr<std::string> DecodeJournalFile(std::string_view content) {
  if (!content.starts_with(kJournalFilePrefix) || !content.ends_with('\n')) {
    return base::DataLoss("not the line of a journal known here");
  }
  content.remove_prefix(kJournalFilePrefix.size());
  content.remove_suffix(1);
  const std::optional<std::string> id = base::HexDecode(content);
  if (!id || id->size() != kJournalIdBytes) return base::DataLoss("the journal's id is wrong");
  return *id;
}

std::string SegmentName(uint32_t lane, uint64_t number) {
  char name[48];
  std::snprintf(name, sizeof name, "%04u-%08llu.seg", lane,
                static_cast<unsigned long long>(number));
  return name;
}

std::optional<SegmentKey> ParseSegmentName(std::string_view name) {
  const size_t dash = name.find('-');
  if (dash == name.npos || !name.ends_with(".seg")) return std::nullopt;
  SegmentKey key;
  if (!ParseDigits(name.substr(0, dash), key.lane) ||
      !ParseDigits(name.substr(dash + 1, name.size() - dash - 5), key.number)) {
    return std::nullopt;
  }
  // One name for one segment.
  if (SegmentName(key.lane, key.number) != name || key.number == 0) return std::nullopt;
  return key;
}

void BeginFrame(std::string& frames, size_t payload_bytes) {
  const size_t at = frames.size();
  frames.append(kFrameHeaderBytes, '\0');
  Put(frames, at, static_cast<uint32_t>(payload_bytes));
}

uint64_t SealFrames(std::string& frames, uint64_t first_sequence, uint32_t seed) {
  uint64_t count = 0;
  for (size_t at = 0; at < frames.size();) {
    const size_t whole = kFrameHeaderBytes + Get<uint32_t>(frames, at);
    Put(frames, at + kSequenceAt, first_sequence + count);
    const std::string_view frame = std::string_view(frames).substr(at, whole);
    Put(frames, at + sizeof(uint32_t), FrameChecksum(frame, seed));
    at += whole;
    ++count;
  }
  return count;
}

Frame ReadFrame(std::string_view bytes, uint32_t seed) {
  if (bytes.size() < sizeof(uint32_t)) return {};
  const auto length = Get<uint32_t>(bytes, 0);
  if (length < kMinRecordBytes || length > kMaxRecordBytes) {
    return Damaged("the length of a record is impossible");
  }
  if (bytes.size() < kFrameHeaderBytes + length) return {};
  const std::string_view frame = bytes.substr(0, kFrameHeaderBytes + length);
  if (Get<uint32_t>(frame, sizeof(uint32_t)) != FrameChecksum(frame, seed)) {
    return Damaged("the checksum of a record is wrong");
  }
  if (frame[kSequenceTagAt] != kSequenceTag || frame[kTimeTagAt] != kTimeTag) {
    return Damaged("a record does not open with its sequence");
  }
  Frame whole;
  whole.state = FrameState::kWhole;
  whole.payload = frame.substr(kFrameHeaderBytes);
  whole.sequence = Get<uint64_t>(frame, kSequenceAt);
  return whole;
}

std::optional<size_t> FindFrame(std::string_view bytes, uint64_t least_sequence, uint32_t seed) {
  constexpr size_t kSmallest = kFrameHeaderBytes + kMinRecordBytes;
  for (size_t at = 0; at + kSmallest <= bytes.size(); ++at) {
    if (bytes[at + kSequenceTagAt] != kSequenceTag || bytes[at + kTimeTagAt] != kTimeTag) continue;
    // A sequence out of reach saves the checksum, so that the search stays linear.
    const auto sequence = Get<uint64_t>(bytes, at + kSequenceAt);
    if (sequence < least_sequence || sequence - least_sequence > bytes.size()) continue;
    if (ReadFrame(bytes.substr(at), seed).state == FrameState::kWhole) return at;
  }
  return std::nullopt;
}

}  // namespace portreeve::audit
