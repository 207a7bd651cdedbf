#include "identity/public_key.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/encoding.h"

namespace portreeve::identity {
namespace {

using ParamBuildPtr = std::unique_ptr<OSSL_PARAM_BLD, base::OpenSslFree<OSSL_PARAM_BLD_free>>;
using ParamsPtr = std::unique_ptr<OSSL_PARAM, base::OpenSslFree<OSSL_PARAM_free>>;

constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 8192;
constexpr int kMaxExponentBits = 64;  // OpenSSL verifies with no larger one.
constexpr uint64_t kMinExponent = 65537;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

base::BignumPtr Number(std::string_view bytes) {
  return base::BignumPtr(BN_bin2bn(Bytes(bytes), static_cast<int>(bytes.size()), nullptr));
}

absl::StatusOr<base::PkeyPtr> FromParameters(const char* type, OSSL_PARAM_BLD* build) {
  const ParamsPtr parameters(OSSL_PARAM_BLD_to_param(build));
  const base::PkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* made = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return base::OpenSslStatus("it is not a valid key");
  }
  base::PkeyPtr key(made);
  const base::PkeyCtxPtr check(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  if (check == nullptr || EVP_PKEY_public_check(check.get()) != 1) {
    return base::OpenSslStatus("it is not a valid key");
  }
  return key;
}

const char* GroupName(KeyKind curve) {
  return curve == KeyKind::kP256 ? "P-256" : curve == KeyKind::kP384 ? "P-384" : "P-521";
}

// All encodings of a point of order 1, 2, 4 or 8 but for the sign bit.
constexpr std::array<std::string_view, 7> kSmallOrder = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

bool IsSmallOrder(std::string_view point) {
  std::string unsigned_point(point);
  unsigned_point.back() = static_cast<char>(unsigned_point.back() & 0x7f);
  return std::find(kSmallOrder.begin(), kSmallOrder.end(), base::HexEncode(unsigned_point)) !=
         kSmallOrder.end();
}

}  // namespace

absl::StatusOr<base::PkeyPtr> RsaPublicKey(std::string_view modulus, std::string_view exponent) {
  // A few bytes of slack for leading zeros, which some libraries write.
  if (modulus.size() > kMaxRsaBits / 8 + 8 || exponent.size() > kMaxExponentBits / 8 + 8) {
    return base::InvalidArgument("it is too large");
  }
  const base::BignumPtr n = Number(modulus);
  const base::BignumPtr e = Number(exponent);
  if (BN_num_bits(n.get()) < kMinRsaBits) {
    return base::InvalidArgument("it has less than 2048 bits");
  }
  if (BN_num_bits(n.get()) > kMaxRsaBits) {
    return base::InvalidArgument("it has more than 8192 bits");
  }
  if (BN_num_bits(e.get()) > kMaxExponentBits || BN_is_odd(e.get()) == 0 ||
      BN_get_word(e.get()) < kMinExponent) {
    return base::InvalidArgument("its exponent is not an odd number from 65537 on");
  }
  const ParamBuildPtr build(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return FromParameters("RSA", build.get());
}

absl::StatusOr<base::PkeyPtr> EcPublicKey(KeyKind curve, std::string_view x, std::string_view y) {
  const size_t size = CoordinateBytes(curve);
  if (x.size() != size || y.size() != size) {
    return base::InvalidArgument("its coordinates are not as long as the curve wants them");
  }
  const std::string point = "\x04" + std::string(x) + std::string(y);
  const ParamBuildPtr build(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, GroupName(curve), 0);
  OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return FromParameters("EC", build.get());
}

absl::StatusOr<base::PkeyPtr> Ed25519PublicKey(std::string_view x) {
  if (x.size() != 32) return base::InvalidArgument("it is not 32 bytes long");
  if (IsSmallOrder(x)) return base::InvalidArgument("it is a point of small order");
  base::PkeyPtr key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(x), x.size()));
  if (key == nullptr) return base::OpenSslStatus("it is not a valid key");
  return key;
}

}  // namespace portreeve::identity
