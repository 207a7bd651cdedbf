// Messages from the server to the client (PostgreSQL 55.7). message.h says what every one of them
// can do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/status.h"
#include "wire/message.h"
#include "wire/packed.h"

namespace portreeve::wire {

inline constexpr size_t kMaxReportFields = 64;
inline constexpr size_t kMaxSaslMechanisms = 16;
inline constexpr size_t kMaxRefusedOptions = 128;

// All of the server's Authentication messages. One that is not listed is refused by Decode.
struct Authentication {
  static constexpr char kTag = 'R';
  enum class Kind : uint32_t {
    kOk = 0,
    kKerberosV5 = 2,
    kCleartextPassword = 3,
    kMd5Password = 5,
    kGss = 7,
    kGssContinue = 8,
    kSspi = 9,
    kSasl = 10,
    kSaslContinue = 11,
    kSaslFinal = 12,
  };
  Kind kind = Kind::kOk;
  std::string_view
      data;  // kMd5Password: the salt, 4 bytes; kGssContinue, kSaslContinue, kSaslFinal.
  std::vector<std::string_view> mechanisms;  // kSasl only; in the server's order of preference.
  static absl::StatusOr<Authentication> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct BackendKeyData {
  static constexpr char kTag = 'K';
  uint32_t process_id = 0;
  std::string_view secret;  // 4 bytes in protocol 3.0, 4 to 256 in 3.2.
  static absl::StatusOr<BackendKeyData> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct ParameterStatus {
  static constexpr char kTag = 'S';
  std::string_view name;
  std::string_view value;
  static absl::StatusOr<ParameterStatus> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

enum class TransactionStatus : char { kIdle = 'I', kInBlock = 'T', kFailed = 'E' };

struct ReadyForQuery {
  static constexpr char kTag = 'Z';
  TransactionStatus status = TransactionStatus::kIdle;
  static absl::StatusOr<ReadyForQuery> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct CommandComplete {
  static constexpr char kTag = 'C';
  std::string_view tag;
  static absl::StatusOr<CommandComplete> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct FieldDescription {
  std::string_view name;
  uint32_t table_oid = 0;  // 0: not a column of a table.
  int16_t attribute = 0;   // 0: not a column of a table.
  uint32_t type_oid = 0;
  int16_t type_bytes = 0;  // Negative: of variable width.
  int32_t type_modifier = -1;
  uint16_t format = kTextFormat;
};

struct RowDescription {
  static constexpr char kTag = 'T';
  std::vector<FieldDescription> fields;
  static absl::StatusOr<RowDescription> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct DataRow {
  static constexpr char kTag = 'D';
  Values values;
  static absl::StatusOr<DataRow> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct EmptyQueryResponse : Bodiless<EmptyQueryResponse, 'I'> {};
struct ParseComplete : Bodiless<ParseComplete, '1'> {};
struct BindComplete : Bodiless<BindComplete, '2'> {};
struct CloseComplete : Bodiless<CloseComplete, '3'> {};
struct NoData : Bodiless<NoData, 'n'> {};
struct PortalSuspended : Bodiless<PortalSuspended, 's'> {};

// What ErrorResponse and NoticeResponse say, by field code (PostgreSQL 55.8).
struct Report {
  std::vector<std::pair<char, std::string_view>> fields;  // At most kMaxReportFields.
  // The first field of that code; empty if there is none.
  std::string_view Find(char code) const;
};

namespace field {
inline constexpr char kSeverity = 'S';
inline constexpr char kSeverityNotLocalized = 'V';
inline constexpr char kSqlstate = 'C';
inline constexpr char kMessage = 'M';
inline constexpr char kDetail = 'D';
inline constexpr char kHint = 'H';
inline constexpr char kPosition = 'P';
}  // namespace field

struct ErrorResponse : Report {
  static constexpr char kTag = 'E';
  static absl::StatusOr<ErrorResponse> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct NoticeResponse : Report {
  static constexpr char kTag = 'N';
  static absl::StatusOr<NoticeResponse> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct NotificationResponse {
  static constexpr char kTag = 'A';
  uint32_t process_id = 0;
  std::string_view channel;
  std::string_view payload;
  static absl::StatusOr<NotificationResponse> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct ParameterDescription {
  static constexpr char kTag = 't';
  Oids types;
  static absl::StatusOr<ParameterDescription> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

// Formats of a COPY: if the whole is text, so is every column.
struct CopyFormats {
  uint8_t overall = kTextFormat;
  FormatCodes columns;
};

struct CopyInResponse : CopyFormats {
  static constexpr char kTag = 'G';
  static absl::StatusOr<CopyInResponse> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct CopyOutResponse : CopyFormats {
  static constexpr char kTag = 'H';
  static absl::StatusOr<CopyOutResponse> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct CopyBothResponse : CopyFormats {
  static constexpr char kTag = 'W';
  static absl::StatusOr<CopyBothResponse> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct FunctionCallResponse {
  static constexpr char kTag = 'V';
  std::optional<std::string_view> value;  // nullopt: NULL.
  static absl::StatusOr<FunctionCallResponse> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

struct NegotiateProtocolVersion {
  static constexpr char kTag = 'v';
  // The newest version the server speaks. The manual calls it a minor version; on the wire servers
  // put the whole version word, 0x00030000 for 3.0.
  uint32_t version = 0;
  std::vector<std::string_view> refused_options;
  static absl::StatusOr<NegotiateProtocolVersion> Decode(std::string_view body);
  void Encode(std::string& out) const;
};

using BackendMessage =
    std::variant<Authentication, BackendKeyData, ParameterStatus, ReadyForQuery, CommandComplete,
                 RowDescription, DataRow, EmptyQueryResponse, ParseComplete, BindComplete,
                 CloseComplete, NoData, PortalSuspended, ErrorResponse, NoticeResponse,
                 NotificationResponse, ParameterDescription, CopyInResponse, CopyOutResponse,
                 CopyBothResponse, CopyData, CopyDone, FunctionCallResponse,
                 NegotiateProtocolVersion>;

// kInvalidArgument also for a type that no message of this direction has.
absl::StatusOr<BackendMessage> DecodeBackend(char type, std::string_view body);

}  // namespace portreeve::wire
