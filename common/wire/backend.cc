#include "wire/backend.h"

#include "wire/framing.h"

namespace portreeve::wire {
namespace {

using Kind = Authentication::Kind;

void ReadMechanisms(Reader& reader, std::vector<std::string_view>& mechanisms) {
  while (reader.ok()) {
    const std::string_view mechanism = reader.Name();
    if (mechanism.empty()) return;  // The terminator, or a failure.
    reader.Require(mechanisms.size() < kMaxSaslMechanisms, "too many mechanisms");
    mechanisms.push_back(mechanism);
  }
}

FieldDescription ReadField(Reader& reader) {
  FieldDescription field;
  field.name = reader.Text();
  field.table_oid = reader.Uint32();
  field.attribute = reader.Int16();
  field.type_oid = reader.Uint32();
  field.type_bytes = reader.Int16();
  field.type_modifier = reader.Int32();
  field.format = reader.Uint16();
  reader.Require(field.format <= kBinaryFormat, "a format code is neither 0 nor 1");
  return field;
}

template <typename Message>
absl::StatusOr<Message> DecodeReport(std::string_view body, std::string_view name) {
  Reader reader(body);
  Message message;
  while (reader.ok()) {
    const char code = static_cast<char>(reader.Byte());
    if (code == 0) break;  // The terminator, or a failure.
    reader.Require(message.fields.size() < kMaxReportFields, "too many fields");
    message.fields.emplace_back(code, reader.Text());
  }
  RETURN_IF_ERROR(reader.Finish(name));
  return message;
}

void EncodeReport(std::string& out, char tag, const Report& report) {
  Writer writer(out, tag);
  for (const auto& [code, text] : report.fields) {
    writer.Byte(static_cast<uint8_t>(code));
    writer.Text(text);
  }
  writer.Byte(0);
}

template <typename Message>
absl::StatusOr<Message> DecodeCopyFormats(std::string_view body, std::string_view name) {
  Reader reader(body);
  Message message;
  message.overall = reader.Byte();
  reader.Require(message.overall <= kBinaryFormat, "a format code is neither 0 nor 1");
  message.columns = ReadFormatCodes(reader);
  bool all_text = true;
  for (size_t i = 0; i < message.columns.size(); ++i) all_text &= message.columns[i] == kTextFormat;
  reader.Require(all_text || message.overall == kBinaryFormat, "a binary column in a textual COPY");
  RETURN_IF_ERROR(reader.Finish(name));
  return message;
}

void EncodeCopyFormats(std::string& out, char tag, const CopyFormats& formats) {
  Writer writer(out, tag);
  writer.Byte(formats.overall);
  formats.columns.Write(writer);
}

}  // namespace

absl::StatusOr<Authentication> Authentication::Decode(std::string_view body) {
  Reader reader(body);
  Authentication message;
  message.kind = static_cast<Kind>(reader.Uint32());
  switch (message.kind) {
    case Kind::kOk:
    case Kind::kKerberosV5:
    case Kind::kCleartextPassword:
    case Kind::kGss:
    case Kind::kSspi:
      break;
    case Kind::kMd5Password:
      message.data = reader.Bytes(4);
      break;
    case Kind::kGssContinue:
    case Kind::kSaslContinue:
    case Kind::kSaslFinal:
      message.data = reader.Rest();
      break;
    case Kind::kSasl:
      ReadMechanisms(reader, message.mechanisms);
      break;
    default:
      reader.Require(false, "unknown kind of authentication");
  }
  RETURN_IF_ERROR(reader.Finish("Authentication"));
  return message;
}

void Authentication::Encode(std::string& out) const {
  Writer writer(out, kTag);
  writer.Int32(static_cast<uint32_t>(kind));
  if (kind == Kind::kSasl) {
    for (const std::string_view mechanism : mechanisms) writer.Text(mechanism);
    writer.Byte(0);
  } else {
    writer.Bytes(data);
  }
}

absl::StatusOr<BackendKeyData> BackendKeyData::Decode(std::string_view body) {
  Reader reader(body);
  BackendKeyData message;
  message.process_id = reader.Uint32();
  message.secret = reader.Rest();
  const size_t bytes = message.secret.size();
  reader.Require(bytes >= kMinSecretBytes && bytes <= kMaxSecretBytes, "secret of a wrong length");
  RETURN_IF_ERROR(reader.Finish("BackendKeyData"));
  return message;
}

void BackendKeyData::Encode(std::string& out) const {
  Writer writer(out, kTag);
  writer.Int32(process_id);
  writer.Bytes(secret);
}

absl::StatusOr<ParameterStatus> ParameterStatus::Decode(std::string_view body) {
  Reader reader(body);
  ParameterStatus message;
  message.name = reader.Text();
  message.value = reader.Text();
  RETURN_IF_ERROR(reader.Finish("ParameterStatus"));
  return message;
}

void ParameterStatus::Encode(std::string& out) const {
  Writer writer(out, kTag);
  writer.Text(name);
  writer.Text(value);
}

absl::StatusOr<ReadyForQuery> ReadyForQuery::Decode(std::string_view body) {
  Reader reader(body);
  const auto status = static_cast<TransactionStatus>(reader.Byte());
  reader.Require(status == TransactionStatus::kIdle || status == TransactionStatus::kInBlock ||
                     status == TransactionStatus::kFailed,
                 "unknown transaction status");
  RETURN_IF_ERROR(reader.Finish("ReadyForQuery"));
  return ReadyForQuery{status};
}

void ReadyForQuery::Encode(std::string& out) const {
  Writer(out, kTag).Byte(static_cast<uint8_t>(status));
}

absl::StatusOr<CommandComplete> CommandComplete::Decode(std::string_view body) {
  Reader reader(body);
  const CommandComplete message{reader.Text()};
  RETURN_IF_ERROR(reader.Finish("CommandComplete"));
  return message;
}

void CommandComplete::Encode(std::string& out) const { Writer(out, kTag).Text(tag); }

absl::StatusOr<RowDescription> RowDescription::Decode(std::string_view body) {
  constexpr size_t kMinFieldBytes = 19;
  Reader reader(body);
  RowDescription message;
  const size_t count = reader.Uint16();
  reader.Require(count * kMinFieldBytes <= reader.rest().size(), "the body ends too early");
  if (reader.ok()) message.fields.reserve(count);
  for (size_t i = 0; i < count && reader.ok(); ++i) message.fields.push_back(ReadField(reader));
  RETURN_IF_ERROR(reader.Finish("RowDescription"));
  return message;
}

void RowDescription::Encode(std::string& out) const {
  Writer writer(out, kTag);
  writer.Int16(static_cast<uint16_t>(fields.size()));
  for (const FieldDescription& field : fields) {
    writer.Text(field.name);
    writer.Int32(field.table_oid);
    writer.Int16(static_cast<uint16_t>(field.attribute));
    writer.Int32(field.type_oid);
    writer.Int16(static_cast<uint16_t>(field.type_bytes));
    writer.Int32(static_cast<uint32_t>(field.type_modifier));
    writer.Int16(field.format);
  }
}

absl::StatusOr<DataRow> DataRow::Decode(std::string_view body) {
  Reader reader(body);
  const DataRow message{Values::Read(reader)};
  RETURN_IF_ERROR(reader.Finish("DataRow"));
  return message;
}

void DataRow::Encode(std::string& out) const {
  Writer writer(out, kTag);
  values.Write(writer);
}

std::string_view Report::Find(char code) const {
  for (const auto& [found, text] : fields) {
    if (found == code) return text;
  }
  return {};
}

absl::StatusOr<ErrorResponse> ErrorResponse::Decode(std::string_view body) {
  return DecodeReport<ErrorResponse>(body, "ErrorResponse");
}

void ErrorResponse::Encode(std::string& out) const { EncodeReport(out, kTag, *this); }

absl::StatusOr<NoticeResponse> NoticeResponse::Decode(std::string_view body) {
  return DecodeReport<NoticeResponse>(body, "NoticeResponse");
}

void NoticeResponse::Encode(std::string& out) const { EncodeReport(out, kTag, *this); }

absl::StatusOr<NotificationResponse> NotificationResponse::Decode(std::string_view body) {
  Reader reader(body);
  NotificationResponse message;
  message.process_id = reader.Uint32();
  message.channel = reader.Text();
  message.payload = reader.Text();
  RETURN_IF_ERROR(reader.Finish("NotificationResponse"));
  return message;
}

void NotificationResponse::Encode(std::string& out) const {
  Writer writer(out, kTag);
  writer.Int32(process_id);
  writer.Text(channel);
  writer.Text(payload);
}

absl::StatusOr<ParameterDescription> ParameterDescription::Decode(std::string_view body) {
  Reader reader(body);
  const ParameterDescription message{Oids::Read(reader)};
  RETURN_IF_ERROR(reader.Finish("ParameterDescription"));
  return message;
}

void ParameterDescription::Encode(std::string& out) const {
  Writer writer(out, kTag);
  types.Write(writer);
}

absl::StatusOr<CopyInResponse> CopyInResponse::Decode(std::string_view body) {
  return DecodeCopyFormats<CopyInResponse>(body, "CopyInResponse");
}

void CopyInResponse::Encode(std::string& out) const { EncodeCopyFormats(out, kTag, *this); }

absl::StatusOr<CopyOutResponse> CopyOutResponse::Decode(std::string_view body) {
  return DecodeCopyFormats<CopyOutResponse>(body, "CopyOutResponse");
}

void CopyOutResponse::Encode(std::string& out) const { EncodeCopyFormats(out, kTag, *this); }

absl::StatusOr<CopyBothResponse> CopyBothResponse::Decode(std::string_view body) {
  return DecodeCopyFormats<CopyBothResponse>(body, "CopyBothResponse");
}

void CopyBothResponse::Encode(std::string& out) const { EncodeCopyFormats(out, kTag, *this); }

absl::StatusOr<FunctionCallResponse> FunctionCallResponse::Decode(std::string_view body) {
  Reader reader(body);
  FunctionCallResponse message;
  const uint32_t length = reader.Uint32();
  if (length != 0xffffffff) message.value = reader.Bytes(length);
  RETURN_IF_ERROR(reader.Finish("FunctionCallResponse"));
  return message;
}

void FunctionCallResponse::Encode(std::string& out) const {
  Writer writer(out, kTag);
  writer.Int32(value ? static_cast<uint32_t>(value->size()) : 0xffffffff);
  writer.Bytes(value.value_or(std::string_view()));
}

absl::StatusOr<NegotiateProtocolVersion> NegotiateProtocolVersion::Decode(std::string_view body) {
  Reader reader(body);
  NegotiateProtocolVersion message;
  message.version = reader.Uint32();
  const uint32_t count = reader.Uint32();
  reader.Require(count <= kMaxRefusedOptions, "too many options");
  for (uint32_t i = 0; i < count && reader.ok(); ++i) {
    message.refused_options.push_back(reader.Text());
  }
  RETURN_IF_ERROR(reader.Finish("NegotiateProtocolVersion"));
  return message;
}

void NegotiateProtocolVersion::Encode(std::string& out) const {
  Writer writer(out, kTag);
  writer.Int32(version);
  writer.Int32(static_cast<uint32_t>(refused_options.size()));
  for (const std::string_view option : refused_options) writer.Text(option);
}

}  // namespace portreeve::wire
