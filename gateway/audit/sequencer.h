// The thread that fsyncs, so that no other has to. Its one rule: it alone calls Writer's functions.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "audit/writer.h"

namespace portreeve::audit {

// The longest that something queued waits for its write, and something written for its fsync (and
// the fsync's own time on top).
inline constexpr int kTickMs = 10;

// Sleeps for as long as there is nothing to do.
class Sequencer final : public Waker {
 public:
  Sequencer() = default;
  ~Sequencer() override { Stop(); }

  // The writers must outlive Stop().
  void Start(std::vector<Writer*> writers);
  // Waits for the thread; afterwards nothing wakes it.
  void Stop();

  void WakeSoon() override;
  void WakeNow() override;

 private:
  void Run();

  std::vector<Writer*> writers_;
  std::atomic<bool> soon_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool now_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace portreeve::audit
