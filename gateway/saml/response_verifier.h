// A SAML response becomes a Principal, or a reason for the operator's record. Its one rule: parsed
// once, its shape judged, its signature verified with pinned keys; then the canonical signed bytes
// are parsed again, and identity is read only there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "identity/principal.h"
#include "identity/token_verifier.h"
#include "saml/assertion_memory.h"
#include "saml/idp_metadata.h"
#include "saml/service_provider.h"

namespace portreeve::saml {

// Immutable and thread-safe.
class ResponseVerifier {
 public:
  static constexpr size_t kMaxResponseBytes = 128 * 1024;  // Of the XML.

  ResponseVerifier(ServiceProvider sp, IdpMetadata idp);

  // `saml_response` is the form field of the HTTP-POST binding: base64, line breaks allowed.
  // `request_id` is the ID of the AuthnRequest that the same browser was sent away with. An
  // assertion that is believed is remembered in `used`, and is never believed again.
  std::variant<identity::Principal, identity::Rejection> Verify(std::string_view saml_response,
                                                                std::string_view request_id,
                                                                int64_t now_unix_s,
                                                                AssertionMemory& used) const;

  const ServiceProvider& sp() const { return sp_; }
  const IdpMetadata& idp() const { return idp_; }

 private:
  absl::StatusOr<identity::Principal> TryVerify(std::string_view saml_response,
                                                std::string_view request_id, int64_t now_unix_s,
                                                AssertionMemory& used) const;

  ServiceProvider sp_;
  IdpMetadata idp_;
};

}  // namespace portreeve::saml
