// Tokens and key sets of a stranger. The first byte of the input says how the rest is used: 'j' as
// a key set, 's' as header and payload (a line break between them) that the issuer's own key signs,
// so that what lies behind the signature is reached as well, anything else as a token.

#include <openssl/err.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/check.h"
#include "base/encoding.h"
#include "base/openssl.h"
#include "identity/plain_text.h"
#include "identity/token_verifier.h"

namespace {

namespace base = portreeve::base;
namespace identity = portreeve::identity;
using identity::TokenVerifier;

constexpr int64_t kNow = 1'800'000'000;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

absl::StatusOr<std::shared_ptr<const TokenVerifier>> MakeWith(std::string key_set) {
  return TokenVerifier::Make({{"corp",
                               "https://id.example.com",
                               {"portreeve"},
                               {"RS256", "PS256", "ES256", "ES512", "EdDSA"},
                               "groups",
                               std::move(key_set)}});
}

// An issuer whose private key is known here and in no corpus.
class Issuer {
 public:
  Issuer() : key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")) {
    std::string raw(32, '\0');
    size_t size = raw.size();
    PORTREEVE_CHECK(EVP_PKEY_get_raw_public_key(
                        key_.get(), reinterpret_cast<unsigned char*>(raw.data()), &size) == 1);
    auto made = MakeWith(R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"1","x":")" +
                         base::Base64UrlEncode(raw) + "\"}]}");
    PORTREEVE_CHECK(made.ok());
    verifier_ = *std::move(made);
  }

  std::string Sign(std::string_view header, std::string_view payload) const {
    const std::string input = base::Base64UrlEncode(header) + "." + base::Base64UrlEncode(payload);
    const base::MdCtxPtr context(EVP_MD_CTX_new());
    std::string signature(64, '\0');
    size_t size = signature.size();
    PORTREEVE_CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
    PORTREEVE_CHECK(EVP_DigestSign(context.get(),
                                   reinterpret_cast<unsigned char*>(signature.data()), &size,
                                   Bytes(input), input.size()) == 1);
    return input + "." + base::Base64UrlEncode(signature);
  }

  const TokenVerifier& verifier() const { return *verifier_; }

 private:
  base::PkeyPtr key_;
  std::shared_ptr<const TokenVerifier> verifier_;
};

void CheckMessage(std::string_view message) {
  PORTREEVE_CHECK(!message.empty() && message.size() < 200);
  for (const char character : message) PORTREEVE_CHECK(character >= 0x20 && character < 0x7f);
}

void CheckPrincipal(const identity::Principal& principal) {
  PORTREEVE_CHECK(identity::IsName(principal.subject));
  PORTREEVE_CHECK(principal.issuer == "https://id.example.com" && principal.method == "jwt");
  PORTREEVE_CHECK(principal.credential_id.empty() || identity::IsName(principal.credential_id));
  PORTREEVE_CHECK(principal.expires_unix_s > kNow &&
                  principal.expires_unix_s <=
                      kNow + TokenVerifier::kMaxLifetimeS + TokenVerifier::kMaxSkewS);
  for (const std::string& group : principal.groups) PORTREEVE_CHECK(identity::IsName(group));
  for (const auto& [name, value] : principal.claims) {
    PORTREEVE_CHECK(identity::IsName(name) && identity::IsName(value));
  }
}

void TryToken(const TokenVerifier& verifier, std::string_view token, bool may_pass) {
  const auto verdict = verifier.Verify(token, kNow);
  PORTREEVE_CHECK(ERR_peek_error() == 0);
  if (const auto* rejection = std::get_if<identity::Rejection>(&verdict)) {
    return CheckMessage(rejection->message);
  }
  PORTREEVE_CHECK(may_pass);
  CheckPrincipal(std::get<identity::Principal>(verdict));
}

void TryKeySet(std::string_view text) {
  const auto verifier = MakeWith(std::string(text));
  PORTREEVE_CHECK(ERR_peek_error() == 0);
  if (verifier.ok()) return;
  for (const char character : base::FromAbsl(verifier.status().message())) {
    PORTREEVE_CHECK(character >= 0x20 && character < 0x7f);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Issuer issuer;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'j') {
    TryKeySet(text);
  } else if (data[0] == 's') {
    const size_t end = text.find('\n');
    const std::string_view payload = end == text.npos ? std::string_view() : text.substr(end + 1);
    TryToken(issuer.verifier(), issuer.Sign(text.substr(0, end), payload), true);
  } else {
    TryToken(issuer.verifier(), text, false);
  }
  return 0;
}
