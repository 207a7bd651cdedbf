// One side of a lane that numbers its sessions' frames, for tests that write frames by hand.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "link/frame.h"

namespace portreeve::support {

class FrameNumbers final : private link::FrameSink {
 public:
  // The same frames; those of a session that have an order and no number have the next one.
  std::string Number(std::string_view frames) {
    numbered_.clear();
    link::FrameReader reader;
    const bool whole = reader.Feed(frames, *this).ok() && reader.at_boundary();
    return whole ? numbered_ : std::string(frames);
  }

 private:
  absl::Status OnData(const link::FrameHeader& header, std::string_view piece, bool) override {
    return OnFrame(header, piece);
  }
  absl::Status OnFrame(const link::FrameHeader& header, std::string_view payload) override {
    link::FrameHeader numbered = header;
    if (IsOrdered(header.kind) && header.session != 0 && header.sequence == 0) {
      numbered.sequence = ++last_[header.session];
    }
    link::AppendFrame(numbered_, numbered, payload);
    return absl::OkStatus();
  }
  static bool IsOrdered(link::FrameKind kind) {
    return kind == link::FRAME_KIND_OPEN || kind == link::FRAME_KIND_READY ||
           kind == link::FRAME_KIND_FAILED || kind == link::FRAME_KIND_DATA ||
           kind == link::FRAME_KIND_CLOSE;
  }

  std::map<uint64_t, uint64_t> last_;
  std::string numbered_;
};

}  // namespace portreeve::support
