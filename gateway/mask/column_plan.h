// What happens to the values of one column of a result, and the counts of what has happened. Its
// one rule: a plan has an entry for every column, and a result of another width is an error.
#pragma once

#include <cstdint>
#include <vector>

#include "mask/detectors.h"
#include "mask/mask.h"

namespace portreeve::mask {

struct ColumnPlan {
  const Mask* mask = nullptr;  // nullptr: as it is, but for the detectors. Must outlive the plan.
  uint32_t type_oid = 0;       // The type below, for a domain. 0: not known, so that nothing fits.
  Format format = Format::kText;
};

// For records and notices: never values.
struct Counts {
  uint64_t rows = 0;
  std::vector<uint64_t> masked;  // By column: values that a mask has replaced. NULLs are not.
  Findings findings{};           // Of the detectors, in columns without a mask.
};

}  // namespace portreeve::mask
