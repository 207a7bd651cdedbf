#include "saml/pinned_key.h"

#include <openssl/core_names.h>

#include <utility>

#include "base/encoding.h"

namespace portreeve::saml {
namespace {

constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 8192;
constexpr uint64_t kMinExponent = 65537;

absl::Status CheckRsa(EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < kMinRsaBits) return base::InvalidArgument("its RSA key has less than 2048 bits");
  if (bits > kMaxRsaBits) return base::InvalidArgument("its RSA key has more than 8192 bits");
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &number) != 1) {
    return base::OpenSslStatus("its RSA key cannot be read");
  }
  const base::BignumPtr exponent(number);
  if (BN_num_bits(number) > 64 || BN_is_odd(number) == 0 || BN_get_word(number) < kMinExponent) {
    return base::InvalidArgument("its RSA key's exponent is not an odd number from 65537 on");
  }
  return absl::OkStatus();
}

absl::Status CheckEc(EVP_PKEY* key) {
  char name[64];
  size_t size = 0;
  if (EVP_PKEY_get_group_name(key, name, sizeof name, &size) == 1) {
    const std::string_view curve(name, size);
    if (curve == "prime256v1" || curve == "secp384r1" || curve == "secp521r1") {
      return absl::OkStatus();
    }
  }
  base::TakeOpenSslErrors();
  return base::InvalidArgument("its key is on another curve than P-256, P-384 and P-521");
}

}  // namespace

std::string WithoutSpace(std::string_view text) {
  std::string packed;
  for (const char character : text) {
    if (std::string_view(" \t\r\n").find(character) == std::string_view::npos) packed += character;
  }
  return packed;
}

absl::StatusOr<PinnedKey> PinKey(base::PkeyPtr key) {
  switch (EVP_PKEY_get_base_id(key.get())) {
    case EVP_PKEY_RSA:
      RETURN_IF_ERROR(CheckRsa(key.get()));
      return PinnedKey{KeyFamily::kRsa, std::move(key)};
    case EVP_PKEY_EC:
      RETURN_IF_ERROR(CheckEc(key.get()));
      return PinnedKey{KeyFamily::kEc, std::move(key)};
    default:
      return base::InvalidArgument("its key is neither RSA nor of an elliptic curve");
  }
}

absl::StatusOr<PinnedKey> PinKey(std::string_view certificate_base64) {
  const auto der = base::Base64Decode(WithoutSpace(certificate_base64));
  if (!der) return base::InvalidArgument("it is not base64");
  const auto* in = reinterpret_cast<const unsigned char*>(der->data());
  const auto* const end = in + der->size();
  const base::X509Ptr certificate(d2i_X509(nullptr, &in, static_cast<long>(der->size())));
  if (certificate == nullptr || in != end) return base::OpenSslStatus("it is not a certificate");
  base::PkeyPtr key(X509_get_pubkey(certificate.get()));
  if (key == nullptr) return base::OpenSslStatus("its key cannot be read");
  return PinKey(std::move(key));
}

}  // namespace portreeve::saml
