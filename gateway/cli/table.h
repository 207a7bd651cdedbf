// Text for a terminal: aligned columns and times. Its one rule: no control character of somebody
// else's making reaches the terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace portreeve::cli {

// The first row is the heading. An empty cell becomes "-".
std::string TableText(const std::vector<std::vector<std::string>>& rows);

// Columns under one another, each line behind `indent`. Cells must be fit for a terminal.
std::string AlignedText(const std::vector<std::vector<std::string>>& rows, std::string_view indent);

// As it is, but for what commands a terminal or is no UTF-8: "?"; line ends and tabs become spaces.
std::string OneLine(std::string_view text);

// RFC 3339 in UTC, to the second; empty for 0.
std::string TimeText(int64_t unix_s);

}  // namespace portreeve::cli
