// The packets that open a connection: they have no type byte, and what they are is said by their
// first word (PostgreSQL 55.2.1, 55.7). `body` is what follows the length word. What Decode returns
// views into the body.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/status.h"

namespace portreeve::wire {

inline constexpr uint32_t kProtocol30 = 3u << 16;
inline constexpr uint32_t kProtocol32 = 3u << 16 | 2;
constexpr uint32_t ProtocolMajor(uint32_t version) { return version >> 16; }
constexpr uint32_t ProtocolMinor(uint32_t version) { return version & 0xffff; }

// The length word counts itself; the server's own bound is MAX_STARTUP_PACKET_LENGTH without it.
inline constexpr uint32_t kMaxStartupLength = 10000 + 4;
inline constexpr uint32_t kMinStartupLength = 8;
inline constexpr size_t kMaxStartupParameters = 128;

// Protocol 3.x of whatever minor version: agreeing on one is the receiver's business. A parameter
// that is named twice is refused (the server would take the last one), as are more than
// kMaxStartupParameters. kUnimplemented: another major version.
struct StartupMessage {
  uint32_t version = kProtocol30;
  std::vector<std::pair<std::string_view, std::string_view>> parameters;

  std::optional<std::string_view> Find(std::string_view name) const;
  static absl::StatusOr<StartupMessage> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct SslRequest {
  static constexpr uint32_t kCode = 80877103;
  static absl::StatusOr<SslRequest> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct GssEncRequest {
  static constexpr uint32_t kCode = 80877104;
  static absl::StatusOr<GssEncRequest> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct CancelRequest {
  static constexpr uint32_t kCode = 80877102;
  uint32_t process_id = 0;
  std::string_view secret;  // kMinSecretBytes to kMaxSecretBytes.
  static absl::StatusOr<CancelRequest> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

// The length word of a start-up packet; nullopt: fewer than 4 bytes.
std::optional<uint32_t> ReadStartupLength(std::string_view bytes);
absl::Status CheckStartupLength(uint32_t length);

using StartupPacket = std::variant<StartupMessage, SslRequest, GssEncRequest, CancelRequest>;
absl::StatusOr<StartupPacket> DecodeStartupPacket(std::string_view body);

}  // namespace portreeve::wire
