// Reads one map of a configuration, key by key, each to its type. Its one rule: a key that nobody
// asked for is an error, with a suggestion.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "yaml/diagnostics.h"
#include "yaml/document.h"

namespace portreeve::yaml {

// Finish() must be the last call; every key that was asked for before counts as known.
class MapReader {
 public:
  // `what` names the map in messages: "grant". A node that is no map is an error and reads as
  // empty.
  MapReader(const Node& node, std::string what, Diagnostics& diagnostics);

  const Node* Find(std::string_view key);
  // As Find; a missing key is an error.
  const Node* Require(std::string_view key);

  std::optional<std::string> String(std::string_view key);
  // A text that must be there and not be empty; empty after an error.
  std::string RequireText(std::string_view key);
  std::optional<int64_t> Integer(std::string_view key, int64_t least, int64_t most);
  std::optional<bool> Bool(std::string_view key);
  // "30s", "15m", "8h", "2d"; in microseconds, above zero and at most a hundred years.
  std::optional<int64_t> Duration(std::string_view key);
  // "512", "64KiB", "50MiB", "1GiB"; in bytes, above zero.
  std::optional<int64_t> Size(std::string_view key);
  // A list of texts, or one text.
  std::optional<std::vector<std::string>> Strings(std::string_view key);
  // A map of names of the writer's own to texts; empty where there is none, or after an error.
  std::vector<std::pair<std::string, std::string>> Texts(std::string_view key);
  std::optional<size_t> Choice(std::string_view key, const std::vector<std::string_view>& choices);

  // Recognised, but not enforced by this version: an error that says so, if it is there.
  void NotSupportedYet(std::string_view key);

  void Finish();
  // An error about the value of `key`, or about the map if the key is absent.
  void Error(std::string_view key, std::string_view message);
  Mark mark() const { return node_.mark; }
  // Where the key itself stands; the map, if it is absent.
  Mark KeyMark(std::string_view key) const;

 private:
  std::optional<std::string> Scalar(std::string_view key, std::string_view wanted);

  const Node& node_;
  const std::string what_;
  Diagnostics& diagnostics_;
  std::vector<std::string> known_;
};

// Texts of a list, or of one scalar; errors name the place.
std::optional<std::vector<std::string>> ReadStrings(const Node& node, Diagnostics& diagnostics);

std::optional<int64_t> ParseDurationUs(std::string_view text);
std::optional<int64_t> ParseSizeBytes(std::string_view text);

}  // namespace portreeve::yaml
