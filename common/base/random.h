// Random bytes fit for keys and secrets, from OpenSSL's generator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace portreeve::base {

// Thread-safe. Ends the process if the generator cannot be seeded: nothing safe can be done then.
std::string SecureRandomBytes(size_t count);
uint64_t SecureRandomUint64();

// `entropy_bytes` random bytes as unpadded base64url.
std::string SecureRandomToken(size_t entropy_bytes);

// Compares without telling by its time where the first difference is. Lengths may be told.
bool ConstantTimeEqual(const std::string& left, const std::string& right);

}  // namespace portreeve::base
