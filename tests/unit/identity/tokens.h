// Issuers that the tests own: keys made here, tokens signed by hand, right or wrong in any part.
// Its one rule: nothing of the module under test takes part in making them.
#pragma once

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/encoding.h"
#include "base/openssl.h"
#include "identity/token_verifier.h"

namespace portreeve::identity {

using nlohmann::json;

inline constexpr int64_t kNow = 1'800'000'000;
inline constexpr const char* kIssuer = "https://id.example.com";

inline const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

class TestKey {
 public:
  explicit TestKey(EVP_PKEY* key) : key_(key) { REQUIRE(key != nullptr); }

  static TestKey Rsa(unsigned bits = 2048) { return TestKey(EVP_RSA_gen(bits)); }
  static TestKey Ec(const char* curve) { return TestKey(EVP_EC_gen(curve)); }
  static TestKey Ed25519() { return TestKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }

  // Public members only.
  json Jwk(const std::string& kid) const {
    json jwk = {{"kid", kid}, {"use", "sig"}};
    switch (EVP_PKEY_get_base_id(get())) {
      case EVP_PKEY_RSA:
        jwk.update({{"kty", "RSA"}, {"n", Number("n", 0)}, {"e", Number("e", 0)}});
        break;
      case EVP_PKEY_EC: {
        const int bits = EVP_PKEY_get_bits(get());
        const size_t size = static_cast<size_t>(bits + 7) / 8;
        jwk.update({{"kty", "EC"},
                    {"crv", "P-" + std::to_string(bits)},
                    {"x", Number(OSSL_PKEY_PARAM_EC_PUB_X, size)},
                    {"y", Number(OSSL_PKEY_PARAM_EC_PUB_Y, size)}});
        break;
      }
      default: {
        std::string raw(32, '\0');
        size_t size = raw.size();
        auto* out = reinterpret_cast<unsigned char*>(raw.data());
        REQUIRE(EVP_PKEY_get_raw_public_key(get(), out, &size) == 1);
        jwk.update({{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", base::Base64UrlEncode(raw)}});
      }
    }
    return jwk;
  }

  // As JOSE wants it. `salt` is PSS's: -1 is as long as the digest.
  std::string Sign(std::string_view alg, std::string_view input, int salt = -1) const {
    const EVP_MD* digest = alg.ends_with("256")   ? EVP_sha256()
                           : alg.ends_with("384") ? EVP_sha384()
                           : alg.ends_with("512") ? EVP_sha512()
                                                  : nullptr;
    const base::MdCtxPtr context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* options = nullptr;
    REQUIRE(EVP_DigestSignInit(context.get(), &options, digest, nullptr, get()) == 1);
    if (alg.starts_with("PS")) {
      REQUIRE(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1);
      REQUIRE(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, salt) == 1);
    }
    std::string signature(2048, '\0');
    size_t size = signature.size();
    REQUIRE(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                           Bytes(input), input.size()) == 1);
    signature.resize(size);
    return EVP_PKEY_get_base_id(get()) == EVP_PKEY_EC ? Raw(signature) : signature;
  }

  EVP_PKEY* get() const { return key_.get(); }

 private:
  std::string Number(const char* name, size_t size) const {
    BIGNUM* value = nullptr;
    REQUIRE(EVP_PKEY_get_bn_param(get(), name, &value) == 1);
    const base::BignumPtr number(value);
    if (size == 0) size = static_cast<size_t>(BN_num_bytes(value));
    std::string bytes(size, '\0');
    REQUIRE(BN_bn2binpad(value, reinterpret_cast<unsigned char*>(bytes.data()),
                         static_cast<int>(size)) == static_cast<int>(size));
    return base::Base64UrlEncode(bytes);
  }

  std::string Raw(const std::string& der) const {
    const unsigned char* in = Bytes(der);
    const std::unique_ptr<ECDSA_SIG, base::OpenSslFree<ECDSA_SIG_free>> pair(
        d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())));
    const int size = (EVP_PKEY_get_bits(get()) + 7) / 8;
    std::string raw(static_cast<size_t>(2 * size), '\0');
    auto* out = reinterpret_cast<unsigned char*>(raw.data());
    REQUIRE(BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), out, size) == size);
    REQUIRE(BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), out + size, size) == size);
    return raw;
  }

  base::PkeyPtr key_;
};

// One key of each kind for the whole run: RSA keys are slow to make.
inline const TestKey& KeyFor(std::string_view alg) {
  static const TestKey rsa = TestKey::Rsa();
  static const TestKey p256 = TestKey::Ec("P-256");
  static const TestKey p384 = TestKey::Ec("P-384");
  static const TestKey p521 = TestKey::Ec("P-521");
  static const TestKey ed25519 = TestKey::Ed25519();
  if (alg == "ES256") return p256;
  if (alg == "ES384") return p384;
  if (alg == "ES512") return p521;
  return alg == "EdDSA" ? ed25519 : rsa;
}

inline std::string KeySetText(const std::vector<json>& keys) { return json{{"keys", keys}}.dump(); }

inline const std::vector<std::string> kEveryAlgorithm = {
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"};

// Allows every algorithm; the key of each has the algorithm's name as its id, RSA's is "RS256".
inline IssuerOptions Options() {
  std::vector<json> keys;
  for (const char* alg : {"RS256", "ES256", "ES384", "ES512", "EdDSA"}) {
    keys.push_back(KeyFor(alg).Jwk(alg));
  }
  return {"corp", kIssuer, {"portreeve"}, kEveryAlgorithm, "groups", KeySetText(keys)};
}

inline std::shared_ptr<const TokenVerifier> Verifier(const IssuerOptions& options = Options()) {
  auto verifier = TokenVerifier::Make({options});
  INFO(verifier.status());
  REQUIRE(verifier.ok());
  return *verifier;
}

inline json Header(const std::string& alg) {
  return {{"alg", alg}, {"kid", alg[0] == 'P' || alg[0] == 'R' ? "RS256" : alg}, {"typ", "JWT"}};
}

inline json Claims() {
  return {{"iss", kIssuer},
          {"aud", "portreeve"},
          {"sub", "ana"},
          {"iat", kNow - 10},
          {"exp", kNow + 600}};
}

inline std::string SigningInput(std::string_view header, std::string_view payload) {
  return base::Base64UrlEncode(header) + "." + base::Base64UrlEncode(payload);
}

inline std::string SignedToken(std::string_view header, std::string_view payload,
                               std::string_view alg = "EdDSA") {
  const std::string input = SigningInput(header, payload);
  return input + "." + base::Base64UrlEncode(KeyFor(alg).Sign(alg, input));
}

inline std::string TokenOf(const json& claims, const std::string& alg = "EdDSA") {
  return SignedToken(Header(alg).dump(), claims.dump(), alg);
}

// The reason; empty if the token was believed.
inline std::string Reason(const std::variant<Principal, Rejection>& verdict) {
  const auto* rejection = std::get_if<Rejection>(&verdict);
  return rejection == nullptr ? "" : rejection->message;
}

inline std::string Verdict(std::string_view token, const TokenVerifier& verifier) {
  return Reason(verifier.Verify(token, kNow));
}

inline std::string Verdict(std::string_view token) {
  static const auto verifier = Verifier();
  return Verdict(token, *verifier);
}

}  // namespace portreeve::identity
