#include "identity/algorithm.h"

namespace portreeve::identity {
namespace {

constexpr Algorithm kAlgorithms[] = {
    {"RS256", KeyKind::kRsa, EVP_sha256, false},  {"RS384", KeyKind::kRsa, EVP_sha384, false},
    {"RS512", KeyKind::kRsa, EVP_sha512, false},  {"PS256", KeyKind::kRsa, EVP_sha256, true},
    {"PS384", KeyKind::kRsa, EVP_sha384, true},   {"PS512", KeyKind::kRsa, EVP_sha512, true},
    {"ES256", KeyKind::kP256, EVP_sha256, false}, {"ES384", KeyKind::kP384, EVP_sha384, false},
    {"ES512", KeyKind::kP521, EVP_sha512, false}, {"EdDSA", KeyKind::kEd25519, nullptr, false},
};

}  // namespace

const Algorithm* FindAlgorithm(std::string_view name) {
  for (const Algorithm& algorithm : kAlgorithms) {
    if (algorithm.name == name) return &algorithm;
  }
  return nullptr;
}

size_t CoordinateBytes(KeyKind kind) {
  switch (kind) {
    case KeyKind::kP256:
      return 32;
    case KeyKind::kP384:
      return 48;
    case KeyKind::kP521:
      return 66;
    case KeyKind::kRsa:
    case KeyKind::kEd25519:
      return 0;
  }
  return 0;
}

}  // namespace portreeve::identity
