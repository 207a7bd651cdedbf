// An input that is read as a flag and two messages with a line break between them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace portreeve::fuzz {

struct TwoMessages {
  // `size` must not be 0.
  TwoMessages(const uint8_t* data, size_t size)
      : flag((data[0] & 1) != 0),
        both(reinterpret_cast<const char*>(data) + 1, size - 1),
        first(both.substr(0, both.find('\n'))),
        rest(both.substr(first.size() + (first.size() < both.size() ? 1 : 0))) {}

  bool flag;  // The lowest bit of the first byte.
  std::string_view both;
  std::string_view first;
  std::string_view rest;  // Empty if there is no line break.
};

}  // namespace portreeve::fuzz
