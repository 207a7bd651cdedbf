// The URLs that an issuer may be asked at. Its one rule: https, or http to this very machine by a
// name that no resolver can bend.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/status.h"

namespace portreeve::oidc {

inline constexpr size_t kMaxUrlBytes = 2048;

struct EndpointUrl {
  std::string text;
  bool https = true;  // Otherwise http on loopback.
};

// Absolute, without user, password and fragment. Fails with the end of a sentence about the URL.
absl::StatusOr<EndpointUrl> ParseEndpointUrl(std::string_view text);

// An issuer's identifier: has no query either (OpenID Connect Discovery 3).
absl::StatusOr<EndpointUrl> ParseIssuerUrl(std::string_view text);

// Where the issuer's metadata is (OpenID Connect Discovery 4).
std::string MetadataUrl(std::string_view issuer);

}  // namespace portreeve::oidc
