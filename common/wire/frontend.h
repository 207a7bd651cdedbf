// Messages from the client to the server, after start-up (PostgreSQL 55.7). message.h says what
// every one of them can do. Decoding them allocates nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/status.h"
#include "wire/message.h"
#include "wire/packed.h"

namespace portreeve::wire {

struct Query {
  static constexpr char kTag = 'Q';
  std::string_view text;
  static absl::StatusOr<Query> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct Parse {
  static constexpr char kTag = 'P';
  std::string_view name;
  std::string_view text;
  Oids parameter_types;
  static absl::StatusOr<Parse> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

// Parameter formats: none (all text), one (for all), or as many as values.
struct Bind {
  static constexpr char kTag = 'B';
  std::string_view portal;
  std::string_view statement;
  FormatCodes parameter_formats;
  Values values;
  FormatCodes result_formats;
  static absl::StatusOr<Bind> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

enum class Target : char { kStatement = 'S', kPortal = 'P' };

struct Describe {
  static constexpr char kTag = 'D';
  Target target = Target::kStatement;
  std::string_view name;
  static absl::StatusOr<Describe> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct Close {
  static constexpr char kTag = 'C';
  Target target = Target::kStatement;
  std::string_view name;
  static absl::StatusOr<Close> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct Execute {
  static constexpr char kTag = 'E';
  std::string_view portal;
  int32_t max_rows = 0;  // Zero or less: no limit, as the server takes it.
  static absl::StatusOr<Execute> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct Flush : Bodiless<Flush, 'H'> {};
struct Sync : Bodiless<Sync, 'S'> {};
struct Terminate : Bodiless<Terminate, 'X'> {};

struct CopyFail {
  static constexpr char kTag = 'f';
  std::string_view reason;
  static absl::StatusOr<CopyFail> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct FunctionCall {
  static constexpr char kTag = 'F';
  uint32_t function_oid = 0;
  FormatCodes argument_formats;
  Values arguments;
  uint16_t result_format = kTextFormat;
  static absl::StatusOr<FunctionCall> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

// Four messages share the tag 'p'; which one it is follows from what the server asked for. This is
// any of them, unread.
struct AuthenticationResponse {
  static constexpr char kTag = 'p';
  std::string_view body;
  static absl::StatusOr<AuthenticationResponse> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct PasswordMessage {
  static constexpr char kTag = 'p';
  std::string_view password;
  static absl::StatusOr<PasswordMessage> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct SaslInitialResponse {
  static constexpr char kTag = 'p';
  std::string_view mechanism;
  std::optional<std::string_view> response;  // nullopt: none was sent.
  static absl::StatusOr<SaslInitialResponse> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct SaslResponse {
  static constexpr char kTag = 'p';
  std::string_view data;
  static absl::StatusOr<SaslResponse> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct GssResponse {
  static constexpr char kTag = 'p';
  std::string_view data;
  static absl::StatusOr<GssResponse> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

using FrontendMessage =
    std::variant<Query, Parse, Bind, Describe, Close, Execute, Flush, Sync, Terminate, CopyData,
                 CopyDone, CopyFail, FunctionCall, AuthenticationResponse>;

// kInvalidArgument also for a type that no message of this direction has.
absl::StatusOr<FrontendMessage> DecodeFrontend(char type, std::string_view body);

}  // namespace portreeve::wire
