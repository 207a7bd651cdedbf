#include "scram/client.h"

#include <utility>

#include "base/encoding.h"
#include "base/random.h"
#include "scram/attributes.h"
#include "scram/keys.h"

namespace portreeve::scram {

Client::~Client() { Wipe(options_.password); }

std::string_view Client::mechanism() const {
  return options_.binding == Binding::kEndPoint ? kMechanismPlus : kMechanism;
}

std::string Client::Gs2Header() const {
  std::string header(1, static_cast<char>(options_.binding));
  if (options_.binding == Binding::kEndPoint) {
    header += '=';
    header += kBindingType;
  }
  return header + ",,";
}

std::string Client::First() {
  step_ = step_ == Step::kStart ? Step::kFirstSent : Step::kFailed;
  first_bare_ = "n=,r=" + options_.nonce;
  return Gs2Header() + first_bare_;
}

absl::StatusOr<std::string> Client::Final(std::string_view server_first) {
  if (std::exchange(step_, Step::kFailed) != Step::kFirstSent) {
    return absl::FailedPreconditionError("SCRAM: message out of order");
  }
  Attributes attributes(server_first);
  const std::string nonce(attributes.TakeNonce());
  const std::string salt = attributes.TakeBytes('s');
  const uint32_t iterations = attributes.TakeIterations();
  if (!attributes.finished() || salt.size() > kMaxSaltBytes) {
    return base::InvalidArgument("SCRAM: malformed server-first-message");
  }
  if (!nonce.starts_with(options_.nonce) || nonce.size() == options_.nonce.size()) {
    return base::InvalidArgument("SCRAM: the server answers to another nonce");
  }
  if (iterations < options_.min_iterations) {
    return base::InvalidArgument("SCRAM: the server asks for too few iterations");
  }

  std::string binding = Gs2Header();
  if (options_.binding == Binding::kEndPoint) binding += options_.binding_data;
  std::string final_message = "c=" + base::Base64Encode(binding) + ",r=" + nonce;
  std::string auth_message = first_bare_ + ',';
  auth_message += server_first;
  auth_message += ',' + final_message;

  std::string salted = SaltedPassword(options_.password, salt, iterations);
  std::string client_key = ClientKey(salted);
  const std::string proof = Xor(client_key, Hmac(Hash(client_key), auth_message));
  server_signature_ = Hmac(ServerKey(salted), auth_message);
  Wipe(salted);
  Wipe(client_key);
  step_ = Step::kFinalSent;
  return final_message + ",p=" + base::Base64Encode(proof);
}

absl::Status Client::Verify(std::string_view server_final) {
  if (std::exchange(step_, Step::kFailed) != Step::kFinalSent) {
    return absl::FailedPreconditionError("SCRAM: message out of order");
  }
  Attributes attributes(server_final);
  if (attributes.next() == 'e') {
    return base::PermissionDenied("SCRAM: the server reports an error");
  }
  const std::string signature = attributes.TakeBytes('v');
  if (!attributes.finished()) {
    return base::InvalidArgument("SCRAM: malformed server-final-message");
  }
  if (!base::ConstantTimeEqual(signature, server_signature_)) {
    return base::PermissionDenied("SCRAM: the server does not know the password");
  }
  step_ = Step::kProved;
  return absl::OkStatus();
}

}  // namespace portreeve::scram
