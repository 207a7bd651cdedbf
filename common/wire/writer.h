// Appends one message, or one start-up packet, to a string. Its one rule: the length is always
// right, because it is filled in when the writer goes out of scope.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"

namespace portreeve::wire {

// `out` must outlive the writer and be left alone while it lives.
class Writer {
 public:
  Writer(std::string& out, char tag) : out_(out) {
    out_ += tag;
    Begin();
  }
  // A start-up packet: no type byte (PostgreSQL 55.2.1).
  explicit Writer(std::string& out) : out_(out) { Begin(); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  ~Writer() {
    const size_t length = out_.size() - start_;
    PORTREEVE_CHECK(length <= 0x7fffffff);
    for (size_t i = 0; i < 4; ++i) out_[start_ + i] = static_cast<char>(length >> (24 - 8 * i));
  }

  void Byte(uint8_t value) { out_ += static_cast<char>(value); }
  void Int16(uint16_t value) {
    Byte(static_cast<uint8_t>(value >> 8));
    Byte(static_cast<uint8_t>(value));
  }
  void Int32(uint32_t value) {
    Int16(static_cast<uint16_t>(value >> 16));
    Int16(static_cast<uint16_t>(value));
  }
  // Ends at the first NUL inside `text`, so that no text can pass itself off as further fields.
  void Text(std::string_view text) {
    out_ += text.substr(0, text.find('\0'));
    out_ += '\0';
  }
  void Bytes(std::string_view bytes) { out_ += bytes; }

 private:
  void Begin() {
    start_ = out_.size();
    out_.append(4, '\0');
  }

  std::string& out_;
  size_t start_ = 0;
};

}  // namespace portreeve::wire
