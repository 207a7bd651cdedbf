#include "upstream/read_pace.h"

#include "net/socket.h"

namespace portreeve::upstream {

void ReadPace::Note(int fd, size_t bytes) {
  if (!streaming() && loop_.now_us() - since_us_ > kWindowUs) {
    since_us_ = loop_.now_us();
    bytes_ = 0;
  }
  bytes_ += bytes;
  if (streaming() || bytes_ < kStreamBytes) return;
  net::SetReadWatermark(fd, kWatermarkBytes);
  Watch(fd);
}

void ReadPace::Watch(int fd) {
  bytes_ = 0;
  timer_ = loop_.RunAt(loop_.now_us() + kPatienceUs, [this, fd] {
    timer_.reset();
    if (bytes_ >= size_t{kWatermarkBytes}) return Watch(fd);
    Leave(fd);
  });
}

// The kernel reports at once what lay below the watermark.
void ReadPace::Leave(int fd) { net::SetReadWatermark(fd, 1); }

void ReadPace::Stop() {
  if (timer_) loop_.CancelTimer(*timer_);
  timer_.reset();
}

}  // namespace portreeve::upstream
