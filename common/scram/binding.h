// Names and limits of SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677, PostgreSQL 55.3).
//
// Passwords are used as the bytes they are. PostgreSQL does the same for ASCII, and for what is not
// valid UTF-8 or holds characters that SASLprep prohibits. For all other text it applies SASLprep
// (RFC 4013: NFKC, mapped spaces); this module does not, so a password outside ASCII works only if
// it is given in its normalised form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace portreeve::scram {

inline constexpr std::string_view kMechanism = "SCRAM-SHA-256";
inline constexpr std::string_view kMechanismPlus = "SCRAM-SHA-256-PLUS";
// The only channel binding that PostgreSQL speaks (RFC 5929 section 4).
inline constexpr std::string_view kBindingType = "tls-server-end-point";

inline constexpr size_t kKeyBytes = 32;
inline constexpr size_t kSaltBytes = 16;  // Of the salts we make, as PostgreSQL's are.
inline constexpr size_t kMaxMessageBytes = 4096;
inline constexpr size_t kMaxNonceBytes = 512;
inline constexpr size_t kMaxSaltBytes = 256;
// An iteration costs the client about half a microsecond; a hostile server may not ask for more.
inline constexpr uint32_t kMaxIterations = 1'000'000;
inline constexpr uint32_t kDefaultIterations = 4096;

// The first letter of the GS2 header (RFC 5802 section 7).
enum class Binding : char {
  kUnsupported = 'n',  // This client cannot bind to the channel.
  kNotOffered =
      'y',  // It could, but the server has not offered to: a server that has sees an attack.
  kEndPoint = 'p',
};

}  // namespace portreeve::scram
