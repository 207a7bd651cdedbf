#include "wire/frontend.h"

#include <utility>

namespace portreeve::wire {
namespace {

Target ReadTarget(Reader& reader) {
  const auto target = static_cast<Target>(reader.Byte());
  reader.Require(target == Target::kStatement || target == Target::kPortal,
                 "neither a statement nor a portal");
  return target;
}

void RequireFormatsFit(Reader& reader, size_t formats, size_t values) {
  reader.Require(formats <= 1 || formats == values,
                 "the number of format codes does not fit the number of values");
}

template <typename Message>
absl::StatusOr<FrontendMessage> DecodeAs(std::string_view body) {
  ASSIGN_OR_RETURN(Message message, Message::Decode(body));
  return FrontendMessage(std::in_place_type<Message>, message);
}

}  // namespace

absl::StatusOr<Query> Query::Decode(std::string_view body) {
  Reader reader(body);
  const Query message{reader.Text()};
  RETURN_IF_ERROR(reader.Finish("Query"));
  return message;
}

void Query::Encode(std::string& out) const { Writer(out, kTag).Text(text); }

absl::StatusOr<Parse> Parse::Decode(std::string_view body) {
  Reader reader(body);
  Parse message;
  message.name = reader.Name();
  message.text = reader.Text();
  message.parameter_types = Oids::Read(reader);
  RETURN_IF_ERROR(reader.Finish("Parse"));
  return message;
}

void Parse::Encode(std::string& out) const {
  Writer writer(out, kTag);
  writer.Text(name);
  writer.Text(text);
  parameter_types.Write(writer);
}

absl::StatusOr<Bind> Bind::Decode(std::string_view body) {
  Reader reader(body);
  Bind message;
  message.portal = reader.Name();
  message.statement = reader.Name();
  message.parameter_formats = ReadFormatCodes(reader);
  message.values = Values::Read(reader);
  RequireFormatsFit(reader, message.parameter_formats.size(), message.values.size());
  message.result_formats = ReadFormatCodes(reader);
  RETURN_IF_ERROR(reader.Finish("Bind"));
  return message;
}

void Bind::Encode(std::string& out) const {
  Writer writer(out, kTag);
  writer.Text(portal);
  writer.Text(statement);
  parameter_formats.Write(writer);
  values.Write(writer);
  result_formats.Write(writer);
}

absl::StatusOr<Describe> Describe::Decode(std::string_view body) {
  Reader reader(body);
  Describe message;
  message.target = ReadTarget(reader);
  message.name = reader.Name();
  RETURN_IF_ERROR(reader.Finish("Describe"));
  return message;
}

void Describe::Encode(std::string& out) const {
  Writer writer(out, kTag);
  writer.Byte(static_cast<uint8_t>(target));
  writer.Text(name);
}

absl::StatusOr<Close> Close::Decode(std::string_view body) {
  Reader reader(body);
  Close message;
  message.target = ReadTarget(reader);
  message.name = reader.Name();
  RETURN_IF_ERROR(reader.Finish("Close"));
  return message;
}

void Close::Encode(std::string& out) const {
  Writer writer(out, kTag);
  writer.Byte(static_cast<uint8_t>(target));
  writer.Text(name);
}

absl::StatusOr<Execute> Execute::Decode(std::string_view body) {
  Reader reader(body);
  Execute message;
  message.portal = reader.Name();
  message.max_rows = reader.Int32();
  RETURN_IF_ERROR(reader.Finish("Execute"));
  return message;
}

void Execute::Encode(std::string& out) const {
  Writer writer(out, kTag);
  writer.Text(portal);
  writer.Int32(static_cast<uint32_t>(max_rows));
}

absl::StatusOr<CopyFail> CopyFail::Decode(std::string_view body) {
  Reader reader(body);
  const CopyFail message{reader.Text()};
  RETURN_IF_ERROR(reader.Finish("CopyFail"));
  return message;
}

void CopyFail::Encode(std::string& out) const { Writer(out, kTag).Text(reason); }

absl::StatusOr<FunctionCall> FunctionCall::Decode(std::string_view body) {
  Reader reader(body);
  FunctionCall message;
  message.function_oid = reader.Uint32();
  message.argument_formats = ReadFormatCodes(reader);
  message.arguments = Values::Read(reader);
  RequireFormatsFit(reader, message.argument_formats.size(), message.arguments.size());
  message.result_format = reader.Uint16();
  reader.Require(message.result_format <= kBinaryFormat, "a format code is neither 0 nor 1");
  RETURN_IF_ERROR(reader.Finish("FunctionCall"));
  return message;
}

void FunctionCall::Encode(std::string& out) const {
  Writer writer(out, kTag);
  writer.Int32(function_oid);
  argument_formats.Write(writer);
  arguments.Write(writer);
  writer.Int16(result_format);
}

absl::StatusOr<AuthenticationResponse> AuthenticationResponse::Decode(std::string_view body) {
  return AuthenticationResponse{body};
}

void AuthenticationResponse::Encode(std::string& out) const { Writer(out, kTag).Bytes(body); }

absl::StatusOr<PasswordMessage> PasswordMessage::Decode(std::string_view body) {
  Reader reader(body);
  const PasswordMessage message{reader.Text()};
  RETURN_IF_ERROR(reader.Finish("PasswordMessage"));
  return message;
}

void PasswordMessage::Encode(std::string& out) const { Writer(out, kTag).Text(password); }

absl::StatusOr<SaslInitialResponse> SaslInitialResponse::Decode(std::string_view body) {
  Reader reader(body);
  SaslInitialResponse message;
  message.mechanism = reader.Name();
  const uint32_t length = reader.Uint32();
  if (length != 0xffffffff) message.response = reader.Bytes(length);
  RETURN_IF_ERROR(reader.Finish("SASLInitialResponse"));
  return message;
}

void SaslInitialResponse::Encode(std::string& out) const {
  Writer writer(out, kTag);
  writer.Text(mechanism);
  writer.Int32(response ? static_cast<uint32_t>(response->size()) : 0xffffffff);
  writer.Bytes(response.value_or(std::string_view()));
}

absl::StatusOr<SaslResponse> SaslResponse::Decode(std::string_view body) {
  return SaslResponse{body};
}

void SaslResponse::Encode(std::string& out) const { Writer(out, kTag).Bytes(data); }

absl::StatusOr<GssResponse> GssResponse::Decode(std::string_view body) { return GssResponse{body}; }

void GssResponse::Encode(std::string& out) const { Writer(out, kTag).Bytes(data); }

absl::StatusOr<FrontendMessage> DecodeFrontend(char type, std::string_view body) {
  switch (type) {
    case Query::kTag:
      return DecodeAs<Query>(body);
    case Parse::kTag:
      return DecodeAs<Parse>(body);
    case Bind::kTag:
      return DecodeAs<Bind>(body);
    case Describe::kTag:
      return DecodeAs<Describe>(body);
    case Close::kTag:
      return DecodeAs<Close>(body);
    case Execute::kTag:
      return DecodeAs<Execute>(body);
    case Flush::kTag:
      return DecodeAs<Flush>(body);
    case Sync::kTag:
      return DecodeAs<Sync>(body);
    case Terminate::kTag:
      return DecodeAs<Terminate>(body);
    case CopyData::kTag:
      return DecodeAs<CopyData>(body);
    case CopyDone::kTag:
      return DecodeAs<CopyDone>(body);
    case CopyFail::kTag:
      return DecodeAs<CopyFail>(body);
    case FunctionCall::kTag:
      return DecodeAs<FunctionCall>(body);
    case AuthenticationResponse::kTag:
      return DecodeAs<AuthenticationResponse>(body);
    default:
      return base::InvalidArgument("unknown frontend message type");
  }
}

}  // namespace portreeve::wire
