// A public key of an identity provider, taken from its metadata. Its one rule: keys come from the
// operator's file; what a message brings along is never asked.
#pragma once

#include <string>
#include <string_view>

#include "base/openssl.h"
#include "base/status.h"

namespace portreeve::saml {

enum class KeyFamily { kRsa, kEc };

struct PinnedKey {
  KeyFamily family;
  base::PkeyPtr key;
};

// From a certificate as ds:X509Certificate holds it: base64 of DER, with any white space. RSA of
// 2048 to 8192 bits with an exponent of 65537 or more, P-256, P-384 or P-521. The certificate's own
// dates and issuer say nothing here (SAML V2.0 Metadata Interoperability Profile 2.6.1).
absl::StatusOr<PinnedKey> PinKey(std::string_view certificate_base64);

// The same rule, for a key whose origin is known.
absl::StatusOr<PinnedKey> PinKey(base::PkeyPtr key);

// Base64 as XML documents hold it: with white space in it.
std::string WithoutSpace(std::string_view text);

}  // namespace portreeve::saml
