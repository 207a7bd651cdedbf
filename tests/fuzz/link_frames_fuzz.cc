// What a peer sends on a lane: however it is cut, the same frames are heard and the same fault is
// found, and what is accepted is written again to the byte.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/check.h"
#include "link/frame.h"

namespace {

using namespace portreeve::link;

struct Heard {
  FrameHeader header;
  std::string payload;
  bool complete = true;
};

bool Same(const Heard& left, const Heard& right) {
  return left.header.session == right.header.session &&
         left.header.sequence == right.header.sequence && left.header.kind == right.header.kind &&
         left.payload == right.payload && left.complete == right.complete;
}

class Sink final : public FrameSink {
 public:
  absl::Status OnData(const FrameHeader& header, std::string_view piece, bool last) override {
    PORTREEVE_CHECK(header.kind == FRAME_KIND_DATA);
    if (heard.empty() || heard.back().complete) heard.push_back({header, {}, false});
    heard.back().payload += piece;
    heard.back().complete = last;
    PORTREEVE_CHECK(heard.back().payload.size() <= kMaxDataBytes);
    return absl::OkStatus();
  }
  absl::Status OnFrame(const FrameHeader& header, std::string_view payload) override {
    PORTREEVE_CHECK(header.kind != FRAME_KIND_DATA && payload.size() <= kMaxControlBytes);
    PORTREEVE_CHECK(heard.empty() || heard.back().complete);
    heard.push_back({header, std::string(payload), true});
    return absl::OkStatus();
  }

  std::vector<Heard> heard;
};

// `cut` 0: in one piece.
absl::Status Feed(FrameReader& reader, Sink& sink, std::string_view bytes, uint8_t cut) {
  if (cut == 0) return reader.Feed(bytes, sink);
  uint32_t state = cut;
  while (!bytes.empty()) {
    state = state * 1664525 + 1013904223;
    const size_t piece = std::min<size_t>(1 + (state >> 16) % cut, bytes.size());
    // A copy of its own, so that a sanitizer sees a view that outlives it.
    const absl::Status status = reader.Feed(std::string(bytes.substr(0, piece)), sink);
    if (!status.ok()) return status;
    bytes.remove_prefix(piece);
  }
  return absl::OkStatus();
}

}  // namespace

// The first byte says how to cut, the rest is the batch.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  FrameReader whole_reader;
  Sink whole;
  const absl::Status status = Feed(whole_reader, whole, bytes, 0);
  FrameReader cut_reader;
  Sink cut;
  PORTREEVE_CHECK(Feed(cut_reader, cut, bytes, data[0]) == status);
  PORTREEVE_CHECK(!status.ok() || cut_reader.at_boundary() == whole_reader.at_boundary());
  PORTREEVE_CHECK(
      std::equal(whole.heard.begin(), whole.heard.end(), cut.heard.begin(), cut.heard.end(), Same));

  std::string again;
  for (const Heard& frame : whole.heard) {
    if (frame.complete) AppendFrame(again, frame.header, frame.payload);
  }
  PORTREEVE_CHECK(bytes.starts_with(again));
  if (!status.ok() || !whole_reader.at_boundary()) return 0;
  PORTREEVE_CHECK(bytes == again);
  size_t seen = 0;
  while (seen < again.size()) {
    const size_t leading = LeadingFrames(std::string_view(again).substr(seen), data[0] * 8);
    PORTREEVE_CHECK(leading > 0 && seen + leading <= again.size());
    seen += leading;
  }
  return 0;
}
