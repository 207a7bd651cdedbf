// One thread's readiness loop over epoll. Its one rule: everything but Post() and Stop() happens on
// the loop's own thread.
//
// A *turn* is one round: ready sockets, posted work, due timers, then the turn-end callback. Work
// that must go out together (one write for all records of a turn, then the bytes they speak of)
// hangs on that callback.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "base/status.h"
#include "base/unique_fd.h"

namespace portreeve::net {

class EventLoop {
 public:
  class Handler {
   public:
    virtual ~Handler() = default;
    // `events` as epoll_wait(2) gives them.
    virtual void OnReady(uint32_t events) = 0;
  };
  using TimerId = std::pair<int64_t, uint64_t>;

  // Ends the process if the kernel has no epoll instance or eventfd left: nothing can run then.
  EventLoop();
  // Lets go of what was posted, timed or kept; destructors that run so may still call the loop.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Level-triggered. A handler may hear of an event once more in the turn in which it is removed,
  // so it must stay alive until that turn ends; KeepUntilTurnEnd does that.
  absl::Status Add(int fd, uint32_t events, Handler* handler);
  // Modify is safe from any thread as long as the descriptor stays open.
  void Modify(int fd, uint32_t events, Handler* handler);
  void Remove(int fd);
  void KeepUntilTurnEnd(std::shared_ptr<void> object);

  // Any thread. Runs `work` on the loop's thread, in order; dropped if the loop has stopped.
  void Post(std::function<void()> work);
  // Runs `work` once the monotonic clock reaches `at_us`, but never in the same round of timers.
  TimerId RunAt(int64_t at_us, std::function<void()> work);
  void CancelTimer(const TimerId& id);
  // The monotonic clock, read once a turn.
  int64_t now_us() const { return now_us_; }

  void set_turn_end(std::function<void()> callback) { turn_end_ = std::move(callback); }

  // Runs until Stop(). One thread only.
  void Run();
  // Any thread.
  void Stop();

 private:
  std::vector<std::function<void()>> TakePosted();
  void RunReady();
  void RunPosted();
  void RunTimers();
  int TimeoutMs() const;
  void Wake();

  base::UniqueFd epoll_;
  base::UniqueFd wake_;
  int64_t now_us_ = 0;
  uint64_t next_timer_ = 1;
  std::map<TimerId, std::function<void()>> timers_;
  std::function<void()> turn_end_;
  std::vector<std::shared_ptr<void>> kept_;

  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;  // Guarded by mutex_.
  bool stopped_ = false;                       // Guarded by mutex_.
};

}  // namespace portreeve::net
