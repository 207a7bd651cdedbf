// Whether a rule can ever make a difference. Its one rule: what is said to have no effect has none;
// what is not noticed does no harm.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "policy/rule.h"
#include "yaml/diagnostics.h"
#include "yaml/map_reader.h"

namespace portreeve::policy {

// Errors and warnings about conditions that cannot hold, or cannot hold together.
void CheckConditions(yaml::MapReader& reader, const Rule& rule, yaml::Diagnostics& diagnostics);

// Holds the rules of one policy against one another.
class Effects {
 public:
  // Why `rule` has no effect beside `other`, as what follows on the other's name; empty: it has
  // one, or looking further would take too long.
  std::string_view WhyIdle(const Rule& rule, const Rule& other, bool other_is_earlier);

 private:
  template <typename Kind>
  bool Include(const std::vector<Kind>& all, const std::vector<Kind>& some);
  bool IncludesConditions(const Rule& all, const Rule& some);

  // Comparisons of patterns that are still to be made: a file may have a hundred thousand.
  int64_t left_ = 1'000'000;
};

}  // namespace portreeve::policy
