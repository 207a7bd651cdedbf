#include "upstream/server_login.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>

#include "base/check.h"
#include "base/encoding.h"
#include "base/random.h"
#include "wire/framing.h"
#include "wire/frontend.h"

namespace portreeve::upstream {
namespace {

using Kind = wire::Authentication::Kind;

constexpr size_t kNonceBytes = 18;

absl::Status Unexpected(std::string_view what) {
  std::string text = "unexpected message of the server during login: ";
  text += what;
  return base::InvalidArgument(text);
}

std::string Md5Hex(std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  const int done = EVP_Digest(text.data(), text.size(), digest, &length, EVP_md5(), nullptr);
  // A FIPS build of OpenSSL has no MD5.
  if (done != 1) return {};
  return base::HexEncode({reinterpret_cast<const char*>(digest), length});
}

bool IsSqlstate(std::string_view text) {
  return text.size() == 5 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
         });
}

std::string_view BodyOf(std::string_view message) { return message.substr(wire::kHeaderBytes); }

}  // namespace

ServerLogin::~ServerLogin() {
  if (request_.password) OPENSSL_cleanse(request_.password->data(), request_.password->size());
}

absl::StatusOr<std::string> ServerLogin::Start() {
  if (step_ != Step::kNew) return absl::FailedPreconditionError("the login was started before");
  step_ = Step::kOver;
  ASSIGN_OR_RETURN(std::string packet, EncodeStartup(request_));
  step_ = Step::kStarted;
  return packet;
}

absl::StatusOr<Progress> ServerLogin::Feed(std::string_view bytes, std::string& reply) {
  if (step_ == Step::kNew || step_ == Step::kOver) {
    return absl::FailedPreconditionError("no login is under way");
  }
  bytes_seen_ += bytes.size();
  if (bytes_seen_ > kMaxLoginBytes) {
    step_ = Step::kOver;
    return base::ResourceExhausted("the server says too much during login");
  }
  buffer_ += bytes;
  absl::StatusOr<Progress> progress = Advance(reply);
  if (!progress.ok() || *progress != Progress::kContinue) step_ = Step::kOver;
  return progress;
}

absl::StatusOr<Progress> ServerLogin::Advance(std::string& reply) {
  size_t consumed = 0;
  Progress progress = Progress::kContinue;
  while (progress == Progress::kContinue) {
    const std::string_view rest = std::string_view(buffer_).substr(consumed);
    const auto header = wire::ReadHeader(rest);
    if (!header) break;
    RETURN_IF_ERROR(wire::CheckBackend(*header));
    if (header->message_bytes() > kMaxLoginMessageBytes) {
      return base::ResourceExhausted("a message of the server during login is too long");
    }
    if (rest.size() < header->message_bytes()) break;
    const std::string_view message = rest.substr(0, header->message_bytes());
    ASSIGN_OR_RETURN(progress, OnMessage(header->type, message, reply));
    consumed += message.size();
  }
  buffer_.erase(0, consumed);
  return progress;
}

absl::StatusOr<Progress> ServerLogin::OnMessage(char type, std::string_view message,
                                                std::string& reply) {
  if (type == wire::ErrorResponse::kTag) return OnError(BodyOf(message));
  if (type == wire::NoticeResponse::kTag) {
    RETURN_IF_ERROR(OnNotice(message));
    return Progress::kContinue;
  }
  if (step_ != Step::kAuthenticated) {
    if (type != wire::Authentication::kTag) return Unexpected(wire::BackendName(type));
    RETURN_IF_ERROR(OnAuthentication(BodyOf(message), reply));
    return Progress::kContinue;
  }
  if (type == wire::ReadyForQuery::kTag) {
    ASSIGN_OR_RETURN(const auto ready, wire::ReadyForQuery::Decode(BodyOf(message)));
    session_.status = ready.status;
    return Progress::kDone;
  }
  RETURN_IF_ERROR(OnSettled(type, message));
  return Progress::kContinue;
}

absl::Status ServerLogin::OnAuthentication(std::string_view body, std::string& reply) {
  ASSIGN_OR_RETURN(const auto message, wire::Authentication::Decode(body));
  switch (message.kind) {
    case Kind::kOk:
      return OnAuthenticationOk();
    case Kind::kSaslContinue:
      return OnSaslContinue(message.data, reply);
    case Kind::kSaslFinal:
      if (step_ != Step::kSaslFinalSent) return Unexpected("AuthenticationSASLFinal");
      RETURN_IF_ERROR(scram_->Verify(message.data));
      step_ = Step::kSaslProved;
      return absl::OkStatus();
    default:
      break;
  }
  // What is left are requests to begin: one login has one.
  if (step_ != Step::kStarted) return Unexpected("a second request for a credential");
  switch (message.kind) {
    case Kind::kCleartextPassword:
      return OnCleartext(reply);
    case Kind::kMd5Password:
      return OnMd5(message.data, reply);
    case Kind::kSasl:
      return OnSasl(message.mechanisms, reply);
    default:
      return base::PermissionDenied(
          "the server asks for a kind of authentication that is not known");
  }
}

absl::Status ServerLogin::OnAuthenticationOk() {
  const bool scram_begun = scram_ != nullptr;
  if (scram_begun && step_ != Step::kSaslProved) {
    return base::PermissionDenied("the server skips the proof that it knows the password");
  }
  if (request_.require_channel_binding &&
      (!scram_begun || scram_->mechanism() != scram::kMechanismPlus)) {
    return base::PermissionDenied("channel binding is required, but the server did without");
  }
  if (step_ == Step::kStarted && request_.password && !request_.client_certificate) {
    return base::PermissionDenied("a password is configured, but the server asks for none");
  }
  step_ = Step::kAuthenticated;
  return absl::OkStatus();
}

absl::Status ServerLogin::RequirePassword() const {
  if (request_.password) return absl::OkStatus();
  return base::PermissionDenied("the server asks for a password, but none is configured");
}

absl::Status ServerLogin::OnCleartext(std::string& reply) {
  RETURN_IF_ERROR(RequirePassword());
  if (request_.require_channel_binding) {
    return base::PermissionDenied(
        "channel binding is required, but the server asks for a password");
  }
  if (!request_.tls_verified) {
    return base::PermissionDenied(
        "the server asks for the password in clear, but the channel is not verified TLS");
  }
  if (request_.password->find('\0') != std::string::npos) {
    return base::InvalidArgument("NUL in the password");
  }
  wire::PasswordMessage{*request_.password}.Encode(reply);
  step_ = Step::kPasswordSent;
  return absl::OkStatus();
}

absl::Status ServerLogin::OnMd5(std::string_view salt, std::string& reply) {
  RETURN_IF_ERROR(RequirePassword());
  if (request_.require_channel_binding) {
    return base::PermissionDenied("channel binding is required, but the server asks for MD5");
  }
  if (!request_.allow_md5) {
    return base::PermissionDenied("the server asks for an MD5 password, which is not allowed");
  }
  const std::string inner = Md5Hex(*request_.password + request_.user);
  const std::string outer = Md5Hex(inner + std::string(salt));
  if (outer.empty()) return base::Unavailable("this build of OpenSSL has no MD5");
  wire::PasswordMessage{"md5" + outer}.Encode(reply);
  step_ = Step::kPasswordSent;
  return absl::OkStatus();
}

absl::Status ServerLogin::OnSasl(const std::vector<std::string_view>& mechanisms,
                                 std::string& reply) {
  RETURN_IF_ERROR(RequirePassword());
  const auto offered = [&](std::string_view mechanism) {
    return std::find(mechanisms.begin(), mechanisms.end(), mechanism) != mechanisms.end();
  };
  const bool can_bind = request_.binding_data && !request_.binding_data->empty();
  scram::ClientOptions options;
  if (can_bind && offered(scram::kMechanismPlus)) {
    options.binding = scram::Binding::kEndPoint;
    options.binding_data = *request_.binding_data;
  } else if (request_.require_channel_binding) {
    return base::PermissionDenied("channel binding is required, but cannot be had");
  } else if (!offered(scram::kMechanism)) {
    return base::PermissionDenied("the server offers no known SASL mechanism");
  } else if (can_bind) {
    // The server would see a list that was tampered with.
    options.binding = scram::Binding::kNotOffered;
  }
  options.password = *request_.password;
  options.nonce = request_.scram_nonce.empty()
                      ? base::Base64Encode(base::SecureRandomBytes(kNonceBytes))
                      : request_.scram_nonce;
  scram_ = std::make_unique<scram::Client>(std::move(options));
  const std::string first = scram_->First();
  wire::SaslInitialResponse{scram_->mechanism(), first}.Encode(reply);
  step_ = Step::kSaslFirstSent;
  return absl::OkStatus();
}

absl::Status ServerLogin::OnSaslContinue(std::string_view data, std::string& reply) {
  if (step_ != Step::kSaslFirstSent) return Unexpected("AuthenticationSASLContinue");
  ASSIGN_OR_RETURN(const std::string message, scram_->Final(data));
  wire::SaslResponse{message}.Encode(reply);
  step_ = Step::kSaslFinalSent;
  return absl::OkStatus();
}

absl::Status ServerLogin::OnSettled(char type, std::string_view message) {
  switch (type) {
    case wire::ParameterStatus::kTag:
      return OnParameter(BodyOf(message));
    case wire::BackendKeyData::kTag:
      return OnKey(BodyOf(message));
    default:
      return Unexpected(wire::BackendName(type));
  }
}

absl::Status ServerLogin::OnParameter(std::string_view body) {
  ASSIGN_OR_RETURN(const auto message, wire::ParameterStatus::Decode(body));
  if (session_.parameters.size() >= kMaxLoginParameters) {
    return base::ResourceExhausted("the server reports too many parameters");
  }
  session_.parameters.emplace_back(message.name, message.value);
  return absl::OkStatus();
}

absl::Status ServerLogin::OnKey(std::string_view body) {
  ASSIGN_OR_RETURN(const auto message, wire::BackendKeyData::Decode(body));
  if (!session_.secret.empty()) return Unexpected("a second BackendKeyData");
  session_.process_id = message.process_id;
  session_.secret = message.secret;
  return absl::OkStatus();
}

absl::Status ServerLogin::OnNotice(std::string_view message) {
  RETURN_IF_ERROR(wire::NoticeResponse::Decode(BodyOf(message)).status());
  if (session_.notices.size() >= kMaxLoginNotices) {
    return base::ResourceExhausted("the server gives too many notices");
  }
  session_.notices.emplace_back(message);
  return absl::OkStatus();
}

absl::StatusOr<Progress> ServerLogin::OnError(std::string_view body) {
  ASSIGN_OR_RETURN(const auto message, wire::ErrorResponse::Decode(body));
  const std::string_view sqlstate = message.Find(wire::field::kSqlstate);
  refusal_.sqlstate = IsSqlstate(sqlstate) ? sqlstate : base::sqlstate::kInternalError;
  refusal_.message = message.Find(wire::field::kMessage);
  refusal_.detail = message.Find(wire::field::kDetail);
  refusal_.hint = message.Find(wire::field::kHint);
  return Progress::kRefused;
}

}  // namespace portreeve::upstream
