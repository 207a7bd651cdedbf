// Signed tokens in compact form (RFC 7515 section 3.1), up to the signature. Its one rule: the
// header can only name an algorithm and a key id; it can bring neither keys nor rules of its own.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "identity/algorithm.h"
#include "identity/jwks.h"

namespace portreeve::identity {

struct CompactJws {
  std::string_view signing_input;  // A view of the token.
  std::string header;              // These three are decoded.
  std::string payload;
  std::string signature;
};

// Three segments, none of them empty, each the only base64url text of its bytes.
absl::StatusOr<CompactJws> SplitCompact(std::string_view token);

struct JwsHeader {
  const Algorithm* algorithm;
  std::optional<std::string> kid;
};

absl::StatusOr<JwsHeader> ReadHeader(std::string_view header);

// `key` must fit `algorithm`. Leaves OpenSSL's error queue empty.
absl::Status VerifySignature(const Algorithm& algorithm, const VerificationKey& key,
                             std::string_view signing_input, std::string_view signature);

}  // namespace portreeve::identity
