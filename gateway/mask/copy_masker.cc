#include "mask/copy_masker.h"

#include <optional>
#include <utility>

#include "mask/integers.h"
#include "mask/row_masker.h"
#include "wire/message.h"

namespace portreeve::mask {
namespace {

using Style = CopyOptions::Style;

constexpr size_t kLengthBytes = 4;
constexpr size_t kMaxMessageBytes = 0x7fffffff;

// The binary format (manual, COPY, Binary Format): signature, flags, length of an extension.
constexpr std::string_view kSignature("PGCOPY\n\377\r\n\0", 11);
constexpr size_t kHeaderBytes = 19;
constexpr size_t kCountBytes = 2;
// Flags that a reader must know; there is none that a server of today sets.
constexpr uint64_t kCriticalFlags = 0xffff0000;
constexpr uint64_t kTrailer = 0xffff;

std::vector<ColumnPlan> InFormat(std::vector<ColumnPlan> plan, Style style) {
  for (ColumnPlan& column : plan) {
    column.format = style == Style::kBinary ? Format::kBinary : Format::kText;
  }
  return plan;
}

// Whether no value can be written as NULL is. An empty text tells nothing but that it is empty.
bool IsCertain(const CopyOptions& options) {
  if (options.style != Style::kText || options.null_text.empty()) return true;
  std::string value;
  std::string again;
  DecodeField(options, options.null_text, value);
  AppendField(options, value, false, false, again);
  return again != options.null_text;
}

absl::Status Malformed(std::string_view what) {
  return base::InvalidArgument("COPY: " + std::string(what));
}

// How many bytes at the beginning of `bytes` are a whole tuple of `width` values; 0: it is not
// complete; nullopt: it is none.
std::optional<size_t> TupleBytes(std::string_view bytes, size_t width) {
  size_t at = kCountBytes;
  for (size_t column = 0; column < width; ++column) {
    if (bytes.size() < at + kLengthBytes) return 0;
    const auto length = ReadInteger(Format::kBinary, kLengthBytes, bytes.substr(at, kLengthBytes));
    if (*length < -1) return std::nullopt;
    at += kLengthBytes + static_cast<size_t>(*length == -1 ? 0 : *length);
  }
  return at <= bytes.size() ? at : 0;
}

// The same of what comes before the first tuple.
std::optional<size_t> BinaryHeaderBytes(std::string_view bytes) {
  if (bytes.substr(0, kSignature.size()) != kSignature.substr(0, bytes.size())) {
    return std::nullopt;
  }
  if (bytes.size() < kHeaderBytes) return 0;
  if ((LoadBigEndian(bytes.substr(11, 4)) & kCriticalFlags) != 0) return std::nullopt;
  // An extension could hold anything.
  if (LoadBigEndian(bytes.substr(15, 4)) != 0) return std::nullopt;
  return kHeaderBytes;
}

}  // namespace

CopyMasker::CopyMasker(const CopyOptions& options, std::vector<ColumnPlan> plan, const HashKey& key,
                       const Detectors* detectors, size_t max_row_bytes)
    : options_(options),
      values_(InFormat(std::move(plan), options.style), key, detectors),
      max_row_bytes_(max_row_bytes),
      null_is_certain_(IsCertain(options)),
      lines_(options) {}

absl::Status CopyMasker::Feed(std::string_view body, std::string& out) {
  const bool holding = !held_.empty();
  if (holding) held_ += body;
  const std::string_view bytes = holding ? std::string_view(held_) : body;
  const size_t start = out.size();
  out += wire::CopyData::kTag;
  out.append(kLengthBytes, '\0');
  const size_t empty = out.size();
  auto taken = TakeRows(bytes, out);
  const size_t length = out.size() - start - 1;
  if (taken.ok() && bytes.size() - *taken > max_row_bytes_) {
    taken = base::ResourceExhausted("COPY: a row is too long to be masked");
  }
  if (taken.ok() && length > kMaxMessageBytes) taken = Malformed("a row is too long");
  if (!taken.ok() || out.size() == empty) out.resize(start);
  if (!taken.ok()) return taken.status();
  if (out.size() > start) StoreBigEndian(length, kLengthBytes, out.data() + start + 1);
  if (holding) {
    held_.erase(0, *taken);
  } else {
    held_ = bytes.substr(*taken);
  }
  return absl::OkStatus();
}

absl::Status CopyMasker::Finish() {
  const bool ended = options_.style != Style::kBinary || where_ == Where::kEnd;
  if (held_.empty() && ended) return absl::OkStatus();
  return Malformed("it ends in a row that is not complete");
}

absl::StatusOr<size_t> CopyMasker::TakeRows(std::string_view bytes, std::string& out) {
  return options_.style == Style::kBinary ? TakeTuples(bytes, out) : TakeLines(bytes, out);
}

absl::StatusOr<size_t> CopyMasker::TakeLines(std::string_view bytes, std::string& out) {
  size_t taken = 0;
  while (const auto end = lines_.Find(bytes.substr(taken))) {
    const std::string_view line = bytes.substr(taken, *end);
    if (where_ == Where::kStart && options_.header) {
      out += line;
    } else {
      RETURN_IF_ERROR(MaskLine(line, out));
      values_.CountRow();
    }
    where_ = Where::kRows;
    out += '\n';
    taken += *end + 1;
  }
  return taken;
}

absl::Status CopyMasker::MaskLine(std::string_view line, std::string& out) {
  // A row without columns is an empty line.
  bool more = values_.width() > 0 || !line.empty();
  std::string_view kept = line;  // What has not been copied yet, of which the first is to be kept.
  size_t column = 0;
  while (more) {
    if (column == values_.width()) return Malformed("a row has more columns than its plan");
    const auto field = TakeField(options_, line, more);
    if (!field) return Malformed("the quotes of a row do not match");
    const size_t at = static_cast<size_t>(field->data() - kept.data());
    if (MaskField(column++, *field, kept.substr(0, at), out)) {
      kept.remove_prefix(at + field->size());
    }
  }
  if (column < values_.width()) return Malformed("a row has fewer columns than its plan");
  out += kept;
  return absl::OkStatus();
}

bool CopyMasker::MaskField(size_t column, std::string_view field, std::string_view kept,
                           std::string& out) {
  if (!values_.Touches(column)) return false;
  const bool quoted =
      options_.style == Style::kCsv && !field.empty() && field.front() == options_.quote;
  // Where NULL can be mistaken for a value it is masked as one: the text for it was the caller's
  // choice, and would show which values are that text.
  const bool null =
      !quoted && field == options_.null_text && (null_is_certain_ || !values_.IsMasked(column));
  if (null) return false;
  value_.clear();
  masked_.clear();
  DecodeField(options_, field, value_);
  const auto outcome = values_.Mask(column, value_, masked_);
  if (outcome == ValueMasker::Outcome::kKept) return false;
  out += kept;
  if (outcome == ValueMasker::Outcome::kNull) {
    out += options_.null_text;
  } else {
    AppendField(options_, masked_, quoted, values_.width() == 1, out);
  }
  return true;
}

absl::StatusOr<size_t> CopyMasker::TakeTuples(std::string_view bytes, std::string& out) {
  size_t taken = 0;
  if (where_ == Where::kStart) {
    const auto header = BinaryHeaderBytes(bytes);
    if (!header) return Malformed("this is not how a binary copy begins");
    if (*header == 0) return 0;
    out += bytes.substr(0, *header);
    taken = *header;
    where_ = Where::kRows;
  }
  for (;;) {
    const std::string_view rest = bytes.substr(taken);
    if (rest.empty()) return taken;
    if (where_ == Where::kEnd) return Malformed("something comes behind its end");
    if (rest.size() < kCountBytes) return taken;
    const std::string_view count = rest.substr(0, kCountBytes);
    if (LoadBigEndian(count) == kTrailer) {
      out += count;
      taken += kCountBytes;
      where_ = Where::kEnd;
      continue;
    }
    if (LoadBigEndian(count) != values_.width()) {
      return Malformed("a row has another number of columns than its plan");
    }
    const auto tuple = TupleBytes(rest, values_.width());
    if (!tuple) return Malformed("the length of a value is negative");
    if (*tuple == 0) return taken;
    out += count;
    if (!MaskValues(values_, rest.substr(kCountBytes, *tuple - kCountBytes), out)) {
      return Malformed("a value does not fit");
    }
    values_.CountRow();
    taken += *tuple;
  }
}

}  // namespace portreeve::mask
