#include "base/random.h"

#include <catch2/catch.hpp>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/encoding.h"

namespace portreeve::base {
namespace {

TEST_CASE("random bytes have the length that was asked for and do not repeat") {
  CHECK(SecureRandomBytes(0).empty());
  for (const size_t count : {1, 15, 16, 17, 4096}) CHECK(SecureRandomBytes(count).size() == count);
  std::set<std::string> seen;
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 1000; ++j) {
        const std::string bytes = SecureRandomBytes(16);
        const std::lock_guard lock(mutex);
        seen.insert(bytes);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(seen.size() == 4000);
}

TEST_CASE("every bit of a random number can be zero and one") {
  uint64_t ones = 0;
  uint64_t zeros = 0;
  for (int i = 0; i < 200; ++i) {
    const uint64_t value = SecureRandomUint64();
    ones |= value;
    zeros |= ~value;
  }
  CHECK(ones == UINT64_MAX);
  CHECK(zeros == UINT64_MAX);
}

TEST_CASE("a token carries its entropy and is safe in a URL") {
  const std::string token = SecureRandomToken(32);
  CHECK(token.size() == 43);
  CHECK(Base64UrlDecode(token)->size() == 32);
  CHECK(token != SecureRandomToken(32));
}

TEST_CASE("texts are equal only if every byte is") {
  const std::string text("sec\0ret", 7);
  CHECK(ConstantTimeEqual(text, std::string(text)));
  CHECK(ConstantTimeEqual("", ""));
  CHECK_FALSE(ConstantTimeEqual(text, "sec"));
  CHECK_FALSE(ConstantTimeEqual("", "x"));
  for (size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = static_cast<char>(other[i] ^ 0x80);
    CHECK_FALSE(ConstantTimeEqual(text, other));
  }
}

TEST_CASE("the system's clock counts microseconds from 1970 and never goes back") {
  const SystemClock clock;
  // 2026-01-01 to 2100-01-01.
  CHECK(clock.UnixMicros() > int64_t{1'767'225'600} * 1'000'000);
  CHECK(clock.UnixMicros() < int64_t{4'102'444'800} * 1'000'000);
  int64_t last = clock.MonotonicMicros();
  for (int i = 0; i < 10'000; ++i) {
    const int64_t now = clock.MonotonicMicros();
    if (now < last) FAIL("back by " << last - now);
    last = now;
  }
}

}  // namespace
}  // namespace portreeve::base
