// Masks or searches the values of a result, one at a time and by column. Its one rule: a value that
// it calls kept has passed the column's mask and every detector. Allocates nothing once its buffers
// have grown.
#pragma once

#include <cstddef>
#include <optional>
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
  ValueMasker(const std::vector<ColumnPlan>& plan, const HashKey& key, const Detectors* detectors);

  size_t width() const { return columns_.size(); }
  bool IsMasked(size_t column) const { return columns_[column].plan.mask != nullptr; }
  // Whether a value of the column can leave as anything but what it is.
  bool Touches(size_t column) const { return columns_[column].how != How::kKeep; }
  // `value` is not NULL, and in the format of the plan.
  Outcome Mask(size_t column, std::string_view value, std::string& out);

  void CountRow() { ++counts_.rows; }
  const Counts& counts() const { return counts_; }

 private:
  enum class How : uint8_t {
    kKeep,
    kMask,
    kFixed,  // The mask gives every value the same.
    kSearchText,
    kSearchJson,
    kSearchJsonb,      // In binary: a byte of version, then JSON.
    kSearchArray,      // In text.
    kSearchJsonArray,  // In text.
    kSearchElements,   // An array in binary.
    kSearchAnything,   // A type that is not known: what is found makes it NULL.
  };
  struct Column {
    ColumnPlan plan;
    How how = How::kKeep;
    std::optional<std::string> fixed;  // nullopt: NULL.
  };

  static How HowToSearch(uint32_t type_oid, Format format);
  bool SearchText(Shape shape, std::string_view text, std::string& out);
  Outcome SearchElements(uint32_t type_oid, std::string_view array, std::string& out);
  Outcome Search(const Column& column, std::string_view value, std::string& out);

  std::vector<Column> columns_;
  HashKey key_;
  const Detectors* detectors_;
  Detectors::Scratch scratch_;
  std::string thrown_away_;
  Counts counts_;
};

}  // namespace portreeve::mask
