// How eagerly a server is read. While its answers stream, the loop is woken for a bufferful instead
// of for every packet; its one rule: what has arrived waits no longer than twice kPatienceUs.
// Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "net/event_loop.h"

namespace portreeve::upstream {

class ReadPace {
 public:
  // So much within so short a time is a stream, not a client that asks and hears.
  static constexpr size_t kStreamBytes = 512 * 1024;
  static constexpr int64_t kWindowUs = 5'000;
  // What the loop is woken for while a server streams.
  static constexpr int kWatermarkBytes = 192 * 1024;
  static constexpr int64_t kPatienceUs = 2'000;

  explicit ReadPace(net::EventLoop& loop) : loop_(loop) {}
  ReadPace(const ReadPace&) = delete;
  ReadPace& operator=(const ReadPace&) = delete;

  // What one turn read of the socket `fd`.
  void Note(int fd, size_t bytes);
  // Before the socket is closed.
  void Stop();
  bool streaming() const { return timer_.has_value(); }

 private:
  void Watch(int fd);
  void Leave(int fd);

  net::EventLoop& loop_;
  int64_t since_us_ = 0;  // When the window began.
  size_t bytes_ = 0;      // Read in the window, or since the timer was set.
  std::optional<net::EventLoop::TimerId> timer_;
};

}  // namespace portreeve::upstream
