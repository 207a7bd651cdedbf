// Signatures of our own, by RSA with SHA-256 alone.
#pragma once

#include <openssl/evp.h>

#include <string>
#include <string_view>

#include "base/status.h"

namespace portreeve::saml {

inline constexpr std::string_view kRsaSha256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

absl::StatusOr<std::string> SignBytes(std::string_view bytes, EVP_PKEY* key);

// An empty ds:Signature for the element with this ID, to stand in it.
std::string SignatureTemplate(std::string_view id);

// Fills in the template that stands in the root of `xml`.
absl::StatusOr<std::string> SignXml(std::string_view xml, EVP_PKEY* key);

}  // namespace portreeve::saml
