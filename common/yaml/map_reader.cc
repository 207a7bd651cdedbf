#include "yaml/map_reader.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace portreeve::yaml {
namespace {

struct Unit {
  std::string_view name;
  int64_t factor;
};

constexpr Unit kDurations[] = {{"ms", 1'000},
                               {"s", 1'000'000},
                               {"m", 60'000'000},
                               {"h", 3'600'000'000},
                               {"d", 86'400'000'000}};
// Times to come are computed from durations: none may run over.
constexpr int64_t kMaxDurationUs = int64_t{36'500} * 86'400'000'000;
constexpr Unit kSizes[] = {{"", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};

template <size_t kCount>
std::optional<int64_t> ParseWithUnit(std::string_view text, const Unit (&units)[kCount]) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number <= 0) return std::nullopt;
  const std::string_view rest(end, static_cast<size_t>(text.data() + text.size() - end));
  for (const Unit& unit : units) {
    if (rest != unit.name) continue;
    if (number > std::numeric_limits<int64_t>::max() / unit.factor) return std::nullopt;
    return number * unit.factor;
  }
  return std::nullopt;
}

}  // namespace

std::optional<int64_t> ParseDurationUs(std::string_view text) {
  const auto duration = ParseWithUnit(text, kDurations);
  return duration && *duration <= kMaxDurationUs ? duration : std::nullopt;
}

std::optional<int64_t> ParseSizeBytes(std::string_view text) { return ParseWithUnit(text, kSizes); }

MapReader::MapReader(const Node& node, std::string what, Diagnostics& diagnostics)
    : node_(node), what_(std::move(what)), diagnostics_(diagnostics) {
  if (node.kind != Node::Kind::kMap) {
    diagnostics_.Error(node.mark, what_ + " must be a map, not " + std::string(Name(node.kind)));
  }
}

const Node* MapReader::Find(std::string_view key) {
  known_.emplace_back(key);
  for (const Node::Entry& entry : node_.entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

const Node* MapReader::Require(std::string_view key) {
  const Node* node = Find(key);
  if (node == nullptr && node_.kind == Node::Kind::kMap) {
    diagnostics_.Error(node_.mark, what_ + " needs `" + std::string(key) + "`");
  }
  return node;
}

void MapReader::Error(std::string_view key, std::string_view message) {
  for (const Node::Entry& entry : node_.entries) {
    if (entry.key != key) continue;
    return diagnostics_.Error(entry.value.mark, "`" + entry.key + "`: " + std::string(message));
  }
  diagnostics_.Error(node_.mark, what_ + ": " + std::string(message));
}

std::optional<std::string> MapReader::Scalar(std::string_view key, std::string_view wanted) {
  const Node* node = Find(key);
  if (node == nullptr) return std::nullopt;
  if (node->kind != Node::Kind::kScalar || (node->scalar.empty() && !node->quoted)) {
    Error(key, "must be " + std::string(wanted));
    return std::nullopt;
  }
  return node->scalar;
}

std::optional<std::string> MapReader::String(std::string_view key) { return Scalar(key, "a text"); }

std::string MapReader::RequireText(std::string_view key) {
  if (Require(key) == nullptr) return {};
  auto text = String(key);
  if (text && text->empty()) Error(key, "must not be empty");
  return std::move(text).value_or("");
}

std::optional<int64_t> MapReader::Integer(std::string_view key, int64_t least, int64_t most) {
  const std::string wanted =
      "a number from " + std::to_string(least) + " to " + std::to_string(most);
  const auto text = Scalar(key, wanted);
  if (!text) return std::nullopt;
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || number < least ||
      number > most) {
    Error(key, "must be " + wanted);
    return std::nullopt;
  }
  return number;
}

std::optional<bool> MapReader::Bool(std::string_view key) {
  const auto choice = Choice(key, {"false", "true"});
  if (!choice) return std::nullopt;
  return *choice == 1;
}

std::optional<int64_t> MapReader::Duration(std::string_view key) {
  constexpr std::string_view kWanted = "a duration above zero, like 30s, 15m or 8h";
  const auto text = Scalar(key, kWanted);
  if (!text) return std::nullopt;
  const auto duration = ParseDurationUs(*text);
  if (!duration) Error(key, "must be " + std::string(kWanted));
  return duration;
}

std::optional<int64_t> MapReader::Size(std::string_view key) {
  constexpr std::string_view kWanted = "a size above zero, like 64KiB, 50MiB or 1GiB";
  const auto text = Scalar(key, kWanted);
  if (!text) return std::nullopt;
  const auto size = ParseSizeBytes(*text);
  if (!size) Error(key, "must be " + std::string(kWanted));
  return size;
}

std::optional<std::vector<std::string>> MapReader::Strings(std::string_view key) {
  const Node* node = Find(key);
  if (node == nullptr) return std::nullopt;
  return ReadStrings(*node, diagnostics_);
}

std::vector<std::pair<std::string, std::string>> MapReader::Texts(std::string_view key) {
  std::vector<std::pair<std::string, std::string>> texts;
  const Node* node = Find(key);
  if (node == nullptr) return texts;
  MapReader reader(*node, "`" + std::string(key) + "`", diagnostics_);
  for (const Node::Entry& entry : node->entries) {
    if (auto value = reader.String(entry.key)) texts.emplace_back(entry.key, *std::move(value));
  }
  return texts;
}

std::optional<size_t> MapReader::Choice(std::string_view key,
                                        const std::vector<std::string_view>& choices) {
  std::string wanted = "one of";
  for (const std::string_view choice : choices) wanted += " `" + std::string(choice) + "`";
  const auto text = Scalar(key, wanted);
  if (!text) return std::nullopt;
  const auto found = std::find(choices.begin(), choices.end(), *text);
  if (found != choices.end()) return static_cast<size_t>(found - choices.begin());
  Error(key, "`" + *text + "` is not " + wanted + diagnostics_.DidYouMean(*text, choices));
  return std::nullopt;
}

Mark MapReader::KeyMark(std::string_view key) const {
  for (const Node::Entry& entry : node_.entries) {
    if (entry.key == key) return entry.mark;
  }
  return node_.mark;
}

void MapReader::NotSupportedYet(std::string_view key) {
  if (Find(key) == nullptr) return;
  diagnostics_.Error(KeyMark(key), "`" + std::string(key) + "` is not supported yet");
}

void MapReader::Finish() {
  const std::vector<std::string_view> known(known_.begin(), known_.end());
  for (const Node::Entry& entry : node_.entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    diagnostics_.Error(entry.mark, what_ + " has no `" + entry.key + "`" +
                                       diagnostics_.DidYouMean(entry.key, known));
  }
}

std::optional<std::vector<std::string>> ReadStrings(const Node& node, Diagnostics& diagnostics) {
  std::vector<std::string> texts;
  if (node.kind == Node::Kind::kScalar && !node.scalar.empty()) {
    texts.push_back(node.scalar);
    return texts;
  }
  if (node.kind != Node::Kind::kList || node.items.empty()) {
    diagnostics.Error(node.mark, "must be a text or a list of texts, and not empty");
    return std::nullopt;
  }
  for (const Node& item : node.items) {
    if (item.kind != Node::Kind::kScalar || item.scalar.empty()) {
      diagnostics.Error(item.mark, "must be a text");
      return std::nullopt;
    }
    texts.push_back(item.scalar);
  }
  return texts;
}

}  // namespace portreeve::yaml
