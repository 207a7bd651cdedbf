#include "wire/body_scanner.h"

#include <algorithm>
#include <cstring>

#include "wire/packed.h"
#include "wire/reader.h"

namespace portreeve::wire {
namespace {

constexpr const char* kTooShort = "the body ends too early";
constexpr const char* kTooLong = "bytes are left over";
constexpr uint32_t kNull = 0xffffffff;

absl::Status Malformed(std::string_view message, const char* problem) {
  std::string text = "malformed ";
  text += message;
  text += ": ";
  text += problem;
  return base::InvalidArgument(text);
}

}  // namespace

const char* ParameterScanner::Feed(std::string_view piece) {
  if (piece.size() > left_) return kTooLong;
  while (!piece.empty() && step_ != Step::kEnd) {
    if (step_ == Step::kValueBytes) {
      const auto taken = static_cast<uint32_t>(std::min<size_t>(piece.size(), value_bytes_));
      piece.remove_prefix(taken);
      left_ -= taken;
      value_bytes_ -= taken;
      if (value_bytes_ == 0) EnterAfterValue();
      continue;
    }
    uint32_t value = 0;
    if (!TakeInteger(piece, step_ == Step::kValueLength ? 4 : 2, value)) break;
    if (const char* problem = OnInteger(value)) return problem;
  }
  if (step_ == Step::kEnd && left_ > 0) return kTooLong;
  if (step_ != Step::kEnd && left_ == 0) return kTooShort;
  return nullptr;
}

bool ParameterScanner::TakeInteger(std::string_view& piece, uint32_t width, uint32_t& value) {
  while (!piece.empty() && partial_bytes_ < width) {
    partial_ = partial_ << 8 | static_cast<uint8_t>(piece.front());
    ++partial_bytes_;
    --left_;
    piece.remove_prefix(1);
  }
  if (partial_bytes_ < width) return false;
  value = partial_;
  partial_ = 0;
  partial_bytes_ = 0;
  return true;
}

const char* ParameterScanner::OnInteger(uint32_t value) {
  switch (step_) {
    case Step::kFormatCount:
      format_count_ = value;
      return EnterFormats(Step::kFormats, value);
    case Step::kFormats:
    case Step::kResults:
      if (value > kBinaryFormat) return "a format code is neither 0 nor 1";
      if (--repeat_ == 0) step_ = step_ == Step::kFormats ? Step::kValueCount : Step::kEnd;
      return nullptr;
    case Step::kValueCount:
      if (format_count_ > 1 && format_count_ != value) {
        return "the number of format codes does not fit the number of values";
      }
      if (uint64_t{value} * 4 > left_) return kTooShort;
      value_count_ = static_cast<int>(value);
      repeat_ = value + 1;
      EnterAfterValue();
      return nullptr;
    case Step::kValueLength:
      // Other negative lengths are larger than any body.
      if (value != kNull && value > left_) return kTooShort;
      if (value == kNull || value == 0) {
        EnterAfterValue();
      } else {
        value_bytes_ = value;
        step_ = Step::kValueBytes;
      }
      return nullptr;
    case Step::kResultCount:
      return EnterFormats(Step::kResults, value);
    case Step::kValueBytes:
    case Step::kEnd:
      break;
  }
  return kTooLong;
}

const char* ParameterScanner::EnterFormats(Step step, uint32_t count) {
  if (uint64_t{count} * 2 > left_) return kTooShort;
  repeat_ = count;
  step_ = step;
  if (count == 0) step_ = step == Step::kFormats ? Step::kValueCount : Step::kEnd;
  return nullptr;
}

void ParameterScanner::EnterAfterValue() {
  if (--repeat_ > 0) {
    step_ = Step::kValueLength;
    return;
  }
  step_ = tail_ == Tail::kResultFormats ? Step::kResultCount : Step::kResults;
  repeat_ = 1;
}

absl::Status BindScanner::Feed(std::string_view piece) {
  if (problem_ == nullptr) problem_ = FeedAll(piece);
  return problem_ == nullptr ? absl::OkStatus() : Malformed("Bind", problem_);
}

const char* BindScanner::FeedAll(std::string_view piece) {
  if (!head_complete()) {
    if (piece.size() > head_left_) return kTooLong;
    if (const char* problem = FeedHead(piece)) return problem;
    if (!head_complete()) return head_left_ == 0 ? kTooShort : nullptr;
    parameters_ = ParameterScanner(ParameterScanner::Tail::kResultFormats, head_left_);
  }
  return parameters_.Feed(piece);
}

const char* BindScanner::FeedHead(std::string_view& piece) {
  while (!piece.empty() && names_ < 2) {
    const size_t nul = piece.find('\0');
    const std::string_view part = piece.substr(0, nul);
    const size_t before = names_ == 0 ? head_bytes_ : head_bytes_ - portal_bytes_;
    if (before + part.size() > kMaxNameBytes) return "a name is longer than 1024 bytes";
    Keep(part);
    const size_t consumed = part.size() + (nul == std::string_view::npos ? 0 : 1);
    piece.remove_prefix(consumed);
    head_left_ -= static_cast<uint32_t>(consumed);
    if (nul == std::string_view::npos) break;
    if (++names_ == 1) portal_bytes_ = head_bytes_;
  }
  return nullptr;
}

void BindScanner::Keep(std::string_view bytes) {
  if (head_bytes_ + bytes.size() <= kInlineHeadBytes) {
    if (!bytes.empty()) std::memcpy(inline_head_.data() + head_bytes_, bytes.data(), bytes.size());
  } else {
    if (long_head_.empty()) long_head_.assign(inline_head_.data(), head_bytes_);
    long_head_ += bytes;
  }
  head_bytes_ += bytes.size();
}

std::string_view BindScanner::head() const {
  if (!head_complete()) return {};
  if (!long_head_.empty()) return long_head_;
  return {inline_head_.data(), head_bytes_};
}

absl::Status FunctionCallScanner::Feed(std::string_view piece) {
  if (problem_ == nullptr) problem_ = FeedAll(piece);
  return problem_ == nullptr ? absl::OkStatus() : Malformed("FunctionCall", problem_);
}

const char* FunctionCallScanner::FeedAll(std::string_view piece) {
  if (!head_complete()) {
    if (piece.size() > head_left_) return kTooLong;
    for (; !piece.empty() && !head_complete(); piece.remove_prefix(1)) {
      oid_ = oid_ << 8 | static_cast<uint8_t>(piece.front());
      ++oid_bytes_;
      --head_left_;
    }
    if (!head_complete()) return head_left_ == 0 ? kTooShort : nullptr;
    parameters_ = ParameterScanner(ParameterScanner::Tail::kResultFormat, head_left_);
  }
  return parameters_.Feed(piece);
}

}  // namespace portreeve::wire
