// Public keys from their numbers. Its one rule: a key that anybody could sign for, or that is too
// costly to try, does not come to be.
#pragma once

#include <string_view>

#include "base/openssl.h"
#include "base/status.h"
#include "identity/algorithm.h"

namespace portreeve::identity {

// 2048 to 8192 bits, with an odd exponent from 65537 on.
absl::StatusOr<base::PkeyPtr> RsaPublicKey(std::string_view modulus, std::string_view exponent);

// Both coordinates at full length (RFC 7518 6.2.1.2); the point must lie on the curve.
absl::StatusOr<base::PkeyPtr> EcPublicKey(KeyKind curve, std::string_view x, std::string_view y);

// RFC 8037; points of small order are refused, for their signatures fit every message.
absl::StatusOr<base::PkeyPtr> Ed25519PublicKey(std::string_view x);

}  // namespace portreeve::identity
