#include "base/random.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <cstring>

#include "base/check.h"
#include "base/encoding.h"

namespace portreeve::base {

std::string SecureRandomBytes(size_t count) {
  std::string bytes(count, '\0');
  PORTREEVE_CHECK(
      RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) == 1);
  return bytes;
}

uint64_t SecureRandomUint64() {
  uint64_t value = 0;
  const std::string bytes = SecureRandomBytes(sizeof value);
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

std::string SecureRandomToken(size_t entropy_bytes) {
  return Base64UrlEncode(SecureRandomBytes(entropy_bytes));
}

bool ConstantTimeEqual(const std::string& left, const std::string& right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace portreeve::base
