#include "mask/row_masker.h"

#include "mask/integers.h"
#include "wire/backend.h"

namespace portreeve::mask {
namespace {

constexpr size_t kLengthBytes = 4;
constexpr uint64_t kNullLength = 0xffffffff;
constexpr size_t kMaxMessageBytes = 0x7fffffff;

}  // namespace

bool MaskValues(ValueMasker& masker, std::string_view values, std::string& out) {
  std::string_view rest = values;
  size_t kept_from = 0;  // What lies from there to `rest` leaves as it is, and in one piece.
  for (size_t column = 0; column < masker.width(); ++column) {
    const auto length = ReadInteger(Format::kBinary, kLengthBytes, rest.substr(0, kLengthBytes));
    if (!length || *length < -1) return false;
    const size_t at = values.size() - rest.size();
    rest.remove_prefix(kLengthBytes);
    if (*length == -1) continue;
    if (static_cast<size_t>(*length) > rest.size()) return false;
    const std::string_view value = rest.substr(0, static_cast<size_t>(*length));
    rest.remove_prefix(value.size());
    if (!masker.Touches(column)) continue;
    const size_t before = out.size();
    out += values.substr(kept_from, at - kept_from);
    const size_t length_at = out.size();
    out.append(kLengthBytes, '\0');
    const auto outcome = masker.Mask(column, value, out);
    if (outcome == ValueMasker::Outcome::kKept) {
      out.resize(before);
      continue;
    }
    const size_t bytes = out.size() - length_at - kLengthBytes;
    const bool null = outcome == ValueMasker::Outcome::kNull;
    StoreBigEndian(null ? kNullLength : bytes, kLengthBytes, out.data() + length_at);
    kept_from = values.size() - rest.size();
  }
  if (!rest.empty()) return false;
  out += values.substr(kept_from);
  return true;
}

absl::Status RowMasker::MaskRow(std::string_view body, std::string& out) {
  const size_t start = out.size();
  if (body.size() < 2 || LoadBigEndian(body.substr(0, 2)) != values_.width()) {
    return base::InvalidArgument("DataRow has another number of columns than its plan");
  }
  out += wire::DataRow::kTag;
  out.append(kLengthBytes, '\0');
  out += body.substr(0, 2);
  const bool ok = MaskValues(values_, body.substr(2), out);
  const size_t length = out.size() - start - 1;
  if (!ok || length > kMaxMessageBytes) {
    out.resize(start);
    return base::InvalidArgument("DataRow: a value does not fit");
  }
  StoreBigEndian(length, kLengthBytes, out.data() + start + 1);
  values_.CountRow();
  return absl::OkStatus();
}

}  // namespace portreeve::mask
