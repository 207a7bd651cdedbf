// What the sequencer sees of a writer. Its one rule: the sequencer's thread alone calls it.
#pragma once

#include <atomic>

#include "base/status.h"

namespace portreeve::audit {

class Writer;

// Wakes the thread that flushes and syncs. Thread-safe, never waits.
class Waker {
 public:
  virtual ~Waker() = default;
  // Something is to be flushed or synced within kTickMs.
  virtual void WakeSoon() = 0;
  // `urgent` has been set on a writer.
  virtual void WakeNow() = 0;
};

class Writer {
 public:
  explicit Writer(Waker* waker) : waker_(waker) {}
  virtual ~Writer() = default;

  // Writes what is queued. False: it could not be written, and is to be tried again.
  virtual bool FlushQueued() = 0;
  // Syncs what has been written, and makes the next segment ready. `asked`: TakeUrgent() said so.
  virtual void Sync(bool asked) = 0;
  // Flushes and syncs for the last time.
  virtual absl::Status Close() = 0;

  bool TakeUrgent() { return urgent_.exchange(false, std::memory_order_acq_rel); }

 protected:
  void WakeSoon() { waker_->WakeSoon(); }
  void WakeNow() {
    urgent_.store(true, std::memory_order_release);
    waker_->WakeNow();
  }

 private:
  Waker* const waker_;
  std::atomic<bool> urgent_{false};
};

}  // namespace portreeve::audit
