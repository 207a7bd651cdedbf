#include "front/sasl_exchange.h"

#include <utility>

#include "wire/backend.h"
#include "wire/frontend.h"

namespace portreeve::front {
namespace {

std::string Encoded(wire::Authentication::Kind kind, std::string_view data) {
  wire::Authentication message;
  message.kind = kind;
  message.data = data;
  std::string bytes;
  message.Encode(bytes);
  return bytes;
}

}  // namespace

SaslExchange::SaslExchange(scram::Verifier verifier, std::string binding_data, std::string nonce)
    : verifier_(std::move(verifier)),
      binding_data_(std::move(binding_data)),
      nonce_(std::move(nonce)) {}

std::string SaslExchange::Offer() const {
  wire::Authentication message;
  message.kind = wire::Authentication::Kind::kSasl;
  if (!binding_data_.empty()) message.mechanisms.push_back(scram::kMechanismPlus);
  message.mechanisms.push_back(scram::kMechanism);
  std::string bytes;
  message.Encode(bytes);
  return bytes;
}

absl::StatusOr<SaslExchange::Step> SaslExchange::Take(std::string_view body) {
  return server_ ? Finish(body) : Begin(body);
}

absl::StatusOr<SaslExchange::Step> SaslExchange::Begin(std::string_view body) {
  ASSIGN_OR_RETURN(const auto message, wire::SaslInitialResponse::Decode(body));
  const bool plus = message.mechanism == scram::kMechanismPlus;
  if (plus ? binding_data_.empty() : message.mechanism != scram::kMechanism) {
    return base::InvalidArgument("the client chose a SASL mechanism that was not offered");
  }
  if (!message.response) return base::InvalidArgument("SASLInitialResponse without a response");
  server_.emplace(
      scram::ServerOptions{verifier_, plus, !binding_data_.empty(), binding_data_, nonce_});
  ASSIGN_OR_RETURN(const std::string first, server_->First(*message.response));
  return Step{Encoded(wire::Authentication::Kind::kSaslContinue, first), std::nullopt};
}

absl::StatusOr<SaslExchange::Step> SaslExchange::Finish(std::string_view body) {
  ASSIGN_OR_RETURN(const auto message, wire::SaslResponse::Decode(body));
  ASSIGN_OR_RETURN(const auto last, server_->Final(message.data));
  if (!last) return Step{"", false};
  return Step{Encoded(wire::Authentication::Kind::kSaslFinal, *last), true};
}

}  // namespace portreeve::front
