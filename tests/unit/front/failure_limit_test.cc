#include "front/failure_limit.h"

#include <catch2/catch.hpp>
#include <string>

namespace portreeve::front {
namespace {

constexpr int64_t kSecondUs = 1'000'000;
constexpr FailureLimitOptions kOptions = {10, kSecondUs, 30 * kSecondUs};

TEST_CASE("a source is an address, or the network that one host has for itself") {
  CHECK(SourceOf("10.0.3.7:5432") == "10.0.3.7");
  CHECK(SourceOf("[::ffff:10.0.3.7]:1") == "10.0.3.7");
  CHECK(SourceOf("[2001:db8:1:2:3:4:5:6]:1") == "2001:db8:1:2::/64");
  CHECK(SourceOf("[2001:db8:1:2::9]:7") == "2001:db8:1:2::/64");
  CHECK(SourceOf("[2001:db8:1:3::9]:7") == "2001:db8:1:3::/64");
  CHECK(SourceOf("unix") == "unix");
}

TEST_CASE("a few failures are nothing, many block their key for a while and no other") {
  FailureLimit limit(kOptions);
  for (int i = 0; i < 9; ++i) CHECK_FALSE(limit.Fail("10.0.0.1", 5));
  CHECK_FALSE(limit.IsBlocked("10.0.0.1", 5));
  CHECK(limit.Fail("10.0.0.1", 5));
  CHECK(limit.IsBlocked("10.0.0.1", 5));
  CHECK(limit.IsBlocked("10.0.0.1", 5 + 30 * kSecondUs - 1));
  CHECK_FALSE(limit.IsBlocked("10.0.0.1", 5 + 30 * kSecondUs));
  CHECK_FALSE(limit.IsBlocked("10.0.0.2", 5));
}

TEST_CASE("a block is told once, and failures within it make it no news") {
  FailureLimit limit(kOptions);
  int told = 0;
  for (int i = 0; i < 1'000; ++i) told += limit.Fail("10.0.0.1", 5 + i) ? 1 : 0;
  CHECK(told == 1);
}

TEST_CASE("who keeps trying does not make a block longer") {
  FailureLimit limit(kOptions);
  for (int i = 0; i < 10; ++i) limit.Fail("10.0.0.1", 0);
  for (int i = 0; i < 29; ++i) limit.Fail("10.0.0.1", i * kSecondUs);
  CHECK(limit.IsBlocked("10.0.0.1", 30 * kSecondUs - 1));
  CHECK_FALSE(limit.IsBlocked("10.0.0.1", 30 * kSecondUs));
}

TEST_CASE("failures are forgiven one by one") {
  FailureLimit limit(kOptions);
  for (int i = 0; i < 1'000; ++i) CHECK_FALSE(limit.Fail("10.0.0.1", i * kSecondUs));
  for (int i = 0; i < 9; ++i) limit.Fail("10.0.0.2", 0);
  for (int i = 0; i < 8; ++i) CHECK_FALSE(limit.Fail("10.0.0.2", 9 * kSecondUs));
}

TEST_CASE("many sources that fail block hardly anybody else") {
  FailureLimit limit(kOptions);
  for (int source = 0; source < 500; ++source) {
    for (int i = 0; i < 20; ++i) limit.Fail("10.1.0." + std::to_string(source), 0);
  }
  int blocked = 0;
  for (int source = 0; source < 1'000; ++source) {
    blocked += limit.IsBlocked("10.2.0." + std::to_string(source), 0) ? 1 : 0;
  }
  CHECK(blocked < 20);
}

}  // namespace
}  // namespace portreeve::front
