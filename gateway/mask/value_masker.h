// Masks or searches the values of a result, one at a time and by column. Its one rule: a value that
// it calls kept has passed the column's mask and every detector.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mask/column_plan.h"

namespace portreeve::mask {

// One thread at a time.
class ValueMasker {
 public:
  enum class Outcome : uint8_t {
    kKept,      // The value may leave as it is; nothing has been appended.
    kReplaced,  // What may leave in its place has been appended.
    kNull,      // NULL leaves in its place.
  };

  // `detectors` may be nullptr; otherwise they must outlive this. The key is copied.
  ValueMasker(std::vector<ColumnPlan> plan, const HashKey& key, const Detectors* detectors);

  size_t width() const { return plan_.size(); }
  // Whether values of the column can leave as anything but what they are.
  bool Touches(size_t column) const { return touches_[column]; }
  // `value` is not NULL, and in the format of the plan.
  Outcome Mask(size_t column, std::string_view value, std::string& out);

  void CountRow() { ++counts_.rows; }
  const Counts& counts() const { return counts_; }

 private:
  Outcome Search(const ColumnPlan& plan, std::string_view value, std::string& out);

  std::vector<ColumnPlan> plan_;
  std::vector<bool> touches_;
  HashKey key_;
  const Detectors* detectors_;
  Detectors::Scratch scratch_;
  Counts counts_;
};

}  // namespace portreeve::mask
