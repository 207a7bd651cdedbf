// Validates the body of a large Bind or FunctionCall as it comes in, in pieces of any size, without
// collecting it. Its one rule: it accepts exactly the bodies that Bind::Decode and
// FunctionCall::Decode accept, and says no at the first byte that cannot be right.
//
// A scanner holds a few hundred bytes whatever the body; it allocates only when the two names of a
// Bind together are longer than kInlineHeadBytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace portreeve::wire {

// What Bind and FunctionCall share: format codes, values, and what stands behind them.
class ParameterScanner {
 public:
  // Bind closes with a counted list of result formats, FunctionCall with a single one.
  enum class Tail : uint8_t { kResultFormats, kResultFormat };

  ParameterScanner(Tail tail, uint32_t bytes) : left_(bytes), tail_(tail) {}

  // nullptr, or what is wrong (a literal).
  const char* Feed(std::string_view piece);
  bool complete() const { return step_ == Step::kEnd && left_ == 0; }
  // Negative until it is known.
  int value_count() const { return value_count_; }

 private:
  enum class Step : uint8_t {
    kFormatCount,
    kFormats,
    kValueCount,
    kValueLength,
    kValueBytes,
    kResultCount,
    kResults,
    kEnd,
  };

  // Takes the integer of `width` bytes off the piece; false: more pieces are needed.
  bool TakeInteger(std::string_view& piece, uint32_t width, uint32_t& value);
  const char* OnInteger(uint32_t value);
  const char* EnterFormats(Step step, uint32_t count);
  void EnterAfterValue();

  uint32_t left_;         // Bytes of the body not yet consumed.
  uint32_t partial_ = 0;  // The integer being read, and how many of its bytes were.
  uint32_t partial_bytes_ = 0;
  uint32_t repeat_ = 0;       // Format codes or values still to come.
  uint32_t value_bytes_ = 0;  // Bytes of the current value still to come.
  uint32_t format_count_ = 0;
  int value_count_ = -1;
  Tail tail_;
  Step step_ = Step::kFormatCount;
};

class BindScanner {
 public:
  explicit BindScanner(uint32_t body_bytes)
      : head_left_(body_bytes), parameters_(ParameterScanner::Tail::kResultFormats, 0) {}

  // Takes the next bytes of the body. kInvalidArgument: the body is malformed or longer than was
  // announced; the scanner is of no use any more and gives the same error again.
  absl::Status Feed(std::string_view piece);

  // Both names are known; they are, from then on, the scanner's own.
  bool head_complete() const { return names_ == 2; }
  std::string_view portal() const {
    return head_complete() ? head().substr(0, portal_bytes_) : head();
  }
  std::string_view statement() const {
    return head_complete() ? head().substr(portal_bytes_) : head();
  }
  bool complete() const { return problem_ == nullptr && parameters_.complete(); }
  // Negative until it is known.
  int parameter_count() const { return parameters_.value_count(); }

 private:
  static constexpr size_t kInlineHeadBytes = 128;

  const char* FeedHead(std::string_view& piece);
  const char* FeedAll(std::string_view piece);
  void Keep(std::string_view bytes);
  std::string_view head() const;

  uint32_t head_left_;  // Bytes of the body behind what was consumed, until the head is complete.
  int names_ = 0;
  size_t portal_bytes_ = 0;
  size_t head_bytes_ = 0;  // Both names without their terminators.
  std::array<char, kInlineHeadBytes> inline_head_{};
  std::string long_head_;  // Used instead when inline_head_ is too small.
  ParameterScanner parameters_;
  const char* problem_ = nullptr;
};

class FunctionCallScanner {
 public:
  explicit FunctionCallScanner(uint32_t body_bytes)
      : head_left_(body_bytes), parameters_(ParameterScanner::Tail::kResultFormat, 0) {}

  // As BindScanner::Feed.
  absl::Status Feed(std::string_view piece);

  bool head_complete() const { return oid_bytes_ == 4; }
  uint32_t function_oid() const { return oid_; }
  bool complete() const { return problem_ == nullptr && parameters_.complete(); }
  int argument_count() const { return parameters_.value_count(); }

 private:
  const char* FeedAll(std::string_view piece);

  uint32_t head_left_;  // As in BindScanner.
  uint32_t oid_ = 0;
  int oid_bytes_ = 0;
  ParameterScanner parameters_;
  const char* problem_ = nullptr;
};

}  // namespace portreeve::wire
