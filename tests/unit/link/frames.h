// Frames taken apart, with the bytes cut as a test wants them. Its one rule: each piece lives only
// as long as the call that brings it.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "link/frame.h"

namespace portreeve::link {

struct HeardFrame {
  FrameHeader header;
  std::string payload;
  bool operator==(const HeardFrame& other) const {
    return header.session == other.header.session && header.sequence == other.header.sequence &&
           header.kind == other.header.kind && payload == other.payload;
  }
};

// What a reader said. Data counts once it is complete.
struct Hearing final : FrameSink {
  absl::Status OnData(const FrameHeader& header, std::string_view piece, bool last) override {
    data += piece;
    if (last) frames.push_back({header, std::exchange(data, {})});
    return absl::OkStatus();
  }
  absl::Status OnFrame(const FrameHeader& header, std::string_view payload) override {
    frames.push_back({header, std::string(payload)});
    return absl::OkStatus();
  }
  bool ok() const { return status.ok() && at_boundary; }

  std::vector<HeardFrame> frames;
  std::string data;
  absl::Status status;
  bool at_boundary = true;
};

// Feeds `batch` cut before each of the ascending places in `cuts`.
inline Hearing Read(std::string_view batch, const std::vector<size_t>& cuts = {}) {
  Hearing hearing;
  FrameReader reader;
  size_t from = 0;
  const auto feed = [&](size_t to) {
    if (!hearing.status.ok() || to <= from) return;
    // A copy of its own, so that a sanitizer sees whoever keeps a view of it.
    hearing.status = reader.Feed(std::string(batch.substr(from, to - from)), hearing);
    from = to;
  };
  for (const size_t cut : cuts) feed(std::min(cut, batch.size()));
  feed(batch.size());
  hearing.at_boundary = reader.at_boundary();
  return hearing;
}

}  // namespace portreeve::link
