// The signature algorithms of JOSE that are ever believed (RFC 7518, RFC 8037). Its one rule: there
// is no `none` and no HMAC in the table, so no configuration can allow them.
#pragma once

#include <openssl/evp.h>

#include <cstddef>
#include <string_view>

namespace portreeve::identity {

enum class KeyKind { kRsa, kP256, kP384, kP521, kEd25519 };

struct Algorithm {
  std::string_view name;
  KeyKind key;                // The only kind of key that it takes.
  const EVP_MD* (*digest)();  // Null: the algorithm brings its own.
  bool pss = false;
};

// Null if there is none of that name; names are case-sensitive.
const Algorithm* FindAlgorithm(std::string_view name);

// Bytes of one coordinate or of one half of a signature; 0 for RSA and Ed25519.
size_t CoordinateBytes(KeyKind kind);

}  // namespace portreeve::identity
