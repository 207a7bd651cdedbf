// SHA-256 by its low-level functions, which OpenSSL 3 calls deprecated: those of EVP allocate for
// every hash, and cannot begin from a state that is kept.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "mask/hash_key.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "base/check.h"

namespace portreeve::mask {
namespace {

constexpr size_t kBlockBytes = 64;

SHA256_CTX Begun(const std::array<uint8_t, HashKey::kBytes>& key, uint8_t filler) {
  std::array<uint8_t, kBlockBytes> block;
  block.fill(filler);
  for (size_t i = 0; i < key.size(); ++i) block[i] ^= key[i];
  SHA256_CTX state;
  PORTREEVE_CHECK(SHA256_Init(&state) == 1 &&
                  SHA256_Update(&state, block.data(), block.size()) == 1);
  OPENSSL_cleanse(block.data(), block.size());
  return state;
}

}  // namespace

HashKey::HashKey(const std::array<uint8_t, kBytes>& key)
    : inner_(Begun(key, 0x36)), outer_(Begun(key, 0x5c)) {}

HashKey::~HashKey() {
  OPENSSL_cleanse(&inner_, sizeof inner_);
  OPENSSL_cleanse(&outer_, sizeof outer_);
}

absl::StatusOr<HashKey> HashKey::FromBytes(std::string_view bytes) {
  if (bytes.size() != kBytes) return base::InvalidArgument("the key of `hash` must be 32 bytes");
  std::array<uint8_t, kBytes> key;
  std::copy(bytes.begin(), bytes.end(), key.begin());
  HashKey made(key);
  OPENSSL_cleanse(key.data(), key.size());
  return made;
}

HashKey HashKey::FromSecret(std::string_view secret) {
  std::array<uint8_t, kBytes> key;
  SHA256(reinterpret_cast<const uint8_t*>(secret.data()), secret.size(), key.data());
  HashKey made(key);
  OPENSSL_cleanse(key.data(), key.size());
  return made;
}

HashKey::Token HashKey::Digest(std::string_view domain, std::string_view value) const {
  const char zero = 0;
  Token token;
  SHA256_CTX state = inner_;
  bool ok = SHA256_Update(&state, domain.data(), domain.size()) == 1 &&
            SHA256_Update(&state, &zero, 1) == 1 &&
            SHA256_Update(&state, value.data(), value.size()) == 1 &&
            SHA256_Final(token.data(), &state) == 1;
  state = outer_;
  ok = ok && SHA256_Update(&state, token.data(), token.size()) == 1 &&
       SHA256_Final(token.data(), &state) == 1;
  PORTREEVE_CHECK(ok);
  return token;
}

}  // namespace portreeve::mask
