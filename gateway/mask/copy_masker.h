// Masks what COPY TO STDOUT sends, in text, csv and binary. Its one rule: only whole rows that it
// has understood leave, wherever the server cuts its CopyData messages; what it cannot read ends
// the copy. Allocates nothing once its buffers have grown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "mask/column_plan.h"
#include "mask/copy_fields.h"
#include "mask/value_masker.h"

namespace portreeve::mask {

// One thread at a time.
class CopyMasker {
 public:
  static constexpr size_t kMaxRowBytes = size_t{64} << 20;

  // The formats of the plan count for nothing: what a copy holds follows from its style.
  // `detectors` may be nullptr; otherwise they must outlive this. The key is copied.
  CopyMasker(const CopyOptions& options, std::vector<ColumnPlan> plan, const HashKey& key,
             const Detectors* detectors, size_t max_row_bytes = kMaxRowBytes);

  // `body`: that of one CopyData. Appends at most one CopyData message, with the rows that are
  // complete by now. kInvalidArgument: it is no such copy, or has another number of columns.
  // kResourceExhausted: a row is not complete within max_row_bytes. After an error `out` is as it
  // was, and nothing more may be fed.
  absl::Status Feed(std::string_view body, std::string& out);

  // At CopyDone. kInvalidArgument: something is missing, or left that is no whole row.
  absl::Status Finish();

  const Counts& counts() const { return values_.counts(); }

 private:
  enum class Where : uint8_t { kStart, kRows, kEnd };

  // Appends what the whole rows at the beginning of `bytes` become. How many bytes those are.
  absl::StatusOr<size_t> TakeRows(std::string_view bytes, std::string& out);
  absl::StatusOr<size_t> TakeLines(std::string_view bytes, std::string& out);
  absl::StatusOr<size_t> TakeTuples(std::string_view bytes, std::string& out);
  absl::Status MaskLine(std::string_view line, std::string& out);
  // Whether another field takes its place; then `kept` and that are appended, otherwise nothing is.
  bool MaskField(size_t column, std::string_view field, std::string_view kept, std::string& out);

  CopyOptions options_;
  ValueMasker values_;
  size_t max_row_bytes_;
  bool null_is_certain_;
  Where where_ = Where::kStart;
  LineFinder lines_;
  std::string held_;  // The beginning of a row that is not complete.
  std::string value_;
  std::string masked_;
};

}  // namespace portreeve::mask
