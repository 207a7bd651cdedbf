#include "yaml/diagnostics.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/utf8.h"

namespace portreeve::yaml {
namespace {

size_t EditDistance(std::string_view left, std::string_view right) {
  std::vector<size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= left.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= right.size(); ++j) {
      const size_t substitute = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, substitute}));
    }
  }
  return row.back();
}

// One line that can be shown: messages quote the file.
std::string Shown(std::string_view message) {
  constexpr size_t kMaxMessageBytes = 1'000;
  std::string text;
  while (!message.empty()) {
    const size_t length = base::Utf8CharacterLength(message);
    const std::string_view character = message.substr(0, length == 0 ? 1 : length);
    message.remove_prefix(character.size());
    if (text.size() + character.size() > kMaxMessageBytes) return text + "...";
    text += length == 0 || base::IsControl(character) ? "?" : character;
  }
  return text;
}

}  // namespace

void Diagnostics::Error(Mark mark, std::string_view message) {
  ++count_;
  if (!full()) entries_.push_back({mark, Shown(message)});
}

void Diagnostics::Warning(Mark mark, std::string_view message) {
  if (warnings_.size() < kMaxMessages) warnings_.push_back({mark, Shown(message)});
}

std::vector<std::string> Diagnostics::Sorted(std::vector<Entry> entries) const {
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& left, const Entry& right) {
    return std::pair(left.mark.line, left.mark.column) <
           std::pair(right.mark.line, right.mark.column);
  });
  std::vector<std::string> messages;
  for (const Entry& entry : entries) {
    std::string text = file_;
    if (entry.mark.line > 0) {
      text += ":" + std::to_string(entry.mark.line) + ":" + std::to_string(entry.mark.column);
    }
    messages.push_back(text + ": " + entry.message);
  }
  return messages;
}

std::vector<std::string> Diagnostics::Warnings() const { return Sorted(warnings_); }

std::vector<std::string> Diagnostics::Messages() const {
  std::vector<std::string> messages = Sorted(entries_);
  if (count_ > entries_.size()) {
    messages.push_back(file_ + ": and " + std::to_string(count_ - entries_.size()) + " more");
  }
  return messages;
}

std::string Diagnostics::ToString() const {
  std::string text;
  for (const std::string& message : Messages()) text += message + "\n";
  return text;
}

std::string Nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  constexpr size_t kMaxWordBytes = 64;
  std::string_view best;
  size_t best_distance = word.size() / 3 + 2;
  if (word.size() > kMaxWordBytes) return {};
  for (const std::string_view candidate : candidates) {
    const size_t distance = EditDistance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return std::string(best);
}

std::string DidYouMean(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::string nearest = Nearest(word, candidates);
  return nearest.empty() ? "" : "; did you mean `" + nearest + "`?";
}

std::string Diagnostics::DidYouMean(std::string_view word,
                                    const std::vector<std::string_view>& candidates) const {
  return full() ? std::string() : yaml::DidYouMean(word, candidates);
}

}  // namespace portreeve::yaml
