// PEM in and out, for the other files of this module. Its one rule: no key's password is ever asked
// for on a terminal; an encrypted key is an error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/openssl.h"
#include "base/status.h"

namespace portreeve::tls {

inline constexpr size_t kMaxPemBytes = 256 * 1024;
inline constexpr size_t kMaxCertificatesInPem = 512;

// One certificate or more; kInvalidArgument if there is none or one cannot be read.
absl::StatusOr<std::vector<base::X509Ptr>> ParseCertificates(std::string_view pem);
absl::StatusOr<base::PkeyPtr> ParsePrivateKey(std::string_view pem);
absl::StatusOr<base::X509ReqPtr> ParseSigningRequest(std::string_view pem);

absl::StatusOr<std::string> WriteCertificate(X509* certificate);
absl::StatusOr<std::string> WritePrivateKey(EVP_PKEY* key);
absl::StatusOr<std::string> WriteSigningRequest(X509_REQ* request);

// Seconds since 1970; 0 for a time that cannot be read.
int64_t UnixSeconds(const ASN1_TIME* time);

}  // namespace portreeve::tls
