// The key that requests are signed with, and its certificate, which goes into our metadata. Its one
// rule: both fit each other and are RSA, for that is what every identity provider verifies.
#pragma once

#include <string>
#include <string_view>

#include "base/openssl.h"
#include "base/status.h"

namespace portreeve::saml {

struct SpKey {
  base::PkeyPtr key;
  std::string certificate_base64;  // DER, as ds:X509Certificate holds it.

  // The first certificate of `certificate_pem` counts. RSA of 2048 bits or more.
  static absl::StatusOr<SpKey> Load(std::string_view certificate_pem, std::string_view key_pem);
};

}  // namespace portreeve::saml
