#include <catch2/catch.hpp>
#include <string>

#include "base/name.h"
#include "base/split.h"

namespace portreeve::base {
namespace {

using Parts = std::vector<std::string_view>;

TEST_CASE("a name has 1 to 63 small letters, digits, hyphens and underscores") {
  for (const char* name : {"a", "orders-2", "_", "0"}) CHECK(IsName(name));
  CHECK(IsName(std::string(63, 'x')));
  CHECK_FALSE(IsName(std::string(64, 'x')));
  for (const char* other : {"", "Orders", "a b", "a.b", "a/b", "\xc3\xa4", "a\n"}) {
    CHECK_FALSE(IsName(other));
  }
  CHECK_FALSE(IsName(std::string_view("a\0b", 3)));
}

TEST_CASE("a text has one part more than separators") {
  CHECK(Split("a,b,c", ',') == Parts{"a", "b", "c"});
  CHECK(Split("", ',') == Parts{""});
  CHECK(Split(",", ',') == Parts{"", ""});
  CHECK(Split("a,,b,", ',') == Parts{"a", "", "b", ""});
  CHECK(Split("a,b", ';') == Parts{"a,b"});
}

}  // namespace
}  // namespace portreeve::base
