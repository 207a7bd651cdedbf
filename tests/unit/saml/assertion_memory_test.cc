#include "saml/assertion_memory.h"

#include <catch2/catch.hpp>

namespace portreeve::saml {
namespace {

TEST_CASE("a key is new once, until its end has passed") {
  BoundedAssertionMemory used;
  CHECK(used.UseOnce("a", 100, 50).ok());
  CHECK(used.UseOnce("a", 100, 50).code() == absl::StatusCode::kFailedPrecondition);
  CHECK(used.UseOnce("b", 100, 50).ok());
  CHECK_FALSE(used.UseOnce("a", 200, 100).ok());
  CHECK(used.size() == 2);
  CHECK(used.UseOnce("a", 200, 101).ok());
  CHECK(used.size() == 1);
}

TEST_CASE("a full memory takes nothing more until something has ended") {
  BoundedAssertionMemory used(2);
  CHECK(used.UseOnce("a", 100, 50).ok());
  CHECK(used.UseOnce("b", 60, 50).ok());
  CHECK(used.UseOnce("c", 100, 60).code() == absl::StatusCode::kResourceExhausted);
  CHECK(used.UseOnce("a", 100, 60).code() == absl::StatusCode::kFailedPrecondition);
  CHECK(used.UseOnce("c", 100, 61).ok());
  CHECK(used.size() == 2);
}

}  // namespace
}  // namespace portreeve::saml
