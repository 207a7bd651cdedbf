#include "cli/table.h"

#include <algorithm>

#include "base/clock.h"
#include "base/utf8.h"

namespace portreeve::cli {
namespace {

std::string Printable(const std::string& text) {
  std::string printable;
  for (const char byte : text) printable += byte >= ' ' && byte < 0x7f ? byte : '?';
  return printable.empty() ? "-" : printable;
}

}  // namespace

std::string TableText(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::vector<std::string>> shown = rows;
  for (auto& row : shown) {
    for (std::string& cell : row) cell = Printable(cell);
  }
  return AlignedText(shown, "");
}

std::string AlignedText(const std::vector<std::vector<std::string>>& rows,
                        std::string_view indent) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line(indent);
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    text.append(line, 0, line.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

std::string OneLine(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const size_t length = base::Utf8CharacterLength(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    text.remove_prefix(character.size());
    if (character == "\n" || character == "\t" || character == "\r") {
      line += ' ';
    } else {
      line += length == 0 || base::IsControl(character) ? "?" : character;
    }
  }
  return line;
}

std::string TimeText(int64_t unix_s) { return unix_s == 0 ? "" : base::UtcText(unix_s); }

}  // namespace portreeve::cli
