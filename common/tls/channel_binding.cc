#include "tls/channel_binding.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include "base/openssl.h"

namespace portreeve::tls {

absl::StatusOr<std::string> ServerEndPoint(std::string_view certificate_der) {
  const auto* data = reinterpret_cast<const unsigned char*>(certificate_der.data());
  const base::X509Ptr certificate(
      d2i_X509(nullptr, &data, static_cast<long>(certificate_der.size())));
  if (certificate == nullptr) return base::OpenSslStatus("cannot read the certificate");
  int hash = NID_undef;
  // Also knows the hash of RSASSA-PSS, which stands in the parameters of its signature.
  if (X509_get_signature_info(certificate.get(), &hash, nullptr, nullptr, nullptr) != 1) {
    return base::OpenSslStatus("the certificate's signature algorithm is not known");
  }
  if (hash == NID_md5 || hash == NID_sha1) hash = NID_sha256;
  const EVP_MD* const algorithm = EVP_get_digestbynid(hash);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (algorithm == nullptr || X509_digest(certificate.get(), algorithm, digest, &size) != 1) {
    return base::OpenSslStatus("tls-server-end-point is not defined for this certificate");
  }
  return std::string(reinterpret_cast<char*>(digest), size);
}

}  // namespace portreeve::tls
