// What an issuer says of itself (OpenID Connect Discovery 3, RFC 8414). Its one rule: a document
// that does not name the very issuer that was asked is no answer (Discovery 4.3).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/status.h"
#include "oidc/endpoint_url.h"

namespace portreeve::oidc {

inline constexpr size_t kMaxMetadataBytes = 128 * 1024;

struct Metadata {
  std::string jwks_uri;
  // Empty: it has none that may be asked.
  std::string userinfo_endpoint;
  std::string token_endpoint;
  std::string device_authorization_endpoint;
};

// From https an issuer may not point to http.
absl::StatusOr<Metadata> ParseMetadata(std::string_view json, const EndpointUrl& issuer);

}  // namespace portreeve::oidc
