#include <catch2/catch.hpp>
#include <optional>
#include <string>

#include "base/clock.h"
#include "net/event_loop.h"

namespace portreeve::net {
namespace {

TEST_CASE("timers run in the order of their times, and of their making where these are equal") {
  EventLoop loop;
  std::string order;
  const int64_t start = loop.now_us();
  loop.RunAt(start + 3'000, [&] { order += 'e'; });
  loop.RunAt(start + 1'000, [&] { order += 'b'; });
  loop.RunAt(start + 2'000, [&] { order += 'c'; });
  loop.RunAt(start + 2'000, [&] { order += 'd'; });
  loop.RunAt(0, [&] { order += 'a'; });
  loop.RunAt(start + 4'000, [&] { loop.Stop(); });
  loop.Run();
  CHECK(order == "abcde");
}

TEST_CASE("no timer runs early, and a turn's clock is no older than its timers") {
  EventLoop loop;
  const base::SystemClock clock;
  int early = 0;
  const int64_t start = loop.now_us();
  for (int i = 0; i < 20; ++i) {
    const int64_t at = start + i * 777;
    loop.RunAt(at, [&, at] {
      if (clock.MonotonicMicros() < at || loop.now_us() < at) ++early;
    });
  }
  loop.RunAt(start + 20 * 777, [&] { loop.Stop(); });
  loop.Run();
  CHECK(early == 0);
}

TEST_CASE("a cancelled timer does not run, even if it is due in this very turn") {
  EventLoop loop;
  std::string order;
  std::optional<EventLoop::TimerId> second;
  loop.RunAt(1, [&] {
    order += '1';
    loop.CancelTimer(*second);
  });
  second = loop.RunAt(2, [&] { order += '2'; });
  const auto third = loop.RunAt(3, [&] { order += '3'; });
  loop.CancelTimer(third);
  loop.CancelTimer(third);
  std::optional<EventLoop::TimerId> own;
  own = loop.RunAt(4, [&] {
    order += '4';
    loop.CancelTimer(*own);
  });
  loop.RunAt(5, [&] { loop.Stop(); });
  loop.Run();
  CHECK(order == "14");
  loop.CancelTimer(*own);
}

TEST_CASE("a cancelled timer lets go of what it owned") {
  EventLoop loop;
  const auto owned = std::make_shared<int>(1);
  const auto id = loop.RunAt(INT64_MAX / 2, [owned] {});
  CHECK(owned.use_count() == 2);
  loop.CancelTimer(id);
  CHECK(owned.use_count() == 1);
}

TEST_CASE("a timer that sets itself for a time that has passed leaves the turn its end") {
  for (const int64_t back_us : {0, 1'000'000}) {
    EventLoop loop;
    int runs_this_turn = 0;
    int turns = 0;
    int most = 0;
    std::function<void()> again = [&] {
      most = std::max(most, ++runs_this_turn);
      if (runs_this_turn < 1'000) loop.RunAt(loop.now_us() - back_us, again);
    };
    // One that is due later must still get its turn.
    bool other = false;
    loop.RunAt(loop.now_us() + 1'000, [&] { other = true; });
    loop.RunAt(loop.now_us() - back_us, again);
    loop.set_turn_end([&] {
      ++turns;
      runs_this_turn = 0;
      if (other || turns > 1'000'000) loop.Stop();
    });
    loop.Run();
    CHECK(most == 1);
    CHECK(turns > 1);
    CHECK(other);
  }
}

TEST_CASE("times at the edge of what can be counted are far away or long ago") {
  EventLoop loop;
  bool ran = false;
  loop.RunAt(INT64_MAX, [] { FAIL("that time will never come"); });
  loop.RunAt(INT64_MIN, [&] {
    ran = true;
    loop.Stop();
  });
  loop.Run();
  CHECK(ran);
}

}  // namespace
}  // namespace portreeve::net
