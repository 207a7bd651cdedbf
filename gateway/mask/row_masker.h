// Masks the rows of one result. Its one rule: it appends whole DataRow messages, or nothing and an
// error. Allocates nothing once its buffers have grown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "mask/column_plan.h"
#include "mask/value_masker.h"

namespace portreeve::mask {

// Appends the values of a row as DataRow and a binary COPY have them: Int32 length (-1: NULL) and
// bytes. false: `values` is not exactly as many as there are columns.
bool MaskValues(ValueMasker& masker, std::string_view values, std::string& out);

// One thread at a time.
class RowMasker {
 public:
  // `detectors` may be nullptr; otherwise they must outlive this. The key is copied.
  RowMasker(const std::vector<ColumnPlan>& plan, const HashKey& key, const Detectors* detectors)
      : values_(plan, key, detectors) {}

  // `body`: what follows type and length of one DataRow. Appends the whole masked message.
  // kInvalidArgument: it is malformed, or has another number of columns than the plan.
  absl::Status MaskRow(std::string_view body, std::string& out);

  const Counts& counts() const { return values_.counts(); }

 private:
  ValueMasker values_;
};

}  // namespace portreeve::mask
