// Frames of a lane on the wire: the protobuf encoding of portreeve.link.FrameBatch, written and
// read without the protobuf library, so that session bytes are copied once and can arrive in
// pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "portreeve/link.pb.h"

namespace portreeve::link {

// Payload of one data frame at most; longer stretches are cut.
inline constexpr size_t kMaxDataBytes = 256 * 1024;
// Payload of every other frame at most.
inline constexpr size_t kMaxControlBytes = 64 * 1024;

// One message of the transport at most: what is sent together is cut between frames to fit. Small,
// since callers that have proved nothing yet may send as much.
inline constexpr size_t kMaxMessageBytes = 1024 * 1024;

struct FrameHeader {
  uint64_t session = 0;
  uint64_t sequence = 0;
  FrameKind kind = FRAME_KIND_UNSPECIFIED;
};

// Appends one frame. The payload must be within the limit of its kind.
void AppendFrame(std::string& batch, const FrameHeader& header, std::string_view payload);

// Bytes of the whole frames that `frames` begins with and that fit into `limit`, but at least of
// one. `frames` must be of our own making.
size_t LeadingFrames(std::string_view frames, size_t limit);

// Hears frames in the order of their bytes.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  // A data frame, in one or more pieces; the last one completes it. The bytes are the caller's.
  virtual absl::Status OnData(const FrameHeader& header, std::string_view piece, bool last) = 0;
  // Any other frame, whole.
  virtual absl::Status OnFrame(const FrameHeader& header, std::string_view payload) = 0;
};

// Reads batches that come in pieces cut anywhere. After an error it must not be used again.
class FrameReader {
 public:
  absl::Status Feed(std::string_view piece, FrameSink& sink);
  // True between two frames: a batch may only end there.
  bool at_boundary() const { return head_bytes_ == 0 && remaining_ == 0; }

 private:
  // 1 tag + 5 length, then three tags with varints of up to 10 bytes, then 1 tag + 5 length.
  static constexpr size_t kMaxHeadBytes = 45;

  // Returns the bytes taken, or an error; sets head_complete when the payload begins.
  absl::StatusOr<size_t> FeedHead(std::string_view piece, bool& head_complete);
  absl::Status ParseHead(bool& head_complete);
  absl::Status FeedPayload(std::string_view piece, FrameSink& sink);

  char head_[kMaxHeadBytes];
  size_t head_bytes_ = 0;
  FrameHeader header_;
  size_t remaining_ = 0;   // Payload bytes still to come.
  std::string collected_;  // Payload so far of a frame that is not data.
};

}  // namespace portreeve::link
