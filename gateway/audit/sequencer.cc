#include "audit/sequencer.h"

#include <chrono>
#include <utility>

namespace portreeve::audit {

void Sequencer::Start(std::vector<Writer*> writers) {
  writers_ = std::move(writers);
  thread_ = std::thread([this] { Run(); });
}

void Sequencer::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Sequencer::WakeSoon() {
  // An exchange, not a load: what was written before must be seen by a tick that clears the flag
  // after this.
  if (soon_.exchange(true)) return;
  // Taking the lock keeps the thread from missing the flag between looking at it and going to
  // sleep.
  const std::lock_guard lock(mutex_);
  wake_.notify_one();
}

void Sequencer::WakeNow() {
  const std::lock_guard lock(mutex_);
  now_ = true;
  wake_.notify_one();
}

void Sequencer::Run() {
  using SteadyClock = std::chrono::steady_clock;
  constexpr auto kTick = std::chrono::milliseconds(kTickMs);
  auto next_tick = SteadyClock::now();
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stopping_ || now_ || soon_.load(); });
    wake_.wait_until(lock, next_tick, [&] { return stopping_ || now_; });
    if (stopping_) return;
    now_ = false;
    lock.unlock();
    const auto now = SteadyClock::now();
    const bool tick = now >= next_tick;
    if (tick) {
      soon_.exchange(false);
      next_tick = now + kTick;
    }
    for (Writer* const writer : writers_) {
      const bool asked = writer->TakeUrgent();
      if (!tick && !asked) continue;
      if (!writer->FlushQueued()) WakeSoon();
      writer->Sync(asked);
    }
    lock.lock();
  }
}

}  // namespace portreeve::audit
