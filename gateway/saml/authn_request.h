// Requests that send a browser to the identity provider, and what the provider must know of us.
// Its one rule: a request is never sent unsigned.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "saml/idp_metadata.h"
#include "saml/service_provider.h"
#include "saml/sp_key.h"

namespace portreeve::saml {

inline constexpr size_t kMaxRelayStateBytes = 80;  // SAML bindings 3.4.3.

struct AuthnRequest {
  std::string id;           // Of NewRequestId(); the response must name it.
  std::string relay_state;  // Comes back with the response, as it is. May be empty.
  int64_t now_unix_s = 0;
};

// Nobody can guess it.
std::string NewRequestId();

// The address to send the browser to, with the query signed by RSA-SHA256 (SAML bindings 3.4.4.1).
// Fails if the identity provider does not take requests that way.
absl::StatusOr<std::string> RedirectUrl(const ServiceProvider& sp, const IdpMetadata& idp,
                                        const SpKey& key, const AuthnRequest& request);

// The form that a browser is to send by itself.
struct PostForm {
  std::string action_url;
  std::string saml_request;  // Base64 of the signed request.
  std::string relay_state;
};
absl::StatusOr<PostForm> MakePostForm(const ServiceProvider& sp, const IdpMetadata& idp,
                                      const SpKey& key, const AuthnRequest& request);

// The document to register us with at the identity provider.
std::string SpMetadata(const ServiceProvider& sp, const SpKey& key);

}  // namespace portreeve::saml
