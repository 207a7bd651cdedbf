// What every test of messages does: encode, decode, cut and stretch.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "wire/framing.h"

namespace portreeve::wire {

template <typename Message>
std::string Encoded(const Message& message) {
  std::string bytes;
  message.Encode(bytes);
  return bytes;
}

inline std::string_view BodyOf(std::string_view message) { return message.substr(kHeaderBytes); }

// The message comes back as the same bytes; no shorter and no longer body passes for it.
template <typename Message>
void RequireExact(const Message& message) {
  const std::string bytes = Encoded(message);
  const auto header = ReadHeader(bytes);
  REQUIRE(header.has_value());
  REQUIRE(header->type == Message::kTag);
  REQUIRE(header->message_bytes() == bytes.size());
  const std::string_view body = BodyOf(bytes);
  REQUIRE(body.size() == header->body_bytes());
  const auto decoded = Message::Decode(body);
  REQUIRE(decoded.ok());
  REQUIRE(Encoded(*decoded) == bytes);
  for (size_t cut = 0; cut < body.size(); ++cut) {
    INFO("cut to " << cut);
    // A copy of its own, so that a sanitizer sees a read beyond it.
    const std::string shorter(body.substr(0, cut));
    REQUIRE_FALSE(Message::Decode(shorter).ok());
  }
  for (const char extra : {'\0', 'x'})
    REQUIRE_FALSE(Message::Decode(std::string(body) + extra).ok());
}

// For messages whose body is taken as it is.
template <typename Message>
void RequireOpen(const Message& message, size_t fixed_bytes) {
  const std::string bytes = Encoded(message);
  const std::string_view body = BodyOf(bytes);
  for (size_t cut = 0; cut <= body.size(); ++cut) {
    const auto decoded = Message::Decode(body.substr(0, cut));
    REQUIRE(decoded.ok() == (cut >= fixed_bytes));
    if (decoded.ok()) REQUIRE(BodyOf(Encoded(*decoded)) == body.substr(0, cut));
  }
}

}  // namespace portreeve::wire
