// Where a message begins and ends: its type byte and its length, checked before a byte of its body
// is waited for. Its one rule: a type that is not known in that direction, or a length that its
// type cannot have, is an error; nothing is skipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/status.h"

namespace portreeve::wire {

inline constexpr size_t kHeaderBytes = 5;

// Limits of the length word, which counts itself. The first two are the server's own
// (PQ_SMALL_MESSAGE_LIMIT and PQ_LARGE_MESSAGE_LIMIT): what passes here passes there.
inline constexpr uint32_t kSmallLength = 10000;
inline constexpr uint32_t kLargeLength = 0x3ffffffe;
// PG_MAX_AUTH_TOKEN_LENGTH.
inline constexpr uint32_t kAuthenticationLength = 65535;
// The server builds messages in buffers of just under 1 GiB and puts the length before them.
inline constexpr uint32_t kLargeBackendLength = 0x40000002;
// What libpq takes for a message that is not one of the long kinds.
inline constexpr uint32_t kSmallBackendLength = 30000;
inline constexpr uint32_t kRowDescriptionLength = 1u << 20;
// 65535 type OIDs.
inline constexpr uint32_t kParameterDescriptionLength = 4 + 2 + 4 * 65535;

// Secrets of BackendKeyData and CancelRequest: 4 bytes in protocol 3.0, 4 to 256 in 3.2.
inline constexpr size_t kMinSecretBytes = 4;
inline constexpr size_t kMaxSecretBytes = 256;

struct Header {
  char type = 0;
  uint32_t length = 0;  // As on the wire: counts itself, not the type byte.

  // Only of a header that was checked.
  uint32_t body_bytes() const { return length - 4; }
  size_t message_bytes() const { return size_t{1} + length; }
};

// nullopt: fewer than kHeaderBytes bytes.
inline std::optional<Header> ReadHeader(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes) return std::nullopt;
  Header header{bytes[0], 0};
  for (size_t i = 1; i < kHeaderBytes; ++i) {
    header.length = header.length << 8 | static_cast<uint8_t>(bytes[i]);
  }
  return header;
}

// kInvalidArgument: no such message in this direction, or a length it cannot have;
// kResourceExhausted: larger than the limit of its type.
absl::Status CheckFrontend(Header header);
absl::Status CheckBackend(Header header);

// PostgreSQL's name of the message, or "unknown message".
std::string_view FrontendName(char type);
std::string_view BackendName(char type);

}  // namespace portreeve::wire
