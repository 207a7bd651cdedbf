#include "link/credit.h"

#include <catch2/catch.hpp>
#include <random>
#include <thread>

namespace portreeve::link {
namespace {

constexpr size_t kWindow = kWindowBytes;

TEST_CASE("a sender goes on until its window is spent and again after a grant") {
  SendCredit credit;
  CHECK_FALSE(credit.exhausted());
  credit.Spend(kWindow - 1);
  CHECK_FALSE(credit.exhausted());
  credit.Spend(1);
  CHECK(credit.exhausted());
  CHECK(credit.Grant(1));
  CHECK_FALSE(credit.exhausted());
  // Only the grant that ends the wait says so.
  CHECK_FALSE(credit.Grant(1));
  credit.Spend(100'002);
  CHECK(credit.exhausted());
  CHECK_FALSE(credit.Grant(50'000));
  CHECK_FALSE(credit.Grant(50'000));
  CHECK(credit.Grant(1));
}

TEST_CASE("no grant lifts a sender above its window") {
  SendCredit credit;
  for (int i = 0; i < 10; ++i) CHECK_FALSE(credit.Grant(UINT32_MAX));
  credit.Spend(kWindow);
  CHECK(credit.exhausted());
  CHECK(credit.Grant(UINT32_MAX));
  credit.Spend(kWindow);
  CHECK(credit.exhausted());
  CHECK_FALSE(credit.Grant(0));
}

TEST_CASE("a receiver takes the window and one last read beyond it, and not a byte more") {
  ReceiveCredit answers;
  CHECK(answers.Arrived(kWindow));
  CHECK(answers.Arrived(kMaxAnswerOvershootBytes));
  CHECK_FALSE(answers.Arrived(1));
  ReceiveCredit requests(kMaxRequestOvershootBytes);
  CHECK(requests.Arrived(kWindow + kMaxRequestOvershootBytes));
  CHECK_FALSE(requests.Arrived(1));
  // The largest statement that a configuration allows, with what the same read brings behind it.
  CHECK(kMaxRequestOvershootBytes >= (4 + 1) * 1024 * 1024);
}

TEST_CASE("grants are gathered, and all that was consumed is granted in the end") {
  ReceiveCredit credit;
  REQUIRE(credit.Arrived(kWindow));
  uint64_t granted = 0;
  int grants = 0;
  for (size_t i = 0; i < kWindow / 1024; ++i) {
    const uint32_t grant = credit.Consumed(1024);
    granted += grant;
    grants += grant > 0 ? 1 : 0;
  }
  CHECK(granted == kWindow);
  CHECK(grants == 4);
}

TEST_CASE("more cannot be consumed than has arrived") {
  ReceiveCredit credit;
  // Bytes of this side's own went the same way, and were counted with the others.
  CHECK(credit.Consumed(10 * kWindow) == 0);
  REQUIRE(credit.Arrived(kWindow / 2));
  CHECK(credit.Consumed(10 * kWindow) == kWindow / 2);
  CHECK(credit.Consumed(10 * kWindow) == 0);
  CHECK(credit.Arrived(kWindow));
  CHECK(credit.Arrived(kMaxAnswerOvershootBytes));
  CHECK_FALSE(credit.Arrived(1));
}

TEST_CASE("two honest sides never stall and never break the limit") {
  std::mt19937 random(GENERATE(1u, 2u, 3u));
  SendCredit sender;
  ReceiveCredit receiver;
  size_t under_way = 0;  // Sent and not yet arrived.
  size_t held = 0;       // Arrived and not yet consumed.
  size_t moved = 0;
  int stalled = 0;
  while (moved < 200 * kWindow && stalled < 10'000) {
    const size_t before = moved;
    if (!sender.exhausted()) {
      const size_t bytes = 1 + random() % (256 * 1024);
      sender.Spend(bytes);
      under_way += bytes;
      moved += bytes;
    }
    const size_t arriving = random() % (under_way + 1);
    REQUIRE(receiver.Arrived(arriving));
    under_way -= arriving;
    held += arriving;
    const size_t consumed = std::min<size_t>(held, random() % (512 * 1024));
    held -= consumed;
    sender.Grant(receiver.Consumed(consumed));
    stalled = moved == before ? stalled + 1 : 0;
  }
  CHECK(moved >= 200 * kWindow);
}

TEST_CASE("credit is not lost or made between threads") {
  SendCredit sender;
  ReceiveCredit receiver;
  REQUIRE(receiver.Arrived(kWindow));
  sender.Spend(kWindow);
  std::atomic<uint64_t> granted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (size_t j = 0; j < kWindow / 4 / 64; ++j) {
        const uint32_t grant = receiver.Consumed(64);
        granted += grant;
        sender.Grant(grant);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  // What is still owed is less than one grant.
  CHECK(granted > kWindow - kWindow / 4);
  CHECK(granted <= kWindow);
  sender.Spend(granted);
  CHECK(sender.exhausted());
  CHECK(sender.Grant(1));
}

}  // namespace
}  // namespace portreeve::link
