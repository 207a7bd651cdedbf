#include "scram/server.h"

#include <utility>

#include "base/encoding.h"
#include "base/random.h"
#include "scram/attributes.h"
#include "scram/keys.h"

namespace portreeve::scram {
namespace {

absl::Status Malformed(std::string_view what) {
  std::string text = "SCRAM: ";
  text += what;
  return base::InvalidArgument(text);
}

// saslname: `=` stands only in =2C and =3D.
bool IsSaslName(std::string_view name) {
  for (size_t at = name.find('='); at != std::string_view::npos; at = name.find('=', at + 1)) {
    const std::string_view escape = name.substr(at, 3);
    if (escape != "=2C" && escape != "=3D") return false;
  }
  return true;
}

}  // namespace

absl::Status Server::CheckGs2Flag(std::string_view flag) const {
  if (flag == "n" || flag == "y") {
    if (options_.plus) return Malformed("SCRAM-SHA-256-PLUS without channel binding");
    if (flag == "y" && options_.plus_offered) {
      return Malformed("the client was told that channel binding is not offered, but it is");
    }
    return absl::OkStatus();
  }
  if (!flag.starts_with("p=")) return Malformed("malformed channel binding flag");
  if (!options_.plus) return Malformed("channel binding without SCRAM-SHA-256-PLUS");
  if (flag.substr(2) != kBindingType) return Malformed("unsupported channel binding type");
  return absl::OkStatus();
}

absl::StatusOr<std::string> Server::First(std::string_view client_first) {
  if (std::exchange(step_, Step::kOver) != Step::kStart) {
    return absl::FailedPreconditionError("SCRAM: message out of order");
  }
  if (client_first.size() > kMaxMessageBytes) return Malformed("message too long");
  const size_t flag_end = client_first.find(',');
  if (flag_end == std::string_view::npos) return Malformed("malformed client-first-message");
  RETURN_IF_ERROR(CheckGs2Flag(client_first.substr(0, flag_end)));
  if (client_first.substr(flag_end, 2) != ",,") {
    return Malformed("an authorization identity is not supported");
  }
  gs2_header_ = client_first.substr(0, flag_end + 2);
  first_bare_ = client_first.substr(flag_end + 2);

  Attributes attributes(first_bare_);
  if (attributes.next() == 'm') return Malformed("mandatory extensions are not supported");
  const std::string_view name = attributes.Take('n');
  const std::string_view client_nonce = attributes.TakeNonce();
  if (!attributes.finished() || !IsSaslName(name)) {
    return Malformed("malformed client-first-message");
  }
  nonce_ = client_nonce;
  nonce_ += options_.nonce;
  server_first_ = "r=" + nonce_ + ",s=" + base::Base64Encode(options_.verifier.salt) +
                  ",i=" + std::to_string(options_.verifier.iterations);
  step_ = Step::kFirstSent;
  return server_first_;
}

absl::StatusOr<std::optional<std::string>> Server::Final(std::string_view client_final) {
  if (std::exchange(step_, Step::kOver) != Step::kFirstSent) {
    return absl::FailedPreconditionError("SCRAM: message out of order");
  }
  Attributes attributes(client_final);
  const std::string binding = attributes.TakeBytes('c');
  const std::string_view nonce = attributes.Take('r');
  const std::string proof = attributes.TakeBytes('p');
  if (!attributes.finished() || proof.size() != kKeyBytes) {
    return Malformed("malformed client-final-message");
  }
  if (nonce != nonce_) return Malformed("the client answers to another nonce");
  const std::string expected = options_.plus ? gs2_header_ + options_.binding_data : gs2_header_;
  if (!base::ConstantTimeEqual(binding, expected)) {
    return Malformed("the client is bound to another channel");
  }

  std::string auth_message = first_bare_ + ',' + server_first_ + ',';
  auth_message += client_final.substr(0, client_final.rfind(",p="));
  const Verifier& verifier = options_.verifier;
  const std::string client_key = Xor(proof, Hmac(verifier.stored_key, auth_message));
  const bool right = base::ConstantTimeEqual(Hash(client_key), verifier.stored_key);
  std::string server_final = "v=" + base::Base64Encode(Hmac(verifier.server_key, auth_message));
  if (!right || verifier.mock) return std::optional<std::string>();
  return std::optional<std::string>(std::move(server_final));
}

}  // namespace portreeve::scram
