#include "net/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <utility>

#include "base/check.h"

namespace portreeve::net {
namespace {

constexpr int kMaxEventsPerTurn = 256;

int64_t MonotonicMicros() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
}

}  // namespace

EventLoop::EventLoop()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  PORTREEVE_CHECK(epoll_.valid() && wake_.valid());
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  PORTREEVE_CHECK(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) == 0);
  now_us_ = MonotonicMicros();
}

EventLoop::~EventLoop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  // Each list is taken out before it is emptied, as what it owns may reach into it once more.
  for (bool more = true; more;) {
    const auto timers = std::exchange(timers_, {});
    const auto kept = std::exchange(kept_, {});
    const auto turn_end = std::exchange(turn_end_, nullptr);
    const auto posted = TakePosted();
    more = !timers.empty() || !kept.empty() || turn_end || !posted.empty();
  }
}

absl::Status EventLoop::Add(int fd, uint32_t events, Handler* handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = handler;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    return base::ErrnoStatus("cannot watch a socket", errno);
  }
  return absl::OkStatus();
}

void EventLoop::Modify(int fd, uint32_t events, Handler* handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = handler;
  epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void EventLoop::Remove(int fd) { epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr); }

void EventLoop::KeepUntilTurnEnd(std::shared_ptr<void> object) {
  kept_.push_back(std::move(object));
}

void EventLoop::Wake() {
  const uint64_t one = 1;
  // A full counter means that a wake-up is pending already.
  [[maybe_unused]] const ssize_t put = write(wake_.get(), &one, sizeof one);
}

void EventLoop::Post(std::function<void()> work) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    first = posted_.empty();
    posted_.push_back(std::move(work));
  }
  if (first) Wake();
}

EventLoop::TimerId EventLoop::RunAt(int64_t at_us, std::function<void()> work) {
  const TimerId id{at_us, next_timer_++};
  timers_.emplace(id, std::move(work));
  return id;
}

void EventLoop::CancelTimer(const TimerId& id) { timers_.erase(id); }

void EventLoop::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  Wake();
}

int EventLoop::TimeoutMs() const {
  if (timers_.empty()) return -1;
  constexpr int64_t kMaxWaitUs = 60'000'000;
  const int64_t now = MonotonicMicros();
  const int64_t at = std::clamp(timers_.begin()->first.first, now, now + kMaxWaitUs);
  return static_cast<int>((at - now + 999) / 1'000);
}

void EventLoop::RunReady() {
  epoll_event events[kMaxEventsPerTurn];
  const int count = epoll_wait(epoll_.get(), events, kMaxEventsPerTurn, TimeoutMs());
  now_us_ = MonotonicMicros();
  for (int i = 0; i < count; ++i) {
    if (events[i].data.ptr != nullptr) {
      static_cast<Handler*>(events[i].data.ptr)->OnReady(events[i].events);
      continue;
    }
    uint64_t ignored = 0;
    [[maybe_unused]] const ssize_t got = read(wake_.get(), &ignored, sizeof ignored);
  }
}

std::vector<std::function<void()>> EventLoop::TakePosted() {
  const std::lock_guard lock(mutex_);
  return std::exchange(posted_, {});
}

void EventLoop::RunPosted() {
  for (const auto& item : TakePosted()) item();
}

void EventLoop::RunTimers() {
  // Those that are set meanwhile wait for the next turn, or one that sets itself for a time that
  // has passed would be the last thing the loop ever does.
  std::vector<TimerId> due;
  for (const auto& [id, work] : timers_) {
    if (id.first > now_us_) break;
    due.push_back(id);
  }
  for (const TimerId& id : due) {
    const auto found = timers_.find(id);
    if (found == timers_.end()) continue;  // Cancelled by one before it.
    const auto work = std::move(found->second);
    timers_.erase(found);
    work();
  }
}

void EventLoop::Run() {
  for (;;) {
    RunReady();
    RunPosted();
    RunTimers();
    if (turn_end_) turn_end_();
    // Destructors may remove further handlers, so the list is emptied from a copy.
    const auto kept = std::exchange(kept_, {});
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
  }
}

}  // namespace portreeve::net
