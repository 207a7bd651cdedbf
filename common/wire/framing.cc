#include "wire/framing.h"

#include <array>
#include <string>

namespace portreeve::wire {
namespace {

struct Kind {
  char type;
  std::string_view name;
  uint32_t min_length;
  uint32_t max_length;
};

constexpr Kind kFrontendKinds[] = {
    {'B', "Bind", 12, kLargeLength},
    {'C', "Close", 6, kSmallLength},
    {'D', "Describe", 6, kSmallLength},
    {'E', "Execute", 9, kSmallLength},
    {'F', "FunctionCall", 14, kLargeLength},
    {'H', "Flush", 4, 4},
    {'P', "Parse", 8, kLargeLength},
    {'Q', "Query", 5, kLargeLength},
    {'S', "Sync", 4, 4},
    {'X', "Terminate", 4, 4},
    {'c', "CopyDone", 4, 4},
    {'d', "CopyData", 4, kLargeLength},
    {'f', "CopyFail", 5, kSmallLength},
    {'p', "AuthenticationResponse", 4, kAuthenticationLength},
};

constexpr Kind kBackendKinds[] = {
    {'1', "ParseComplete", 4, 4},
    {'2', "BindComplete", 4, 4},
    {'3', "CloseComplete", 4, 4},
    {'A', "NotificationResponse", 10, kSmallBackendLength},
    {'C', "CommandComplete", 5, kSmallBackendLength},
    {'D', "DataRow", 6, kLargeBackendLength},
    {'E', "ErrorResponse", 5, kLargeBackendLength},
    {'G', "CopyInResponse", 7, kSmallBackendLength},
    {'H', "CopyOutResponse", 7, kSmallBackendLength},
    {'I', "EmptyQueryResponse", 4, 4},
    {'K', "BackendKeyData", 8 + kMinSecretBytes, 8 + kMaxSecretBytes},
    {'N', "NoticeResponse", 5, kLargeBackendLength},
    {'R', "Authentication", 8, kSmallBackendLength},
    {'S', "ParameterStatus", 6, kSmallBackendLength},
    {'T', "RowDescription", 6, kRowDescriptionLength},
    {'V', "FunctionCallResponse", 8, kLargeBackendLength},
    {'W', "CopyBothResponse", 7, kSmallBackendLength},
    {'Z', "ReadyForQuery", 5, 5},
    {'c', "CopyDone", 4, 4},
    {'d', "CopyData", 4, kLargeBackendLength},
    {'n', "NoData", 4, 4},
    {'s', "PortalSuspended", 4, 4},
    {'t', "ParameterDescription", 6, kParameterDescriptionLength},
    {'v', "NegotiateProtocolVersion", 12, kSmallBackendLength},
};

// No length lies between its bounds.
constexpr Kind kUnknown{0, "unknown message", 1, 0};

using Table = std::array<Kind, 256>;

template <size_t kCount>
constexpr Table MakeTable(const Kind (&kinds)[kCount]) {
  Table table{};
  for (auto& entry : table) entry = kUnknown;
  for (const Kind& kind : kinds) table[static_cast<uint8_t>(kind.type)] = kind;
  return table;
}

constexpr Table kFrontend = MakeTable(kFrontendKinds);
constexpr Table kBackend = MakeTable(kBackendKinds);

absl::Status Refuse(const Kind& kind, Header header) {
  if (kind.max_length == 0) {
    return base::InvalidArgument("unknown message type " +
                                 std::to_string(static_cast<uint8_t>(header.type)));
  }
  std::string text(kind.name);
  text += ": invalid length " + std::to_string(header.length);
  const bool too_large = header.length > kind.max_length && kind.max_length != kind.min_length;
  return too_large ? base::ResourceExhausted(text) : base::InvalidArgument(text);
}

absl::Status Check(const Table& table, Header header) {
  const Kind& kind = table[static_cast<uint8_t>(header.type)];
  if (header.length >= kind.min_length && header.length <= kind.max_length) [[likely]] {
    return absl::OkStatus();
  }
  return Refuse(kind, header);
}

}  // namespace

absl::Status CheckFrontend(Header header) { return Check(kFrontend, header); }
absl::Status CheckBackend(Header header) { return Check(kBackend, header); }

std::string_view FrontendName(char type) { return kFrontend[static_cast<uint8_t>(type)].name; }
std::string_view BackendName(char type) { return kBackend[static_cast<uint8_t>(type)].name; }

}  // namespace portreeve::wire
