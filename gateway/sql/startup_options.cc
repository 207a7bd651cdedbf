#include "sql/startup_options.h"

#include <algorithm>
#include <cstddef>

#include "base/status.h"

namespace portreeve::sql {
namespace {

constexpr size_t kMaxOptionsBytes = 10000;
constexpr size_t kMaxSwitches = 100;

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\v' || c == '\f' || c == '\r';
}

// pg_split_opts: words end at white space; a backslash keeps the next character as it is.
std::vector<std::string> SplitWords(std::string_view options) {
  std::vector<std::string> words;
  size_t at = 0;
  while (true) {
    while (at < options.size() && IsSpace(options[at])) ++at;
    if (at == options.size()) return words;
    std::string word;
    bool escaped = false;
    for (; at < options.size() && (escaped || !IsSpace(options[at])); ++at) {
      if (!escaped && options[at] == '\\') {
        escaped = true;
      } else {
        escaped = false;
        word += options[at];
      }
    }
    words.push_back(std::move(word));
  }
}

// ParseLongOption.
absl::StatusOr<std::pair<std::string, std::string>> ParseAssignment(std::string_view flag,
                                                                    std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return base::InvalidArgument(std::string{flag} + std::string{text} + " requires a value");
  }
  std::string name{text.substr(0, equals)};
  std::ranges::replace(name, '-', '_');
  return std::pair{std::move(name), std::string{text.substr(equals + 1)}};
}

}  // namespace

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ParseStartupOptions(
    std::string_view options) {
  if (options.size() > kMaxOptionsBytes) {
    return base::InvalidArgument("the start-up options are too long");
  }
  const std::vector<std::string> words = SplitWords(options);
  std::vector<std::pair<std::string, std::string>> parameters;
  for (size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i];
    std::string_view flag = "--";
    if (word.starts_with("--") && word.size() > 2) {
      word.remove_prefix(2);
    } else if (word.starts_with("-c")) {
      flag = "-c ";
      word.remove_prefix(2);
      if (word.empty() && ++i == words.size()) {
        return base::InvalidArgument("-c requires a value");
      }
      if (word.empty()) word = words[i];
    } else {
      return base::InvalidArgument("the start-up option \"" + words[i] + "\" is not allowed");
    }
    if (parameters.size() == kMaxSwitches) {
      return base::InvalidArgument("there are too many start-up options");
    }
    ASSIGN_OR_RETURN(auto parameter, ParseAssignment(flag, word));
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

}  // namespace portreeve::sql
