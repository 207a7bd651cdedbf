// A small certificate authority for the link's mutual TLS. Its one rule: a certificate says only
// what the issuer decided; of a signing request nothing but the public key is believed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace portreeve::tls {

// Everything is PEM text in and out; errors are kInvalidArgument and never hold key material.

struct Subject {
  std::string common_name;  // 1 to 64 printable characters.
  std::vector<std::string> dns;
  std::vector<std::string> ip;
  std::vector<std::string> uri;
};

struct Validity {
  int64_t not_before_unix_s = 0;
  int64_t not_after_unix_s = 0;
};

struct IssueOptions {
  Subject subject;
  Validity validity;  // Within the CA's own.
  bool server_auth = false;
  bool client_auth = false;
};

struct CertificateFacts {
  std::string common_name;  // The last one of the subject; empty if it has none.
  std::vector<std::string> dns;
  std::vector<std::string> ip;
  std::vector<std::string> uri;
  std::string serial_hex;             // Lower case, even number of digits.
  std::string sha256_hex;             // Fingerprint of the DER form.
  std::string public_key_sha256_hex;  // Of SubjectPublicKeyInfo; outlives a renewal with one key.
  Validity validity;
  bool is_ca = false;
};

inline constexpr size_t kMaxSubjectAltNames = 64;
inline constexpr size_t kMaxSigningRequestBytes = 16 * 1024;

// A new P-256 key, PKCS #8 without password.
absl::StatusOr<std::string> MakePrivateKey();

// Self-signed; may issue end-entity certificates only (path length 0).
absl::StatusOr<std::string> MakeCaCertificate(std::string_view key_pem,
                                              std::string_view common_name, Validity validity);

absl::StatusOr<std::string> MakeSigningRequest(std::string_view key_pem,
                                               std::string_view common_name);

// The request is signed by its own key, and that key is strong: RSA of 2048 to 8192 bits with an
// odd exponent of 65537 or more, P-256, P-384, P-521 or Ed25519.
absl::Status CheckSigningRequest(std::string_view request_pem);

// Checks the request, then issues with a random 128-bit serial number.
absl::StatusOr<std::string> IssueCertificate(std::string_view ca_certificate_pem,
                                             std::string_view ca_key_pem,
                                             std::string_view request_pem,
                                             const IssueOptions& options);

// Reads the first certificate of the text.
absl::StatusOr<CertificateFacts> ReadCertificate(std::string_view pem);
absl::StatusOr<CertificateFacts> ReadCertificateDer(std::string_view der);

}  // namespace portreeve::tls
