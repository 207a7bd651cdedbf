#include "scram/verifier.h"

#include <optional>

#include "base/check.h"
#include "base/encoding.h"
#include "base/random.h"
#include "scram/attributes.h"
#include "scram/keys.h"

namespace portreeve::scram {
namespace {

// What stands before `delimiter`, which is taken off as well; the whole if there is none.
std::string_view TakeUpTo(std::string_view& text, char delimiter) {
  const size_t end = text.find(delimiter);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

}  // namespace

Verifier Verifier::Make(std::string_view password, std::string_view salt, uint32_t iterations) {
  PORTREEVE_CHECK(!salt.empty() && salt.size() <= kMaxSaltBytes);
  PORTREEVE_CHECK(iterations >= 1 && iterations <= kMaxIterations);
  std::string salted = SaltedPassword(password, salt, iterations);
  Verifier verifier{iterations, std::string(salt), Hash(ClientKey(salted)), ServerKey(salted)};
  Wipe(salted);
  return verifier;
}

Verifier Verifier::Mock(std::string_view user, std::string_view secret, uint32_t iterations) {
  const std::string seed = Hmac(secret, user);
  Verifier verifier{iterations, seed.substr(0, kSaltBytes), Hmac(seed, "stored"),
                    Hmac(seed, "server")};
  verifier.mock = true;
  return verifier;
}

absl::StatusOr<Verifier> Verifier::Parse(std::string_view text) {
  const absl::Status malformed = base::InvalidArgument("malformed SCRAM verifier");
  if (text.size() > kMaxMessageBytes || TakeUpTo(text, '$') != kMechanism) return malformed;
  std::string_view cost = TakeUpTo(text, '$');
  const auto iterations = ParseIterations(TakeUpTo(cost, ':'));
  const auto salt = base::Base64Decode(cost);
  const auto stored_key = base::Base64Decode(TakeUpTo(text, ':'));
  const auto server_key = base::Base64Decode(text);
  if (!iterations || !salt || !stored_key || !server_key) return malformed;
  if (salt->empty() || salt->size() > kMaxSaltBytes) return malformed;
  if (stored_key->size() != kKeyBytes || server_key->size() != kKeyBytes) return malformed;
  return Verifier{*iterations, *salt, *stored_key, *server_key};
}

std::string Verifier::Text() const {
  PORTREEVE_CHECK(!mock);
  std::string text(kMechanism);
  text += '$' + std::to_string(iterations) + ':' + base::Base64Encode(salt);
  text += '$' + base::Base64Encode(stored_key) + ':' + base::Base64Encode(server_key);
  return text;
}

bool Matches(const Verifier& verifier, std::string_view password) {
  std::string salted = SaltedPassword(password, verifier.salt, verifier.iterations);
  const bool equal = base::ConstantTimeEqual(ServerKey(salted), verifier.server_key);
  Wipe(salted);
  return equal && !verifier.mock;
}

}  // namespace portreeve::scram
