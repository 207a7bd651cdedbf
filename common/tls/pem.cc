#include "tls/pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <ctime>
#include <utility>

namespace portreeve::tls {
namespace {

int NoPassword(char* buffer, int size, int writing, void* context) { return -1; }

absl::StatusOr<std::string> Contents(const base::BioPtr& bio, bool written) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  if (!written || size <= 0) return base::OpenSslStatus("cannot write PEM");
  return std::string(data, static_cast<size_t>(size));
}

}  // namespace

absl::StatusOr<std::vector<base::X509Ptr>> ParseCertificates(std::string_view pem) {
  if (pem.size() > kMaxPemBytes) return base::ResourceExhausted("the PEM text is too large");
  ERR_clear_error();
  const base::BioPtr bio = base::OpenSslReader(pem);
  std::vector<base::X509Ptr> certificates;
  while (base::X509Ptr one{PEM_read_bio_X509(bio.get(), nullptr, NoPassword, nullptr)}) {
    if (certificates.size() == kMaxCertificatesInPem) {
      return base::ResourceExhausted("the PEM text holds too many certificates");
    }
    certificates.push_back(std::move(one));
  }
  // The end of the text shows as "no start line"; anything else is a broken certificate.
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!at_end || certificates.empty()) return base::OpenSslStatus("cannot read a certificate");
  ERR_clear_error();
  return certificates;
}

absl::StatusOr<base::PkeyPtr> ParsePrivateKey(std::string_view pem) {
  if (pem.size() > kMaxPemBytes) return base::ResourceExhausted("the PEM text is too large");
  ERR_clear_error();
  const base::BioPtr bio = base::OpenSslReader(pem);
  base::PkeyPtr key{PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassword, nullptr)};
  if (key == nullptr) return base::OpenSslStatus("cannot read the private key");
  ERR_clear_error();
  return key;
}

absl::StatusOr<base::X509ReqPtr> ParseSigningRequest(std::string_view pem) {
  if (pem.size() > kMaxPemBytes) return base::ResourceExhausted("the PEM text is too large");
  ERR_clear_error();
  const base::BioPtr bio = base::OpenSslReader(pem);
  base::X509ReqPtr request{PEM_read_bio_X509_REQ(bio.get(), nullptr, NoPassword, nullptr)};
  if (request == nullptr) return base::OpenSslStatus("cannot read the signing request");
  ERR_clear_error();
  return request;
}

absl::StatusOr<std::string> WriteCertificate(X509* certificate) {
  const base::BioPtr bio(BIO_new(BIO_s_mem()));
  return Contents(bio, PEM_write_bio_X509(bio.get(), certificate) == 1);
}

absl::StatusOr<std::string> WritePrivateKey(EVP_PKEY* key) {
  const base::BioPtr bio(BIO_new(BIO_s_secmem()));
  return Contents(bio, PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr,
                                                     nullptr) == 1);
}

absl::StatusOr<std::string> WriteSigningRequest(X509_REQ* request) {
  const base::BioPtr bio(BIO_new(BIO_s_mem()));
  return Contents(bio, PEM_write_bio_X509_REQ(bio.get(), request) == 1);
}

int64_t UnixSeconds(const ASN1_TIME* time) {
  tm broken{};
  return ASN1_TIME_to_tm(time, &broken) == 1 ? timegm(&broken) : 0;
}

}  // namespace portreeve::tls
