#include "mask/hash_key.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

#include "base/check.h"

namespace portreeve::mask {
namespace {

constexpr size_t kBlockBytes = 64;  // Of SHA-256.

}  // namespace

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

HashKey& HashKey::operator=(const HashKey& other) {
  key_ = other.key_;
  return *this;
}

HashKey::~HashKey() { OPENSSL_cleanse(key_.data(), key_.size()); }

// RFC 2104 by hand: OpenSSL's own HMAC allocates for every value.
HashKey::Token HashKey::Digest(std::string_view domain, std::string_view value) const {
  bool ok = true;
  const EVP_MD* type = nullptr;
  if (!scratch_) {
    scratch_.reset(EVP_MD_CTX_new());
    type = EVP_sha256();
    ok = scratch_ != nullptr;
  }
  EVP_MD_CTX* context = scratch_.get();
  std::array<uint8_t, kBlockBytes> pad;
  const auto begin = [&](uint8_t filler) {
    pad.fill(filler);
    for (size_t i = 0; i < key_.size(); ++i) pad[i] ^= key_[i];
    ok = ok && EVP_DigestInit_ex(context, type, nullptr) == 1 &&
         EVP_DigestUpdate(context, pad.data(), pad.size()) == 1;
    type = nullptr;
  };
  const char zero = 0;
  Token token{};
  begin(0x36);
  ok = ok && EVP_DigestUpdate(context, domain.data(), domain.size()) == 1 &&
       EVP_DigestUpdate(context, &zero, 1) == 1 &&
       EVP_DigestUpdate(context, value.data(), value.size()) == 1 &&
       EVP_DigestFinal_ex(context, token.data(), nullptr) == 1;
  begin(0x5c);
  ok = ok && EVP_DigestUpdate(context, token.data(), token.size()) == 1 &&
       EVP_DigestFinal_ex(context, token.data(), nullptr) == 1;
  OPENSSL_cleanse(pad.data(), pad.size());
  PORTREEVE_CHECK(ok);
  return token;
}

}  // namespace portreeve::mask
