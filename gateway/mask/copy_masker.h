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
#include "mask/value_masker.h"

namespace portreeve::mask {

// What the COPY statement asked for (PostgreSQL's manual, COPY). FORCE_QUOTE need not be known: a
// value that came in quotes leaves in quotes.
struct CopyOptions {
  enum class Style : uint8_t { kText, kCsv, kBinary };

  // With the defaults of the style.
  static CopyOptions For(Style style);

  Style style = Style::kText;
  char delimiter = '\t';          // "," in csv.
  std::string null_text = "\\N";  // Empty in csv.
  bool header = false;
  char quote = '"';
  char escape = '"';  // As `quote`, if the statement does not say.
};

// One thread at a time.
class CopyMasker {
 public:
  static constexpr size_t kMaxRowBytes = size_t{64} << 20;

  // The formats of the plan count for nothing: what a copy holds follows from its style.
  // `detectors` may be nullptr; otherwise they must outlive this. The key is copied.
  CopyMasker(CopyOptions options, std::vector<ColumnPlan> plan, const HashKey& key,
             const Detectors* detectors, size_t max_row_bytes = kMaxRowBytes);

  // `body`: that of one CopyData. Appends at most one CopyData message, with the rows that are
  // complete by now. kInvalidArgument: it is no such copy, or has another number of columns.
  // kResourceExhausted: a row is longer than max_row_bytes. After an error it must not be fed.
  absl::Status Feed(std::string_view body, std::string& out);

  // At CopyDone. kInvalidArgument: something is left that is no whole row.
  absl::Status Finish();

  const Counts& counts() const { return values_.counts(); }

 private:
  enum class Where : uint8_t { kStart, kRows, kEnd };

  // Appends what the whole rows at the beginning of `bytes` become, and says how many bytes they
  // are.
  absl::StatusOr<size_t> TakeRows(std::string_view bytes, std::string& out);
  absl::StatusOr<size_t> TakeLines(std::string_view bytes, std::string& out);
  absl::StatusOr<size_t> TakeTuples(std::string_view bytes, std::string& out);
  absl::StatusOr<size_t> TakeBinaryHeader(std::string_view bytes, std::string& out);
  absl::Status MaskTuple(std::string_view tuple, std::string& out);
  absl::Status MaskTextLine(std::string_view line, std::string& out);
  absl::Status MaskCsvLine(std::string_view line, std::string& out);
  void MaskTextField(size_t column, std::string_view field, std::string& out);
  void MaskCsvField(size_t column, std::string_view field, bool quoted, std::string& out);
  size_t LineEnd(std::string_view bytes);

  CopyOptions options_;
  ValueMasker values_;
  size_t max_row_bytes_;
  Where where_ = Where::kStart;
  std::string held_;     // The beginning of a row that is not complete.
  size_t searched_ = 0;  // How much of it has no end of line.
  bool in_quotes_ = false;
  std::string raw_;  // A field without its escapes.
  std::string masked_;
};

}  // namespace portreeve::mask
