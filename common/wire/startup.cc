#include "wire/startup.h"

#include "wire/framing.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace portreeve::wire {
namespace {

void RequireCode(Reader& reader, uint32_t code) {
  reader.Require(reader.Uint32() == code, "wrong request code");
}

template <typename Message>
absl::StatusOr<StartupPacket> DecodeAs(std::string_view body) {
  ASSIGN_OR_RETURN(Message message, Message::Decode(body));
  return StartupPacket(std::move(message));
}

}  // namespace

std::optional<std::string_view> StartupMessage::Find(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  return std::nullopt;
}

absl::StatusOr<StartupMessage> StartupMessage::Decode(std::string_view body) {
  Reader reader(body);
  StartupMessage message;
  message.version = reader.Uint32();
  if (reader.ok() && ProtocolMajor(message.version) != ProtocolMajor(kProtocol30)) {
    const std::string asked = std::to_string(ProtocolMajor(message.version)) + "." +
                              std::to_string(ProtocolMinor(message.version));
    return absl::UnimplementedError("unsupported frontend protocol " + asked);
  }
  while (reader.ok()) {
    const std::string_view name = reader.Name();
    if (name.empty()) break;  // The terminator, or a failure.
    reader.Require(message.parameters.size() < kMaxStartupParameters, "too many parameters");
    reader.Require(!message.Find(name), "a parameter is named twice");
    message.parameters.emplace_back(name, reader.Text());
  }
  RETURN_IF_ERROR(reader.Finish("StartupMessage"));
  return message;
}

void StartupMessage::Encode(std::string& out) const {
  Writer writer(out);
  writer.Int32(version);
  for (const auto& [name, value] : parameters) {
    writer.Text(name);
    writer.Text(value);
  }
  writer.Byte(0);
}

absl::StatusOr<SslRequest> SslRequest::Decode(std::string_view body) {
  Reader reader(body);
  RequireCode(reader, kCode);
  RETURN_IF_ERROR(reader.Finish("SSLRequest"));
  return SslRequest{};
}

void SslRequest::Encode(std::string& out) const { Writer(out).Int32(kCode); }

absl::StatusOr<GssEncRequest> GssEncRequest::Decode(std::string_view body) {
  Reader reader(body);
  RequireCode(reader, kCode);
  RETURN_IF_ERROR(reader.Finish("GSSENCRequest"));
  return GssEncRequest{};
}

void GssEncRequest::Encode(std::string& out) const { Writer(out).Int32(kCode); }

absl::StatusOr<CancelRequest> CancelRequest::Decode(std::string_view body) {
  Reader reader(body);
  CancelRequest message;
  RequireCode(reader, kCode);
  message.process_id = reader.Uint32();
  message.secret = reader.Rest();
  const size_t bytes = message.secret.size();
  reader.Require(bytes >= kMinSecretBytes && bytes <= kMaxSecretBytes, "secret of a wrong length");
  RETURN_IF_ERROR(reader.Finish("CancelRequest"));
  return message;
}

void CancelRequest::Encode(std::string& out) const {
  Writer writer(out);
  writer.Int32(kCode);
  writer.Int32(process_id);
  writer.Bytes(secret);
}

std::optional<uint32_t> ReadStartupLength(std::string_view bytes) {
  if (bytes.size() < 4) return std::nullopt;
  return Reader(bytes).Uint32();
}

absl::Status CheckStartupLength(uint32_t length) {
  if (length >= kMinStartupLength && length <= kMaxStartupLength) return absl::OkStatus();
  return base::InvalidArgument("invalid length of start-up packet");
}

absl::StatusOr<StartupPacket> DecodeStartupPacket(std::string_view body) {
  Reader reader(body);
  switch (reader.Uint32()) {
    case SslRequest::kCode:
      return DecodeAs<SslRequest>(body);
    case GssEncRequest::kCode:
      return DecodeAs<GssEncRequest>(body);
    case CancelRequest::kCode:
      return DecodeAs<CancelRequest>(body);
    default:
      return DecodeAs<StartupMessage>(body);
  }
}

}  // namespace portreeve::wire
