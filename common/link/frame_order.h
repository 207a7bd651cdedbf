// The place of a session's frames in one direction. Its one rule: none is lost, repeated or
// overtaken, which nothing else would show before the session's bytes are wrong.
#pragma once

#include <cstdint>

#include "base/status.h"

namespace portreeve::link {

class FrameOrder {
 public:
  // The number of the next OPEN, READY, FAILED, DATA or CLOSE frame of a session. After an error
  // the lane must end.
  absl::Status Take(uint64_t sequence) {
    if (sequence != last_ + 1) {
      return base::DataLoss("a frame of a session is missing, or came twice");
    }
    last_ = sequence;
    return absl::OkStatus();
  }

 private:
  uint64_t last_ = 0;
};

}  // namespace portreeve::link
