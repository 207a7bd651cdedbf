// What a connection may be called, wherever somebody from outside names one.
#pragma once

#include <string_view>

namespace portreeve::fleet {

constexpr bool IsConnectionName(std::string_view name) {
  return !name.empty() && name.size() <= 63 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

}  // namespace portreeve::fleet
