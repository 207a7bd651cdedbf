#include "scram/keys.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"
#include "scram/binding.h"

namespace portreeve::scram {
namespace {

unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string Hmac(std::string_view key, std::string_view message) {
  std::string result(kKeyBytes, '\0');
  unsigned length = 0;
  const unsigned char* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                   Bytes(message), message.size(), Bytes(result), &length);
  PORTREEVE_CHECK(done != nullptr && length == kKeyBytes);
  return result;
}

std::string Hash(std::string_view message) {
  std::string result(kKeyBytes, '\0');
  unsigned length = 0;
  const int done =
      EVP_Digest(message.data(), message.size(), Bytes(result), &length, EVP_sha256(), nullptr);
  PORTREEVE_CHECK(done == 1 && length == kKeyBytes);
  return result;
}

std::string SaltedPassword(std::string_view password, std::string_view salt, uint32_t iterations) {
  std::string result(kKeyBytes, '\0');
  const int done =
      PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), Bytes(salt),
                        static_cast<int>(salt.size()), static_cast<int>(iterations), EVP_sha256(),
                        static_cast<int>(kKeyBytes), Bytes(result));
  PORTREEVE_CHECK(done == 1);
  return result;
}

std::string Xor(std::string_view left, std::string_view right) {
  PORTREEVE_CHECK(left.size() == right.size());
  std::string result(left);
  for (size_t i = 0; i < result.size(); ++i) result[i] = static_cast<char>(left[i] ^ right[i]);
  return result;
}

void Wipe(std::string& secret) {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

}  // namespace portreeve::scram
