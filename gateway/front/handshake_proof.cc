// How a client proves who it is: a password in clear, or SCRAM.
#include <utility>

#include "base/random.h"
#include "front/handshake.h"
#include "tls/channel_binding.h"
#include "wire/backend.h"
#include "wire/framing.h"
#include "wire/frontend.h"

namespace portreeve::front {
namespace {

constexpr size_t kNonceBytes = 18;  // As PostgreSQL's.

}  // namespace

std::string Handshake::AskForProof() {
  std::string bytes;
  auto verifier = listener_.VerifierOf(hello_.user);
  if (!verifier) {
    wire::Authentication ask;
    ask.kind = wire::Authentication::Kind::kCleartextPassword;
    ask.Encode(bytes);
    return bytes;
  }
  std::string binding;
  if (tls_ != nullptr) {
    // There is none for some kinds of certificates: then there is no -PLUS either.
    auto end_point = tls::ServerEndPoint(tls_->own_certificate());
    if (end_point.ok()) binding = *std::move(end_point);
  }
  sasl_.emplace(*std::move(verifier), std::move(binding), base::SecureRandomToken(kNonceBytes));
  return sasl_->Offer();
}

bool Handshake::OnPasswordHeader() {
  if (!ReadExactly(wire::kHeaderBytes)) return false;
  const auto header = wire::ReadHeader(buffer_);
  if (header->type != wire::PasswordMessage::kTag) {
    return Violation("expected a password");
  }
  const uint32_t most = sasl_ ? SaslExchange::kMaxMessageLength : kMaxPasswordLength;
  if (header->length < 4 || header->length > most) {
    return Violation("the password message has a wrong length");
  }
  expected_ = header->message_bytes();
  step_ = Step::kPasswordBody;
  return true;
}

bool Handshake::OnPasswordBody() {
  if (!ReadExactly(expected_)) return false;
  if (sasl_) return OnSaslBody(std::string_view(buffer_).substr(wire::kHeaderBytes));
  const auto message =
      wire::PasswordMessage::Decode(std::string_view(buffer_).substr(wire::kHeaderBytes));
  if (!message.ok()) return Violation("malformed password message");
  std::string password(message->password);
  std::string().swap(buffer_);
  step_ = Step::kWaiting;
  listener_.OnPassword(*this, hello_, std::move(password));
  return false;
}

bool Handshake::OnSaslBody(std::string_view body) {
  const auto step = sasl_->Take(body);
  std::string().swap(buffer_);
  if (!step.ok()) return Violation(base::FromAbsl(step.status().message()));
  if (!step->answer.empty()) Send(step->answer);
  // What is left would be lost with the stream that is given away.
  if (step->proved && !output_.empty()) {
    Drop("it does not read");
    return false;
  }
  if (!step->proved) {
    step_ = Step::kPasswordHeader;
    return true;
  }
  step_ = Step::kWaiting;
  listener_.OnScram(*this, hello_, *step->proved);
  return false;
}

}  // namespace portreeve::front
