#include "mask/decimal.h"

#include <algorithm>

#include "base/digits.h"
#include "mask/integers.h"

namespace portreeve::mask {
namespace {

// The binary format of numeric (numeric_send): four words, then digits to the base 10,000.
constexpr int64_t kBase = 10'000;
constexpr int64_t kDecimals = 4;  // Of one such digit.
constexpr size_t kHeaderBytes = 8;
constexpr uint64_t kPositive = 0;
constexpr uint64_t kNegative = 0x4000;
constexpr uint64_t kNan = 0xc000;
constexpr uint64_t kInfinity = 0xd000;
constexpr uint64_t kMinusInfinity = 0xf000;
constexpr uint64_t kMaxScale = 0x3fff;

using base::IsDigit;

// The digits of a number that is being written at the end of a string.
class Digits {
 public:
  Digits(std::string& out, size_t first) : out_(out), first_(first) {}

  int64_t size() const { return static_cast<int64_t>((out_.size() - first_) / 2); }
  int64_t Get(int64_t index) const {
    return static_cast<int64_t>(LoadBigEndian(std::string_view(out_).substr(At(index), 2)));
  }
  void Set(int64_t index, int64_t digit) {
    StoreBigEndian(static_cast<uint64_t>(digit), 2, out_.data() + At(index));
  }
  void Cut(int64_t count) { out_.resize(At(count)); }
  void DropFront(int64_t count) { out_.erase(first_, static_cast<size_t>(count) * 2); }

 private:
  size_t At(int64_t index) const { return first_ + static_cast<size_t>(index) * 2; }

  std::string& out_;
  size_t first_;
};

// Keeps `wanted` decimal digits, of which the first four are the first digit, and rounds.
void RoundDigits(Digits& digits, int64_t wanted) {
  if (wanted < 0) return digits.Cut(0);
  const int64_t whole = wanted / kDecimals;
  const int64_t part = wanted % kDecimals;
  if (whole >= digits.size()) return;
  int64_t last = whole - 1;  // Of those that stay.
  int64_t unit = 1;
  bool up = false;
  const int64_t cut = digits.Get(whole);
  if (part == 0) {
    up = cut >= kBase / 2;
    digits.Cut(whole);
  } else {
    for (int64_t i = part; i < kDecimals; ++i) unit *= 10;
    up = cut % unit >= unit / 2;
    digits.Set(whole, cut - cut % unit);
    digits.Cut(whole + 1);
    last = whole;
  }
  for (int64_t carry = up ? unit : 0; carry != 0 && last >= 0; --last) {
    const int64_t sum = digits.Get(last) + carry;
    digits.Set(last, sum % kBase);
    carry = sum / kBase;
  }
}

// Takes off the zeros at both ends and fills in the four words before the digits; false: the number
// has too many of them.
bool FinishNumeric(std::string& out, size_t start, int64_t weight, uint64_t sign, uint64_t scale) {
  Digits digits(out, start + kHeaderBytes);
  int64_t zeros = 0;
  while (zeros < digits.size() && digits.Get(zeros) == 0) ++zeros;
  digits.DropFront(zeros);
  weight -= zeros;
  int64_t count = digits.size();
  while (count > 0 && digits.Get(count - 1) == 0) --count;
  digits.Cut(count);
  if (count == 0) {
    weight = 0;
    sign = kPositive;
  }
  if (weight > INT16_MAX) return false;
  char* header = out.data() + start;
  StoreBigEndian(static_cast<uint64_t>(count), 2, header);
  StoreBigEndian(static_cast<uint64_t>(weight), 2, header + 2);
  StoreBigEndian(sign, 2, header + 4);
  StoreBigEndian(scale, 2, header + 6);
  return true;
}

}  // namespace

bool IsDecimal(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  const size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view part = text.substr(std::min(point + 1, text.size()));
  return !whole.empty() && (point == text.size() || !part.empty()) &&
         std::all_of(whole.begin(), whole.end(), IsDigit) &&
         std::all_of(part.begin(), part.end(), IsDigit);
}

void RoundDecimal(std::string_view text, int64_t places, std::string& out) {
  const bool negative = text.front() == '-';
  if (negative) text.remove_prefix(1);
  const size_t point = std::min(text.find('.'), text.size());
  std::string_view whole = text.substr(0, point);
  std::string_view part = text.substr(std::min(point + 1, text.size()));
  const size_t start = out.size();
  // One digit more in front takes up a carry; a sign may come before it.
  out += "00";
  bool up = false;
  size_t zeros_behind = 0;
  if (places >= 0) {
    const auto kept = static_cast<size_t>(places);
    up = part.size() > kept && part[kept] >= '5';
    out += whole;
    out += part.substr(0, kept);
    if (part.size() < kept) out.append(kept - part.size(), '0');
  } else {
    zeros_behind = std::min(static_cast<size_t>(-places), whole.size() + 1);
    const bool all = zeros_behind > whole.size();
    const size_t kept = all ? 0 : whole.size() - zeros_behind;
    up = !all && whole[kept] >= '5';
    out += whole.substr(0, kept);
  }
  for (size_t i = out.size(); up && i-- > start + 1;) {
    up = out[i] == '9';
    out[i] = up ? '0' : static_cast<char>(out[i] + 1);
  }
  out.append(zeros_behind, '0');
  const size_t behind = places > 0 ? static_cast<size_t>(places) : 0;
  const bool zero = out.find_first_not_of('0', start) == std::string::npos;
  size_t first = start;
  while (first + behind + 1 < out.size() && out[first] == '0') ++first;
  if (negative && !zero) out[--first] = '-';
  out.erase(start, first - start);
  if (behind > 0) out.insert(out.size() - behind, 1, '.');
}

bool RoundNumeric(std::string_view value, int64_t places, std::string& out) {
  if (value.size() < kHeaderBytes || value.size() % 2 != 0) return false;
  const uint64_t count = LoadBigEndian(value.substr(0, 2));
  const auto weight = static_cast<int16_t>(LoadBigEndian(value.substr(2, 2)));
  const uint64_t sign = LoadBigEndian(value.substr(4, 2));
  if (value.size() != kHeaderBytes + 2 * count) return false;
  if (sign == kNan || sign == kInfinity || sign == kMinusInfinity) {
    if (count != 0) return false;
    out += value;
    return true;
  }
  if (sign != kPositive && sign != kNegative) return false;
  if (LoadBigEndian(value.substr(6, 2)) > kMaxScale) return false;
  const size_t start = out.size();
  out.append(kHeaderBytes, '\0');
  out.append(2, '\0');  // A digit more in front takes up a carry.
  for (size_t i = kHeaderBytes; i < value.size(); i += 2) {
    const std::string_view digit = value.substr(i, 2);
    if (LoadBigEndian(digit) >= kBase) return false;
    out += digit;
  }
  Digits digits(out, start + kHeaderBytes);
  // Counted with the digit in front.
  RoundDigits(digits, (weight + int64_t{2}) * kDecimals + places);
  const uint64_t scale = places > 0 ? static_cast<uint64_t>(places) : 0;
  return FinishNumeric(out, start, weight + int64_t{1}, sign, scale);
}

bool AppendNumeric(std::string_view text, std::string& out) {
  const bool negative = text.front() == '-';
  if (negative) text.remove_prefix(1);
  const size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view part = text.substr(std::min(point + 1, text.size()));
  const size_t start = out.size();
  out.append(kHeaderBytes, '\0');
  const int64_t groups = static_cast<int64_t>(whole.size() + 3) / kDecimals;
  const int64_t groups_behind = static_cast<int64_t>(part.size() + 3) / kDecimals;
  const auto digit_at = [&](int64_t place) -> int64_t {  // 0: the one before the point.
    const int64_t index = static_cast<int64_t>(whole.size()) - 1 - place;
    if (place >= 0) return index >= 0 ? whole[static_cast<size_t>(index)] - '0' : 0;
    const auto behind = static_cast<size_t>(-place - 1);
    return behind < part.size() ? part[behind] - '0' : 0;
  };
  for (int64_t group = groups - 1; group >= -groups_behind; --group) {
    int64_t digit = 0;
    for (int64_t i = kDecimals - 1; i >= 0; --i)
      digit = digit * 10 + digit_at(group * kDecimals + i);
    AppendBigEndian(static_cast<uint64_t>(digit), 2, out);
  }
  if (part.size() > kMaxScale) return false;
  return FinishNumeric(out, start, groups - 1, negative ? kNegative : kPositive, part.size());
}

}  // namespace portreeve::mask
