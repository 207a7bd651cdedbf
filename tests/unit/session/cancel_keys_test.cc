#include "session/cancel_keys.h"

#include <catch2/catch.hpp>
#include <set>

namespace portreeve::session {
namespace {

TEST_CASE("keys are never given twice, even for one process id") {
  CancelKeys keys;
  std::set<std::string> secrets;
  for (int i = 0; i < 1'000; ++i) {
    const CancelKey key = keys.Issue(42, 4, {});
    CHECK(key.process_id == 42);
    CHECK(key.secret.size() == 4);
    secrets.insert(key.secret);
  }
  CHECK(secrets.size() == 1'000);
  CHECK(keys.Issue(42, 32, {}).secret.size() == 32);
}

TEST_CASE("a key of a session that is gone, or another's secret, finds nothing") {
  CancelKeys keys;
  const CancelKey key = keys.Issue(1, 4, {});
  CHECK(keys.Find(key) == nullptr);
  CHECK(keys.Find({2, key.secret}) == nullptr);
  CHECK(keys.Find({1, "nope"}) == nullptr);
  keys.Withdraw(key);
  keys.Withdraw(key);
  CHECK(keys.Find(key) == nullptr);
}

}  // namespace
}  // namespace portreeve::session
