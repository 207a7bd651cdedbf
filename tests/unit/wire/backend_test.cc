#include "wire/backend.h"

#include <array>

#include "messages.h"

namespace portreeve::wire {
namespace {

using Kind = Authentication::Kind;
using Value = std::optional<std::string_view>;
using namespace std::string_view_literals;
using namespace std::string_literals;

template <typename Message>
Message Copy(uint8_t overall, std::string_view columns) {
  Message message;
  message.overall = overall;
  message.columns = FormatCodes(columns);
  return message;
}

template <typename Message>
Message Said(std::vector<std::pair<char, std::string_view>> fields) {
  Message message;
  message.fields = std::move(fields);
  return message;
}

TEST_CASE("every backend message comes back as it went, and no other body passes for it") {
  RequireExact(ParameterStatus{"TimeZone", "Europe/Berlin"});
  RequireExact(ReadyForQuery{TransactionStatus::kFailed});
  RequireExact(CommandComplete{"SELECT 1"});
  RequireExact(RowDescription{{{"id", 16384, 1, 23, 4, -1, 1}, {"", 0, 0, 25, -1, 8, 0}}});
  RequireExact(RowDescription{});
  RequireExact(DataRow{Values(2, Values::Pack(std::array<Value, 2>{Value(), Value("x")}))});
  RequireExact(EmptyQueryResponse{});
  RequireExact(ParseComplete{});
  RequireExact(BindComplete{});
  RequireExact(CloseComplete{});
  RequireExact(NoData{});
  RequireExact(PortalSuspended{});
  RequireExact(Said<ErrorResponse>({{'S', "ERROR"}, {'C', "42501"}, {'M', "no"}}));
  RequireExact(Said<NoticeResponse>({{'S', "NOTICE"}}));
  RequireExact(Said<NoticeResponse>({}));
  RequireExact(NotificationResponse{7, "news", "hello"});
  RequireExact(ParameterDescription{Oids(Oids::Pack(std::array<uint32_t, 2>{23, 0x80000001}))});
  RequireExact(Copy<CopyInResponse>(0, "\0\0"sv));
  RequireExact(Copy<CopyOutResponse>(1, "\0\1\0\1"sv));
  RequireExact(Copy<CopyBothResponse>(0, ""));
  RequireExact(FunctionCallResponse{"4"});
  RequireExact(FunctionCallResponse{std::nullopt});
  RequireExact(NegotiateProtocolVersion{3u << 16, {"_pq_.a", "_pq_.b"}});
}

TEST_CASE("every request for authentication comes back as it went") {
  for (const Kind kind :
       {Kind::kOk, Kind::kKerberosV5, Kind::kCleartextPassword, Kind::kGss, Kind::kSspi}) {
    RequireExact(Authentication{kind, "", {}});
  }
  RequireExact(Authentication{Kind::kMd5Password, "salt", {}});
  RequireExact(Authentication{Kind::kSasl, "", {"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"}});
  RequireOpen(Authentication{Kind::kGssContinue, "token", {}}, 4);
  RequireOpen(Authentication{Kind::kSaslContinue, "r=x", {}}, 4);
  RequireOpen(Authentication{Kind::kSaslFinal, "v=x", {}}, 4);
}

TEST_CASE("a kind of authentication that is not known is refused") {
  for (const auto body : {"\0\0\0\1"sv, "\0\0\0\6"sv, "\0\0\0\15"sv, "\1\0\0\0"sv, ""sv}) {
    REQUIRE_FALSE(Authentication::Decode(body).ok());
  }
}

TEST_CASE("the list of mechanisms and the fields of an error are bounded") {
  std::string mechanisms = "\0\0\0\12"s;
  for (size_t i = 0; i < kMaxSaslMechanisms; ++i) mechanisms += "M\0"sv;
  REQUIRE(Authentication::Decode(mechanisms + '\0').ok());
  REQUIRE_FALSE(Authentication::Decode(mechanisms + "M\0\0"s).ok());
  std::string fields;
  for (size_t i = 0; i < kMaxReportFields; ++i) fields += "Mx\0"sv;
  REQUIRE(ErrorResponse::Decode(fields + '\0').ok());
  REQUIRE_FALSE(ErrorResponse::Decode(fields + "Mx\0\0"s).ok());
}

TEST_CASE("a cancel key has 4 to 256 bytes") {
  for (const size_t bytes : {4, 32, 256}) {
    const std::string secret(bytes, 'k');
    const std::string encoded = Encoded(BackendKeyData{4711, secret});
    const auto decoded = BackendKeyData::Decode(BodyOf(encoded));
    REQUIRE(decoded.ok());
    REQUIRE(decoded->process_id == 4711);
    REQUIRE(decoded->secret == secret);
  }
  for (const size_t bytes : {0, 3, 257}) {
    const std::string secret(bytes, 'k');
    REQUIRE_FALSE(BackendKeyData::Decode(BodyOf(Encoded(BackendKeyData{4711, secret}))).ok());
  }
}

TEST_CASE("a row description says of each column where it comes from") {
  const std::string bytes = Encoded(RowDescription{{{"id", 16384, -2, 23, 4, -1, 1}}});
  const auto rows = RowDescription::Decode(BodyOf(bytes));
  REQUIRE(rows.ok());
  REQUIRE(rows->fields.size() == 1);
  REQUIRE(rows->fields[0].name == "id");
  REQUIRE(rows->fields[0].table_oid == 16384);
  REQUIRE(rows->fields[0].attribute == -2);
  REQUIRE(rows->fields[0].type_bytes == 4);
  REQUIRE(rows->fields[0].format == kBinaryFormat);
  REQUIRE_FALSE(RowDescription::Decode("\377\377"sv).ok());
}

TEST_CASE("codes that do not exist are refused") {
  REQUIRE_FALSE(ReadyForQuery::Decode("X").ok());
  REQUIRE_FALSE(
      RowDescription::Decode(BodyOf(Encoded(RowDescription{{{"a", 0, 0, 0, 0, 0, 2}}}))).ok());
  REQUIRE_FALSE(CopyInResponse::Decode("\2\0\0"sv).ok());
  REQUIRE_FALSE(CopyInResponse::Decode("\1\0\1\0\2"sv).ok());
  REQUIRE_FALSE(CopyInResponse::Decode("\0\0\1\0\1"sv).ok());
  REQUIRE_FALSE(FunctionCallResponse::Decode("\377\377\377\376"sv).ok());
  REQUIRE_FALSE(DataRow::Decode("\0\1\377\377\377\376"sv).ok());
  REQUIRE_FALSE(NegotiateProtocolVersion::Decode("\0\3\0\0\377\377\377\377"sv).ok());
}

TEST_CASE("the fields of an error are found by their code") {
  const auto error = Said<ErrorResponse>({{'S', "FATAL"}, {'C', "57P01"}, {'C', "00000"}});
  REQUIRE(error.Find(field::kSqlstate) == "57P01");
  REQUIRE(error.Find(field::kHint).empty());
}

TEST_CASE("a backend message is found by its type") {
  const auto ready = DecodeBackend('Z', "T");
  REQUIRE(ready.ok());
  REQUIRE(std::get<ReadyForQuery>(*ready).status == TransactionStatus::kInBlock);
  REQUIRE(std::holds_alternative<CopyDone>(*DecodeBackend('c', "")));
  REQUIRE(std::holds_alternative<PortalSuspended>(*DecodeBackend('s', "")));
  for (const char type : {'Q', 'P', 'p', '\0', '\377'}) REQUIRE_FALSE(DecodeBackend(type, "").ok());
}

}  // namespace
}  // namespace portreeve::wire
