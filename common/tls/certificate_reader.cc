#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/openssl.h"
#include "tls/certificate.h"
#include "tls/pem.h"

namespace portreeve::tls {
namespace {

using base::InvalidArgument;
using base::OpenSslStatus;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, base::OpenSslFree<GENERAL_NAMES_free>>;

bool IsAsciiPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string_view View(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<size_t>(ASN1_STRING_length(text))};
}

std::string Hex(const unsigned char* data, size_t size) {
  return base::HexEncode({reinterpret_cast<const char*>(data), size});
}

absl::StatusOr<std::string> AddressText(std::string_view bytes) {
  char text[INET6_ADDRSTRLEN];
  const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
  if ((bytes.size() != 4 && bytes.size() != 16) ||
      inet_ntop(family, bytes.data(), text, sizeof text) == nullptr) {
    return InvalidArgument("the certificate holds a broken IP address");
  }
  return std::string(text);
}

absl::Status ReadAltNames(const X509* certificate, CertificateFacts& facts) {
  int state = 0;
  const GeneralNamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, &state, nullptr)));
  // -1 says that there is none; a broken or repeated one is an error.
  if (names == nullptr) {
    return state == -1 ? absl::OkStatus() : OpenSslStatus("broken subject alternative names");
  }
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
    if (type != GEN_DNS && type != GEN_URI && type != GEN_IPADD) continue;
    const std::string_view text = View(static_cast<const ASN1_STRING*>(value));
    if (type == GEN_IPADD) {
      ASSIGN_OR_RETURN(std::string address, AddressText(text));
      facts.ip.push_back(std::move(address));
      continue;
    }
    if (!IsAsciiPrintable(text)) return InvalidArgument("a subject alternative name is not text");
    (type == GEN_DNS ? facts.dns : facts.uri).emplace_back(text);
  }
  return absl::OkStatus();
}

absl::Status ReadCommonName(const X509* certificate, CertificateFacts& facts) {
  const X509_NAME* const subject = X509_get_subject_name(certificate);
  int last = -1;
  for (int next = -1; (next = X509_NAME_get_index_by_NID(subject, NID_commonName, next)) >= 0;) {
    last = next;
  }
  if (last < 0) return absl::OkStatus();
  unsigned char* data = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&data, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last)));
  if (size < 0) return OpenSslStatus("the common name is not text");
  facts.common_name.assign(reinterpret_cast<char*>(data), static_cast<size_t>(size));
  OPENSSL_free(data);
  const bool clean = std::all_of(facts.common_name.begin(), facts.common_name.end(),
                                 [](char c) { return static_cast<unsigned char>(c) >= ' '; });
  return clean ? absl::OkStatus() : InvalidArgument("the common name holds control characters");
}

absl::StatusOr<CertificateFacts> Read(X509* certificate) {
  CertificateFacts facts;
  RETURN_IF_ERROR(ReadCommonName(certificate, facts));
  RETURN_IF_ERROR(ReadAltNames(certificate, facts));
  facts.serial_hex = base::HexEncode(View(X509_get0_serialNumber(certificate)));
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest, &size) != 1) {
    return OpenSslStatus("cannot hash the certificate");
  }
  facts.sha256_hex = Hex(digest, size);
  unsigned char* key = nullptr;
  const int key_size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &key);
  if (key_size <= 0) return OpenSslStatus("cannot read the certificate's key");
  const bool hashed =
      EVP_Digest(key, static_cast<size_t>(key_size), digest, &size, EVP_sha256(), nullptr) == 1;
  OPENSSL_free(key);
  if (!hashed) return OpenSslStatus("cannot hash the certificate's key");
  facts.public_key_sha256_hex = Hex(digest, size);
  facts.validity = {UnixSeconds(X509_get0_notBefore(certificate)),
                    UnixSeconds(X509_get0_notAfter(certificate))};
  facts.is_ca = X509_check_ca(certificate) == 1;
  return facts;
}

}  // namespace

absl::StatusOr<CertificateFacts> ReadCertificate(std::string_view pem) {
  ASSIGN_OR_RETURN(const auto certificates, ParseCertificates(pem));
  return Read(certificates.front().get());
}

absl::StatusOr<CertificateFacts> ReadCertificateDer(std::string_view der) {
  ERR_clear_error();
  const auto* data = reinterpret_cast<const unsigned char*>(der.data());
  const base::X509Ptr certificate(d2i_X509(nullptr, &data, static_cast<long>(der.size())));
  if (certificate == nullptr) return OpenSslStatus("cannot read the certificate");
  return Read(certificate.get());
}

}  // namespace portreeve::tls
