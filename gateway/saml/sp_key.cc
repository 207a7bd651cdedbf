#include "saml/sp_key.h"

#include <openssl/x509.h>

#include <utility>

#include "base/encoding.h"
#include "saml/pinned_key.h"
#include "tls/pem.h"

namespace portreeve::saml {
namespace {

absl::StatusOr<std::string> ToBase64(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size <= 0) return base::OpenSslStatus("the certificate cannot be written");
  const std::string bytes(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return base::Base64Encode(bytes);
}

}  // namespace

absl::StatusOr<SpKey> SpKey::Load(std::string_view certificate_pem, std::string_view key_pem) {
  ASSIGN_OR_RETURN(const auto certificates, tls::ParseCertificates(certificate_pem));
  ASSIGN_OR_RETURN(base::PkeyPtr key, tls::ParsePrivateKey(key_pem));
  X509* const certificate = certificates[0].get();
  if (X509_check_private_key(certificate, key.get()) != 1) {
    return base::OpenSslStatus("the certificate and the key do not fit each other");
  }
  ASSIGN_OR_RETURN(PinnedKey checked, PinKey(std::move(key)));
  if (checked.family != KeyFamily::kRsa) {
    return base::InvalidArgument("SAML requests are signed with RSA, and its key is another one");
  }
  SpKey made;
  made.key = std::move(checked.key);
  ASSIGN_OR_RETURN(made.certificate_base64, ToBase64(certificate));
  return made;
}

}  // namespace portreeve::saml
