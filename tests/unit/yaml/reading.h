// A text as a file `f`, with what was said about it. Its one rule: the tree outlives its readers.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/document.h"
#include "yaml/map_reader.h"

namespace portreeve::yaml {

struct Reading {
  explicit Reading(std::string_view text) : root(Parse(text, diagnostics)) {}

  std::vector<std::string> messages() const { return diagnostics.Messages(); }
  // Of a text that is whole.
  const Node& node() const {
    INFO(diagnostics.ToString());
    REQUIRE(root != nullptr);
    return *root;
  }
  MapReader reader() { return MapReader(node(), "map", diagnostics); }

  Diagnostics diagnostics{"f"};
  std::unique_ptr<Node> root;
};

}  // namespace portreeve::yaml
