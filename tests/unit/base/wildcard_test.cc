// `*` for any run of characters.
#include "base/wildcard.h"

#include <catch2/catch.hpp>
#include <string>

namespace portreeve::base {
namespace {

TEST_CASE("a star is any run of characters, the empty one too, and nothing else is special") {
  for (const auto& [pattern, text] : {std::pair{"", ""},
                                      {"*", ""},
                                      {"*", "a/b"},
                                      {"a*", "a"},
                                      {"a*c", "abc"},
                                      {"*b*", "abc"},
                                      {"a**c", "ac"},
                                      {"*.a*a", "x.aba"},
                                      {"a?[c]", "a?[c]"}}) {
    INFO(pattern << " " << text);
    CHECK(FitsWildcard(pattern, text));
  }
  for (const auto& [pattern, text] : {std::pair{"", "a"},
                                      {"a", ""},
                                      {"a*", "ba"},
                                      {"*a", "ab"},
                                      {"a*c", "abd"},
                                      {"a?c", "abc"},
                                      {"A", "a"},
                                      {"acme/*", "evil/acme/x"},
                                      {"a*a", "a"}}) {
    INFO(pattern << " " << text);
    CHECK_FALSE(FitsWildcard(pattern, text));
  }
}

TEST_CASE("many stars cost no more than the product of the lengths") {
  std::string pattern;
  for (int i = 0; i < 1'000; ++i) pattern += "*a";
  CHECK_FALSE(FitsWildcard(pattern + "b", std::string(10'000, 'a')));
}

}  // namespace
}  // namespace portreeve::base
