// Turns host names into addresses on a thread of its own, since the system's resolver may wait for
// seconds. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/status.h"
#include "net/event_loop.h"
#include "net/socket.h"

namespace portreeve::upstream {

class Resolver {
 public:
  using Done = std::function<void(absl::StatusOr<std::vector<net::Address>>)>;

  Resolver();
  // Waits for the look-up under way; the others are dropped.
  ~Resolver();

  // `done` runs on the loop, which must outlive the resolver.
  void Resolve(std::string host, std::string port, net::EventLoop& loop, Done done);

 private:
  static constexpr size_t kMaxWaiting = 1'000;
  struct Job {
    std::string host;
    std::string port;
    net::EventLoop* loop;
    Done done;
  };

  void Run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;   // mutex_
  bool stopping_ = false;  // mutex_
  std::thread thread_;
};

}  // namespace portreeve::upstream
