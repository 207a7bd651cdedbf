#include "identity/jws.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/check.h"
#include "base/encoding.h"
#include "base/openssl.h"
#include "identity/plain_text.h"
#include "identity/strict_json.h"

namespace portreeve::identity {
namespace {

using nlohmann::json;
using EcdsaSigPtr = std::unique_ptr<ECDSA_SIG, base::OpenSslFree<ECDSA_SIG_free>>;

constexpr JsonLimits kLimits{.depth = 4, .values = 64};
constexpr size_t kEd25519SignatureBytes = 64;

// What would change how a token is read, or bring or fetch a key (RFC 7515 4.1, RFC 7516 4.1,
// RFC 7797). `x5t` and `x5t#S256` only point, and common issuers send them: they are ignored.
constexpr const char* kRefusedMembers[] = {"crit", "b64", "zip", "enc", "jku",
                                           "jwk",  "x5u", "x5c", "epk", "cty"};

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string Lower(std::string text) {
  for (char& character : text) {
    if (character >= 'A' && character <= 'Z') character = static_cast<char>(character + 32);
  }
  return text;
}

// Absent, or a type of token that says who one is (RFC 7519 5.1, RFC 9068 2.1); media types are
// compared without case. Every other type was made for another purpose.
bool IsTokenType(const json& header) {
  const auto found = header.find("typ");
  if (found == header.end()) return true;
  const auto* text = found->get_ptr<const std::string*>();
  if (text == nullptr) return false;
  const std::string type = Lower(*text);
  return type == "jwt" || type == "at+jwt" || type == "application/jwt" ||
         type == "application/at+jwt";
}

// The signature as DER, which OpenSSL wants; empty if it cannot be one.
std::string EcdsaDer(std::string_view signature, size_t coordinate_bytes) {
  base::BignumPtr r(BN_bin2bn(Bytes(signature), static_cast<int>(coordinate_bytes), nullptr));
  base::BignumPtr s(BN_bin2bn(Bytes(signature.substr(coordinate_bytes)),
                              static_cast<int>(coordinate_bytes), nullptr));
  if (BN_is_zero(r.get()) != 0 || BN_is_zero(s.get()) != 0) return {};
  const EcdsaSigPtr pair(ECDSA_SIG_new());
  ECDSA_SIG_set0(pair.get(), r.release(), s.release());
  std::string der(static_cast<size_t>(i2d_ECDSA_SIG(pair.get(), nullptr)), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_ECDSA_SIG(pair.get(), &out);
  return der;
}

size_t SignatureBytes(const VerificationKey& key) {
  switch (key.kind) {
    case KeyKind::kRsa:
      return static_cast<size_t>(EVP_PKEY_get_size(key.key.get()));
    case KeyKind::kEd25519:
      return kEd25519SignatureBytes;
    default:
      return 2 * CoordinateBytes(key.kind);
  }
}

}  // namespace

absl::StatusOr<CompactJws> SplitCompact(std::string_view token) {
  const size_t first = token.find('.');
  const size_t second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos) {
    return base::InvalidArgument("it is not a token: it has not three segments");
  }
  auto header = base::Base64UrlDecode(token.substr(0, first));
  auto payload = base::Base64UrlDecode(token.substr(first + 1, second - first - 1));
  auto signature = base::Base64UrlDecode(token.substr(second + 1));
  if (!header || !payload || !signature) {
    return base::InvalidArgument("a segment of the token is not canonical base64url");
  }
  if (header->empty() || payload->empty() || signature->empty()) {
    return base::InvalidArgument("a segment of the token is empty");
  }
  return CompactJws{token.substr(0, second), *std::move(header), *std::move(payload),
                    *std::move(signature)};
}

absl::StatusOr<JwsHeader> ReadHeader(std::string_view text) {
  auto header = ParseStrictObject(text, kLimits);
  if (!header.ok()) return base::Annotate(header.status(), "the token's header");
  JwsHeader result{nullptr, std::nullopt};
  if (const auto alg = header->find("alg"); alg != header->end() && alg->is_string()) {
    result.algorithm = FindAlgorithm(alg->get_ref<const std::string&>());
  }
  if (result.algorithm == nullptr) {
    return base::InvalidArgument("the token's algorithm is not one for public keys");
  }
  for (const char* name : kRefusedMembers) {
    if (!header->contains(name)) continue;
    return base::InvalidArgument(std::string("the token's header has `") + name + "`");
  }
  if (!IsTokenType(*header)) return base::InvalidArgument("the token's type is for another use");
  if (const auto kid = header->find("kid"); kid != header->end()) {
    if (!kid->is_string() || kid->get_ref<const std::string&>().size() > kMaxNameBytes) {
      return base::InvalidArgument("the token's key id is not a text of at most 255 bytes");
    }
    result.kid = kid->get<std::string>();
  }
  return result;
}

absl::Status VerifySignature(const Algorithm& algorithm, const VerificationKey& key,
                             std::string_view signing_input, std::string_view signature) {
  PORTREEVE_CHECK(key.Fits(algorithm));
  const absl::Status wrong = base::InvalidArgument("the token's signature is wrong");
  if (signature.size() != SignatureBytes(key)) return wrong;
  std::string der;
  if (const size_t coordinate_bytes = CoordinateBytes(key.kind); coordinate_bytes > 0) {
    der = EcdsaDer(signature, coordinate_bytes);
    if (der.empty()) return wrong;
    signature = der;
  }
  const base::MdCtxPtr context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;  // Owned by `context`.
  const EVP_MD* digest = algorithm.digest == nullptr ? nullptr : algorithm.digest();
  bool right = EVP_DigestVerifyInit(context.get(), &options, digest, nullptr, key.key.get()) == 1;
  if (right && algorithm.pss) {
    right = EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1;
  }
  right = right && EVP_DigestVerify(context.get(), Bytes(signature), signature.size(),
                                    Bytes(signing_input), signing_input.size()) == 1;
  ERR_clear_error();
  return right ? absl::OkStatus() : wrong;
}

}  // namespace portreeve::identity
