// SHA-256 by its low-level functions, which OpenSSL 3 calls deprecated: those of EVP allocate for
// every hash, and cannot begin from a state that is kept.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "mask/hash_key.h"

#include <endian.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace portreeve::mask {
namespace {

constexpr size_t kBlockBytes = 64;
constexpr std::string_view kSeparator("\0", 1);

// What comes behind the key, if one block holds it with its end mark and its length (FIPS 180-4,
// 5.1.1): most values are that short, and so is every inner hash. Taking the block in at once costs
// half of what SHA256_Update and SHA256_Final do.
class LastBlock {
 public:
  static constexpr size_t kMaxBytes = kBlockBytes - 1 - sizeof(uint64_t);

  LastBlock() = default;
  explicit LastBlock(std::string_view bytes) { Add(bytes); }

  void Add(std::string_view bytes) {
    std::copy(bytes.begin(), bytes.end(), block_.begin() + used_);
    used_ += bytes.size();
  }

  // `begun`: the state that has taken in the key, which is a block.
  HashKey::Token Finish(SHA256_CTX begun) {
    block_[used_] = 0x80;
    const uint64_t bits = htobe64(8 * (kBlockBytes + used_));
    std::memcpy(&block_[kMaxBytes + 1], &bits, sizeof bits);
    SHA256_Transform(&begun, block_.data());
    HashKey::Token token;
    uint8_t* at = token.data();
    for (const uint32_t word : begun.h) {
      const uint32_t big_endian = htobe32(word);
      std::memcpy(at, &big_endian, sizeof big_endian);
      at += sizeof big_endian;
    }
    return token;
  }

 private:
  std::array<uint8_t, kBlockBytes> block_{};
  size_t used_ = 0;
};

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
  LastBlock last;
  if (domain.size() + 1 + value.size() <= LastBlock::kMaxBytes) {
    last.Add(domain);
    last.Add(kSeparator);
    last.Add(value);
    const Token inner = last.Finish(inner_);
    return LastBlock(BytesOf(inner)).Finish(outer_);
  }
  Token inner;
  SHA256_CTX state = inner_;
  PORTREEVE_CHECK(SHA256_Update(&state, domain.data(), domain.size()) == 1 &&
                  SHA256_Update(&state, kSeparator.data(), kSeparator.size()) == 1 &&
                  SHA256_Update(&state, value.data(), value.size()) == 1 &&
                  SHA256_Final(inner.data(), &state) == 1);
  return LastBlock(BytesOf(inner)).Finish(outer_);
}

}  // namespace portreeve::mask
