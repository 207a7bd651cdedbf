#include "link/frame.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace portreeve::link {
namespace {

// Field number << 3 | wire type (0 varint, 2 length-delimited).
constexpr char kFramesTag = 1 << 3 | 2;
constexpr char kSessionTag = 1 << 3;
constexpr char kSequenceTag = 2 << 3;
constexpr char kKindTag = 3 << 3;
constexpr char kPayloadTag = 4 << 3 | 2;

char* PutVarint(char* at, uint64_t value) {
  while (value >= 0x80) {
    *at++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *at++ = static_cast<char>(value);
  return at;
}

enum class VarintState { kDone, kShort, kBad };

// One text for one number: none that is longer than it must be or than 64 bits.
VarintState GetVarint(const char*& at, const char* end, uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (at == end) return VarintState::kShort;
    const auto byte = static_cast<uint8_t>(*at++);
    if ((shift > 0 && byte == 0) || (shift == 63 && byte > 1)) return VarintState::kBad;
    value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return VarintState::kDone;
  }
  return VarintState::kBad;
}

// Tag, then varint. kShort when the bytes end in the middle.
VarintState GetField(const char*& at, const char* end, char tag, uint64_t& value) {
  if (at == end) return VarintState::kShort;
  if (*at++ != tag) return VarintState::kBad;
  return GetVarint(at, end, value);
}

}  // namespace

void AppendFrame(std::string& batch, const FrameHeader& header, std::string_view payload) {
  PORTREEVE_CHECK(payload.size() <=
                  (header.kind == FRAME_KIND_DATA ? kMaxDataBytes : kMaxControlBytes));
  char fields[40];
  char* at = fields;
  *at++ = kSessionTag;
  at = PutVarint(at, header.session);
  *at++ = kSequenceTag;
  at = PutVarint(at, header.sequence);
  *at++ = kKindTag;
  at = PutVarint(at, static_cast<uint64_t>(header.kind));
  *at++ = kPayloadTag;
  at = PutVarint(at, payload.size());
  const auto field_bytes = static_cast<size_t>(at - fields);
  char prefix[8];
  char* prefix_end = prefix;
  *prefix_end++ = kFramesTag;
  prefix_end = PutVarint(prefix_end, field_bytes + payload.size());
  batch.append(prefix, static_cast<size_t>(prefix_end - prefix));
  batch.append(fields, field_bytes);
  batch.append(payload);
}

size_t LeadingFrames(std::string_view frames, size_t limit) {
  size_t end = 0;
  while (end < frames.size()) {
    const char* at = frames.data() + end;
    uint64_t bytes = 0;
    PORTREEVE_CHECK(GetField(at, frames.data() + frames.size(), kFramesTag, bytes) ==
                    VarintState::kDone);
    const size_t next = static_cast<size_t>(at - frames.data()) + bytes;
    PORTREEVE_CHECK(next <= frames.size());
    if (end > 0 && next > limit) return end;
    end = next;
  }
  return end;
}

absl::Status FrameReader::Feed(std::string_view piece, FrameSink& sink) {
  while (!piece.empty()) {
    if (remaining_ == 0) {
      bool head_complete = false;
      ASSIGN_OR_RETURN(const size_t taken, FeedHead(piece, head_complete));
      piece.remove_prefix(taken);
      if (!head_complete) return absl::OkStatus();
      head_bytes_ = 0;
      if (remaining_ == 0) RETURN_IF_ERROR(FeedPayload({}, sink));
      continue;
    }
    const std::string_view part = piece.substr(0, remaining_);
    piece.remove_prefix(part.size());
    RETURN_IF_ERROR(FeedPayload(part, sink));
  }
  return absl::OkStatus();
}

absl::StatusOr<size_t> FrameReader::FeedHead(std::string_view piece, bool& head_complete) {
  const size_t before = head_bytes_;
  const size_t copied = std::min(piece.size(), kMaxHeadBytes - head_bytes_);
  std::memcpy(head_ + head_bytes_, piece.data(), copied);
  head_bytes_ += copied;
  const size_t filled = head_bytes_;
  RETURN_IF_ERROR(ParseHead(head_complete));
  if (!head_complete) {
    if (filled == kMaxHeadBytes) return base::DataLoss("a frame's head is too long");
    return copied;
  }
  // ParseHead leaves in head_bytes_ how many bytes the head took.
  return head_bytes_ - before;
}

absl::Status FrameReader::ParseHead(bool& head_complete) {
  const char* at = head_;
  const char* const end = head_ + head_bytes_;
  uint64_t frame_bytes = 0;
  uint64_t kind = 0;
  uint64_t payload_bytes = 0;
  VarintState state = GetField(at, end, kFramesTag, frame_bytes);
  const char* const fields = at;
  if (state == VarintState::kDone) state = GetField(at, end, kSessionTag, header_.session);
  if (state == VarintState::kDone) state = GetField(at, end, kSequenceTag, header_.sequence);
  if (state == VarintState::kDone) state = GetField(at, end, kKindTag, kind);
  if (state == VarintState::kDone) state = GetField(at, end, kPayloadTag, payload_bytes);
  if (state == VarintState::kShort) return absl::OkStatus();
  if (state == VarintState::kBad || kind == 0 || kind > FrameKind_MAX ||
      !FrameKind_IsValid(static_cast<int>(kind))) {
    return base::DataLoss("a frame's head is malformed");
  }
  header_.kind = static_cast<FrameKind>(kind);
  if (payload_bytes > (header_.kind == FRAME_KIND_DATA ? kMaxDataBytes : kMaxControlBytes) ||
      frame_bytes != static_cast<uint64_t>(at - fields) + payload_bytes) {
    return base::DataLoss("a frame's length is wrong");
  }
  remaining_ = payload_bytes;
  head_bytes_ = static_cast<size_t>(at - head_);
  head_complete = true;
  return absl::OkStatus();
}

absl::Status FrameReader::FeedPayload(std::string_view piece, FrameSink& sink) {
  remaining_ -= piece.size();
  const bool last = remaining_ == 0;
  if (header_.kind == FRAME_KIND_DATA) return sink.OnData(header_, piece, last);
  if (last && collected_.empty()) return sink.OnFrame(header_, piece);
  collected_.append(piece);
  if (!last) return absl::OkStatus();
  const std::string whole = std::move(collected_);
  collected_.clear();
  return sink.OnFrame(header_, whole);
}

}  // namespace portreeve::link
