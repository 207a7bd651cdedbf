// Cutting a text at a separator.
#pragma once

#include <string_view>
#include <vector>

namespace portreeve::base {

// What stands before, between and behind the separators: always one part more than there are of
// them. The parts are views of `text`.
inline std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t end = text.find(separator); end != std::string_view::npos;
       end = text.find(separator)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

}  // namespace portreeve::base
