// What several messages have in common: those without a body, and those of the COPY sub-protocol
// that go both ways. Every message is a small struct that knows three things and does no I/O:
//   kTag             its type byte;
//   Decode(body)     from what follows type and length. The body must be wholly consumed, and every
//                    count, terminator and code is checked. Texts and bytes are views into the
//                    body, which must outlive them;
//   Encode(out)      appends the whole message, type and length included. A text ends at its first
//                    NUL.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace portreeve::wire {

template <typename Message, char kType>
struct Bodiless {
  static constexpr char kTag = kType;
  static absl::StatusOr<Message> Decode(std::string_view body) {
    if (!body.empty()) return Reader(body).Finish("message without a body");
    return Message{};
  }
  void Encode(std::string& out) const { Writer(out, kTag); }
};

struct CopyDone : Bodiless<CopyDone, 'c'> {};

struct CopyData {
  static constexpr char kTag = 'd';
  std::string_view data;
  static absl::StatusOr<CopyData> Decode(std::string_view body) { return CopyData{body}; }
  void Encode(std::string& out) const { Writer(out, kTag).Bytes(data); }
};

}  // namespace portreeve::wire
