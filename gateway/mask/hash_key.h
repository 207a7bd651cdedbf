// The secret of a deployment from which the mask `hash` makes its tokens: the same value gives the
// same token in every session, and nobody without the key can try values. Its one rule: no text,
// log or record can be made of it.
#pragma once

#include <openssl/sha.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/status.h"

namespace portreeve::mask {

// Threads may share it.
class HashKey {
 public:
  static constexpr size_t kBytes = 32;
  using Token = std::array<uint8_t, 32>;

  // kInvalidArgument for any other number of bytes.
  static absl::StatusOr<HashKey> FromBytes(std::string_view bytes);

  // Of a secret of any length.
  static HashKey FromSecret(std::string_view secret);

  HashKey(const HashKey&) = default;
  HashKey& operator=(const HashKey&) = default;
  ~HashKey();

  // HMAC-SHA-256 of `domain`, a zero byte and `value`. Values of another domain give other tokens.
  Token Digest(std::string_view domain, std::string_view value) const;

 private:
  explicit HashKey(const std::array<uint8_t, kBytes>& key);

  // The states of the two hashes once they have taken in the key (RFC 2104).
  SHA256_CTX inner_;
  SHA256_CTX outer_;
};

inline std::string_view BytesOf(const HashKey::Token& token) {
  return {reinterpret_cast<const char*>(token.data()), token.size()};
}

}  // namespace portreeve::mask
