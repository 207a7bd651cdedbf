// What reaches a value: a set of origins. Its one rule: sources have numbers, and there are as many
// numbers as sources.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "lineage/lineage.h"

namespace portreeve::lineage {

// An origin, by the number of its source.
struct Flow {
  uint32_t source = 0;
  bool direct = false;
  bool through_view = false;
  UseKind kind = UseKind::kComputed;  // Always that of a direct one.
  auto operator<=>(const Flow&) const = default;
};

struct Value {
  std::vector<Flow> flows;  // Sorted, each once.
  bool unknown = false;
};

// Adds what reaches `from`.
void Merge(Value& value, const Value& from);
// What is done with a source when a value that it reaches is used so. Whatever is made of a count
// or an average, it says no more of the column than that does.
UseKind KindOf(const Flow& flow, UseKind kind);
// The same value once something is made of it.
Value Derived(const Value& value, UseKind kind);

class Sources {
 public:
  uint32_t Number(const Source& source);
  const Source& At(uint32_t number) const { return sources_[number]; }
  size_t size() const { return sources_.size(); }

 private:
  std::map<std::tuple<catalog::Oid, std::string, std::string>, uint32_t> numbers_;
  std::vector<Source> sources_;
};

}  // namespace portreeve::lineage
