#include "net/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <string>
#include <thread>

namespace portreeve::net {
namespace {

// Always readable until it is drained.
base::UniqueFd Ready() { return base::UniqueFd(eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC)); }

class Watcher final : public EventLoop::Handler {
 public:
  explicit Watcher(std::function<void(Watcher&)> on_ready) : on_ready_(std::move(on_ready)) {}
  void OnReady(uint32_t events) override {
    last_events = events;
    ++calls;
    on_ready_(*this);
  }
  void Drain() const {
    uint64_t value = 0;
    [[maybe_unused]] const ssize_t got = read(fd.get(), &value, sizeof value);
  }

  base::UniqueFd fd = Ready();
  uint32_t last_events = 0;
  int calls = 0;

 private:
  const std::function<void(Watcher&)> on_ready_;
};

TEST_CASE("a turn is ready sockets, posted work, due timers and the turn's end") {
  EventLoop loop;
  std::string order;
  Watcher watcher([&](Watcher& self) {
    order += 's';
    self.Drain();
  });
  REQUIRE(loop.Add(watcher.fd.get(), EPOLLIN, &watcher).ok());
  loop.RunAt(0, [&] { order += 't'; });
  loop.Post([&] { order += 'p'; });
  loop.Post([&] { order += 'q'; });
  loop.set_turn_end([&] {
    order += 'e';
    loop.Stop();
  });
  loop.Run();
  CHECK(order == "spqte");
  CHECK(watcher.last_events == EPOLLIN);
}

TEST_CASE("what is posted during a turn belongs to the next one") {
  EventLoop loop;
  std::string order;
  loop.Post([&] {
    order += 'a';
    loop.Post([&] {
      order += 'b';
      loop.Post([&] { loop.Stop(); });
    });
  });
  loop.set_turn_end([&] { order += '|'; });
  loop.Run();
  CHECK(order == "a|b||");
}

TEST_CASE("work that is posted at a turn's end wakes the loop again") {
  EventLoop loop;
  int turns = 0;
  loop.set_turn_end([&] {
    if (++turns == 100) return loop.Stop();
    loop.Post([] {});
  });
  loop.Post([] {});
  loop.Run();
  CHECK(turns == 100);
}

TEST_CASE("work of other threads runs once, on the loop's thread, in each thread's order") {
  constexpr int kThreads = 4;
  constexpr int kEach = 5000;
  EventLoop loop;
  std::array<int, kThreads> next{};
  int out_of_order = 0;
  int elsewhere = 0;
  std::thread::id loop_thread;
  std::thread runner([&] {
    loop_thread = std::this_thread::get_id();
    loop.Run();
  });
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < kEach; ++j) {
        loop.Post([&, i, j] {
          if (next[i]++ != j) ++out_of_order;
          if (std::this_thread::get_id() != loop_thread) ++elsewhere;
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  loop.Post([&] { loop.Stop(); });
  runner.join();
  CHECK(out_of_order == 0);
  CHECK(elsewhere == 0);
  for (const int count : next) CHECK(count == kEach);
}

TEST_CASE("a loop that waits for nothing ends when it is told to") {
  EventLoop loop;
  std::thread runner([&] { loop.Run(); });
  loop.Stop();
  runner.join();
  EventLoop never_run;
  never_run.Stop();
  never_run.Run();
  SUCCEED();
}

TEST_CASE("work that is posted after the stop is let go at once") {
  EventLoop loop;
  loop.Stop();
  loop.Run();
  auto owned = std::make_shared<int>(1);
  bool ran = false;
  loop.Post([owned, &ran] { ran = true; });
  CHECK(owned.use_count() == 1);
  CHECK_FALSE(ran);
}

TEST_CASE("a kept object lives until the turn's end is over, and no longer") {
  struct Kept {
    std::string& order;
    ~Kept() { order += 'd'; }
  };
  EventLoop loop;
  std::string order;
  loop.Post([&] {
    loop.KeepUntilTurnEnd(std::make_shared<Kept>(Kept{order}));
    order.clear();
    loop.Post([&] {
      order += 'n';
      loop.Stop();
    });
  });
  loop.set_turn_end([&] { order += 'e'; });
  loop.Run();
  CHECK(order == "edne");
}

TEST_CASE("an object that is kept by a destructor is let go as well") {
  struct Chain {
    EventLoop& loop;
    int& destroyed;
    int left;
    ~Chain() {
      ++destroyed;
      if (left > 0)
        loop.KeepUntilTurnEnd(std::shared_ptr<Chain>(new Chain{loop, destroyed, left - 1}));
    }
  };
  int destroyed = 0;
  {
    EventLoop loop;
    loop.KeepUntilTurnEnd(std::shared_ptr<Chain>(new Chain{loop, destroyed, 3}));
    loop.Stop();
    loop.Run();
  }
  CHECK(destroyed == 4);
}

TEST_CASE("a handler may remove and drop another that is ready in the same turn") {
  EventLoop loop;
  std::array<std::shared_ptr<Watcher>, 2> pair;
  int dropped = 0;
  for (auto& slot : pair) {
    slot = std::make_shared<Watcher>([&](Watcher& self) {
      for (auto& other : pair) {
        // The one that was dropped may hear of its event in this turn all the same.
        if (other.get() == &self || dropped > 0) continue;
        loop.Remove(other->fd.get());
        loop.KeepUntilTurnEnd(std::move(other));
        other = nullptr;
        ++dropped;
      }
      self.Drain();
    });
    REQUIRE(loop.Add(slot->fd.get(), EPOLLIN, slot.get()).ok());
  }
  const std::weak_ptr<Watcher> watched[] = {pair[0], pair[1]};
  int turns = 0;
  loop.set_turn_end([&] {
    if (++turns == 3) loop.Stop();
    loop.Post([] {});
  });
  loop.Run();
  CHECK(dropped == 1);
  CHECK((watched[0].expired() != watched[1].expired()));
}

TEST_CASE("a handler that removed itself hears nothing in later turns") {
  EventLoop loop;
  Watcher watcher([&](Watcher& self) { loop.Remove(self.fd.get()); });
  REQUIRE(loop.Add(watcher.fd.get(), EPOLLIN, &watcher).ok());
  int turns = 0;
  loop.set_turn_end([&] {
    if (++turns == 5) loop.Stop();
    loop.Post([] {});
  });
  loop.Run();
  CHECK(watcher.calls == 1);
}

TEST_CASE("interest can be changed from any thread") {
  EventLoop loop;
  std::atomic<int> calls{0};
  Watcher watcher([&](Watcher& self) {
    loop.Modify(self.fd.get(), 0, &self);
    ++calls;
  });
  REQUIRE(loop.Add(watcher.fd.get(), EPOLLIN, &watcher).ok());
  std::thread runner([&] { loop.Run(); });
  for (int wanted = 1; wanted <= 100; ++wanted) {
    while (calls < wanted) std::this_thread::yield();
    loop.Modify(watcher.fd.get(), EPOLLIN, &watcher);
  }
  loop.Stop();
  runner.join();
  CHECK(calls >= 100);
}

TEST_CASE("many ready sockets are all served, none twice before all once") {
  EventLoop loop;
  std::vector<std::unique_ptr<Watcher>> watchers;
  for (int i = 0; i < 600; ++i) {
    watchers.push_back(std::make_unique<Watcher>([](Watcher&) {}));
    REQUIRE(loop.Add(watchers.back()->fd.get(), EPOLLIN, watchers.back().get()).ok());
  }
  int turns = 0;
  loop.set_turn_end([&] {
    if (++turns == 9) loop.Stop();
  });
  loop.Run();
  for (const auto& watcher : watchers) {
    CHECK(watcher->calls >= 2);
    CHECK(watcher->calls <= 5);
  }
}

TEST_CASE("a descriptor that cannot be watched is an error") {
  EventLoop loop;
  Watcher watcher([](Watcher&) {});
  CHECK_FALSE(loop.Add(-1, EPOLLIN, &watcher).ok());
  REQUIRE(loop.Add(watcher.fd.get(), EPOLLIN, &watcher).ok());
  CHECK_FALSE(loop.Add(watcher.fd.get(), EPOLLIN, &watcher).ok());
}

// Like a session: it cancels its timer and says goodbye when it goes.
struct Owner {
  EventLoop& loop;
  EventLoop::TimerId timer{};
  ~Owner() {
    loop.CancelTimer(timer);
    loop.Post([] {});
    loop.KeepUntilTurnEnd(std::make_shared<int>(1));
  }
};

TEST_CASE("what a loop still owns at its end may call it once more") {
  const auto owner = [](EventLoop& loop) { return std::shared_ptr<Owner>(new Owner{loop}); };
  {
    EventLoop loop;
    for (int i = 0; i < 50; ++i) {
      const auto owned = owner(loop);
      owned->timer = loop.RunAt(INT64_MAX / 2 + i % 7, [owned] {});
    }
  }
  {
    EventLoop loop;
    for (int i = 0; i < 50; ++i) loop.Post([owned = owner(loop)] {});
  }
  {
    EventLoop loop;
    for (int i = 0; i < 50; ++i) loop.KeepUntilTurnEnd(owner(loop));
  }
  {
    EventLoop loop;
    loop.set_turn_end([owned = owner(loop)] {});
  }
  SUCCEED();
}

}  // namespace
}  // namespace portreeve::net
