// Reads the fields of one message body. Its one rule: the first thing that does not fit is
// remembered, and from then on every read gives zero or nothing, so that a decoder can be written
// without branches and asks once, at its end, whether the body was right and wholly consumed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/status.h"

namespace portreeve::wire {

// Names of prepared statements, portals and parameters are kept by the gateway, hence bounded.
inline constexpr size_t kMaxNameBytes = 1024;

// What it returns are views into the body. Nothing here allocates but Finish(), and that on
// failure.
class Reader {
 public:
  explicit Reader(std::string_view body) : rest_(body) {}

  uint8_t Byte() { return static_cast<uint8_t>(BigEndian<1>()); }
  uint16_t Uint16() { return static_cast<uint16_t>(BigEndian<2>()); }
  int16_t Int16() { return static_cast<int16_t>(Uint16()); }
  uint32_t Uint32() { return BigEndian<4>(); }
  int32_t Int32() { return static_cast<int32_t>(Uint32()); }

  // Up to the next NUL, which is consumed and not part of the text.
  std::string_view Text() {
    const void* end = rest_.empty() ? nullptr : std::memchr(rest_.data(), 0, rest_.size());
    if (end == nullptr) return Fail("a text is not terminated");
    const std::string_view text(rest_.data(), static_cast<const char*>(end) - rest_.data());
    rest_.remove_prefix(text.size() + 1);
    return text;
  }

  // A Text of at most kMaxNameBytes.
  std::string_view Name() {
    const std::string_view name = Text();
    return name.size() <= kMaxNameBytes ? name : Fail("a name is longer than 1024 bytes");
  }

  std::string_view Bytes(size_t count) {
    if (count > rest_.size()) return Fail("the body ends too early");
    const std::string_view bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return bytes;
  }

  std::string_view Rest() { return Bytes(rest_.size()); }

  // `problem` must be a literal.
  void Require(bool condition, const char* problem) {
    if (!condition) Fail(problem);
  }

  bool ok() const { return problem_ == nullptr; }
  std::string_view rest() const { return rest_; }

  // kInvalidArgument if anything did not fit, or if bytes are left over.
  absl::Status Finish(std::string_view message) const {
    if (ok() && rest_.empty()) return absl::OkStatus();
    return Malformed(message, ok() ? "bytes are left over" : problem_);
  }

 private:
  template <size_t kCount>
  uint32_t BigEndian() {
    if (rest_.size() < kCount) {
      Fail("the body ends too early");
      return 0;
    }
    uint32_t value = 0;
    for (size_t i = 0; i < kCount; ++i) value = value << 8 | static_cast<uint8_t>(rest_[i]);
    rest_.remove_prefix(kCount);
    return value;
  }

  std::string_view Fail(const char* problem) {
    if (problem_ == nullptr) problem_ = problem;
    rest_ = {};
    return {};
  }

  static absl::Status Malformed(std::string_view message, std::string_view problem);

  std::string_view rest_;
  const char* problem_ = nullptr;
};

}  // namespace portreeve::wire
