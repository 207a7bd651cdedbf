// A YAML file as a tree that knows where everything stands. Its one rule: what YAML leaves loose
// (duplicate keys, anchors, aliases, tags, several documents) is an error.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "yaml/diagnostics.h"

namespace portreeve::yaml {

inline constexpr size_t kMaxTextBytes = 1024 * 1024;
inline constexpr size_t kMaxDepth = 32;
inline constexpr size_t kMaxNodes = 100'000;

struct Node {
  enum class Kind { kScalar, kList, kMap };

  Kind kind = Kind::kScalar;
  Mark mark;
  std::string scalar;       // kScalar.
  bool quoted = false;      // kScalar: written in quotes, so always a string.
  std::vector<Node> items;  // kList.
  struct Entry;
  std::vector<Entry> entries;  // kMap, in the order of the file.
};

struct Node::Entry {
  std::string key;
  Mark mark;
  Node value;
};

// "a map", "a list", "a text".
std::string_view Name(Node::Kind kind);

// Null when the text is no YAML. After any other error the tree holds the rest, so that a reader
// finds what else is wrong in the same run. An empty text is an empty map.
std::unique_ptr<Node> Parse(std::string_view text, Diagnostics& diagnostics);

}  // namespace portreeve::yaml
