// The computations of RFC 5802 section 3 with SHA-256. Every result is kKeyBytes long.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace portreeve::scram {

std::string Hmac(std::string_view key, std::string_view message);
std::string Hash(std::string_view message);
// Hi(): costs `iterations` HMACs.
std::string SaltedPassword(std::string_view password, std::string_view salt, uint32_t iterations);

inline std::string ClientKey(std::string_view salted) { return Hmac(salted, "Client Key"); }
inline std::string ServerKey(std::string_view salted) { return Hmac(salted, "Server Key"); }

// Of two strings of the same length.
std::string Xor(std::string_view left, std::string_view right);

// Overwrites a secret before its memory is given back.
void Wipe(std::string& secret);

}  // namespace portreeve::scram
