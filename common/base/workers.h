// Threads that do what would keep an event loop waiting.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace portreeve::base {

// Thread-safe.
class Workers {
 public:
  Workers(size_t threads, size_t most_waiting);
  ~Workers() { Stop(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // In the order of the calls, if there is one thread. False: too much waits already, or it has
  // stopped.
  bool Do(std::function<void()> work);
  // Waits for what is being done; what waits is dropped.
  void Stop();

 private:
  void Run();

  const size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;  // mutex_
  bool stopping_ = false;                      // mutex_
  std::vector<std::thread> threads_;
};

}  // namespace portreeve::base
