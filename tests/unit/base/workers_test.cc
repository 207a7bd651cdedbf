#include "base/workers.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <string>

namespace portreeve::base {
namespace {

// Holds up the thread that does it until it is let go.
struct Gate {
  std::promise<void> entered;
  std::promise<void> opened;
  std::function<void()> work = [this] {
    entered.set_value();
    opened.get_future().wait();
  };
};

TEST_CASE("one thread does what it is given in its order") {
  std::string order;
  std::promise<void> done;
  Workers workers(1, 10);
  for (const char c : {'a', 'b', 'c'}) REQUIRE(workers.Do([&order, c] { order += c; }));
  REQUIRE(workers.Do([&done] { done.set_value(); }));
  done.get_future().wait();
  CHECK(order == "abc");
}

TEST_CASE("several threads do so many things at once") {
  Gate gates[2];
  Workers workers(2, 10);
  for (Gate& gate : gates) REQUIRE(workers.Do(gate.work));
  for (Gate& gate : gates) gate.entered.get_future().wait();
  for (Gate& gate : gates) gate.opened.set_value();
}

TEST_CASE("more than may wait is turned away") {
  Gate gate;
  std::atomic<int> done = 0;
  Workers workers(1, 2);
  REQUIRE(workers.Do(gate.work));
  gate.entered.get_future().wait();
  CHECK(workers.Do([&done] { ++done; }));
  CHECK(workers.Do([&done] { ++done; }));
  CHECK_FALSE(workers.Do([&done] { ++done; }));
  gate.opened.set_value();
}

TEST_CASE("stopping waits for what is being done and drops what waits") {
  Gate gate;
  std::atomic<int> done = 0;
  // So many that it is the stopping that ends them.
  Workers workers(1, size_t{1} << 30);
  REQUIRE(workers.Do([&] {
    gate.work();
    ++done;
  }));
  gate.entered.get_future().wait();
  REQUIRE(workers.Do([&done] { done += 100; }));
  std::thread stopper([&workers] { workers.Stop(); });
  while (workers.Do([&done] { done += 100; })) std::this_thread::yield();
  gate.opened.set_value();
  stopper.join();
  CHECK(done == 1);
  workers.Stop();
}

}  // namespace
}  // namespace portreeve::base
