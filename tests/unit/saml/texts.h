// One change to a text that is otherwise right. Its one rule: what should be changed is there.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

namespace portreeve::saml {

inline std::string Changed(std::string text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  INFO(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

inline std::string Repeated(std::string_view text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace portreeve::saml
