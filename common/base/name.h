// What operators may call things: connections, groups, grants, rules.
#pragma once

#include <cstddef>
#include <string_view>

namespace portreeve::base {

inline constexpr size_t kMaxNameBytes = 63;

constexpr bool IsName(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNameBytes &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

}  // namespace portreeve::base
