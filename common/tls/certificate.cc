#include "tls/certificate.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

#include "base/openssl.h"
#include "base/random.h"
#include "tls/pem.h"

namespace portreeve::tls {
namespace {

using base::InvalidArgument;
using base::OpenSslFree;
using base::OpenSslStatus;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, OpenSslFree<GENERAL_NAMES_free>>;
using GeneralNamePtr = std::unique_ptr<GENERAL_NAME, OpenSslFree<GENERAL_NAME_free>>;
using Ia5Ptr = std::unique_ptr<ASN1_IA5STRING, OpenSslFree<ASN1_IA5STRING_free>>;
using IntegerPtr = std::unique_ptr<ASN1_INTEGER, OpenSslFree<ASN1_INTEGER_free>>;
using TimePtr = std::unique_ptr<ASN1_TIME, OpenSslFree<ASN1_TIME_free>>;
using NamePtr = std::unique_ptr<X509_NAME, OpenSslFree<X509_NAME_free>>;

constexpr size_t kMaxCommonNameBytes = 64;
constexpr size_t kMaxAltNameBytes = 2048;
constexpr long kVersion3 = 2;

bool IsAsciiPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool IsDnsName(std::string_view name) {
  return !name.empty() && name.size() <= 253 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '*';
  });
}

absl::StatusOr<NamePtr> MakeName(std::string_view common_name) {
  const bool clean = std::all_of(common_name.begin(), common_name.end(), [](char c) {
    return static_cast<unsigned char>(c) >= ' ' && c != '\x7f';
  });
  if (common_name.empty() || common_name.size() > kMaxCommonNameBytes || !clean) {
    return InvalidArgument("a common name has 1 to 64 printable characters");
  }
  NamePtr name(X509_NAME_new());
  if (name == nullptr ||
      X509_NAME_add_entry_by_NID(name.get(), NID_commonName, MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(common_name.data()),
                                 static_cast<int>(common_name.size()), -1, 0) != 1) {
    return OpenSslStatus("cannot write the common name");
  }
  return name;
}

absl::Status AddText(GENERAL_NAMES* names, int type, std::string_view text) {
  Ia5Ptr value(ASN1_IA5STRING_new());
  GeneralNamePtr name(GENERAL_NAME_new());
  if (value == nullptr || name == nullptr ||
      ASN1_STRING_set(value.get(), text.data(), static_cast<int>(text.size())) != 1) {
    return OpenSslStatus("cannot write a subject alternative name");
  }
  GENERAL_NAME_set0_value(name.get(), type, value.release());
  if (sk_GENERAL_NAME_push(names, name.get()) == 0) return OpenSslStatus("out of memory");
  static_cast<void>(name.release());
  return absl::OkStatus();
}

absl::Status AddAddress(GENERAL_NAMES* names, const std::string& address) {
  GeneralNamePtr name(GENERAL_NAME_new());
  ASN1_OCTET_STRING* const value = a2i_IPADDRESS(address.c_str());
  if (name == nullptr || value == nullptr) {
    return OpenSslStatus("not an IP address for a certificate: " + address);
  }
  GENERAL_NAME_set0_value(name.get(), GEN_IPADD, value);
  if (sk_GENERAL_NAME_push(names, name.get()) == 0) return OpenSslStatus("out of memory");
  static_cast<void>(name.release());
  return absl::OkStatus();
}

absl::Status AddAltNames(X509* certificate, const Subject& subject) {
  const size_t count = subject.dns.size() + subject.ip.size() + subject.uri.size();
  if (count == 0) return absl::OkStatus();
  if (count > kMaxSubjectAltNames) return InvalidArgument("too many subject alternative names");
  const GeneralNamesPtr names(sk_GENERAL_NAME_new_null());
  if (names == nullptr) return OpenSslStatus("out of memory");
  for (const std::string& dns : subject.dns) {
    if (!IsDnsName(dns)) return InvalidArgument("not a DNS name for a certificate: " + dns);
    RETURN_IF_ERROR(AddText(names.get(), GEN_DNS, dns));
  }
  for (const std::string& ip : subject.ip) RETURN_IF_ERROR(AddAddress(names.get(), ip));
  for (const std::string& uri : subject.uri) {
    if (uri.find(':') == std::string::npos || !IsAsciiPrintable(uri) ||
        uri.size() > kMaxAltNameBytes) {
      return InvalidArgument("not a URI for a certificate: " + uri);
    }
    RETURN_IF_ERROR(AddText(names.get(), GEN_URI, uri));
  }
  if (X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, 0) != 1) {
    return OpenSslStatus("cannot write the subject alternative names");
  }
  return absl::OkStatus();
}

absl::Status AddExtension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  const bool added = extension != nullptr && X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added ? absl::OkStatus() : OpenSslStatus("cannot write a certificate extension");
}

absl::Status SetSerial(X509* certificate) {
  std::string bytes = base::SecureRandomBytes(16);
  // Positive and never shorter than 128 bits: the number is then its own proof of randomness.
  bytes[0] = static_cast<char>((bytes[0] & 0x7f) | 0x40);
  const base::BignumPtr number(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                                         static_cast<int>(bytes.size()), nullptr));
  if (number == nullptr ||
      BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) == nullptr) {
    return OpenSslStatus("cannot write the serial number");
  }
  return absl::OkStatus();
}

absl::Status SetValidity(X509* certificate, Validity validity) {
  if (validity.not_after_unix_s <= validity.not_before_unix_s) {
    return InvalidArgument("a certificate must end after it begins");
  }
  const TimePtr from(ASN1_TIME_set(nullptr, validity.not_before_unix_s));
  const TimePtr to(ASN1_TIME_set(nullptr, validity.not_after_unix_s));
  if (from == nullptr || to == nullptr || X509_set1_notBefore(certificate, from.get()) != 1 ||
      X509_set1_notAfter(certificate, to.get()) != 1) {
    return OpenSslStatus("cannot write the validity");
  }
  return absl::OkStatus();
}

const EVP_MD* DigestFor(EVP_PKEY* key) {
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
}

absl::Status Sign(X509* certificate, EVP_PKEY* key) {
  if (X509_sign(certificate, key, DigestFor(key)) == 0) {
    return OpenSslStatus("cannot sign the certificate");
  }
  return absl::OkStatus();
}

absl::StatusOr<base::X509Ptr> MakeBare(const X509_NAME* subject, EVP_PKEY* key, Validity validity) {
  base::X509Ptr certificate(X509_new());
  if (certificate == nullptr || X509_set_version(certificate.get(), kVersion3) != 1 ||
      X509_set_subject_name(certificate.get(), subject) != 1 ||
      X509_set_pubkey(certificate.get(), key) != 1) {
    return OpenSslStatus("cannot make a certificate");
  }
  RETURN_IF_ERROR(SetSerial(certificate.get()));
  RETURN_IF_ERROR(SetValidity(certificate.get(), validity));
  return certificate;
}

absl::Status CheckRsa(EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  BIGNUM* raw = nullptr;
  EVP_PKEY_get_bn_param(key, "e", &raw);
  const base::BignumPtr exponent(raw);
  const bool sane = exponent != nullptr && BN_is_odd(exponent.get()) &&
                    BN_num_bits(exponent.get()) >= 17 && BN_num_bits(exponent.get()) <= 64;
  if (bits < 2048 || bits > 8192 || !sane) return InvalidArgument("the RSA key is too weak or odd");
  return absl::OkStatus();
}

absl::Status CheckKey(EVP_PKEY* key) {
  const int type = EVP_PKEY_get_base_id(key);
  if (type == EVP_PKEY_ED25519) return absl::OkStatus();
  if (type == EVP_PKEY_RSA) return CheckRsa(key);
  if (type == EVP_PKEY_EC) {
    char group[64];
    if (EVP_PKEY_get_group_name(key, group, sizeof group, nullptr) != 1) {
      return OpenSslStatus("the EC key has no named curve");
    }
    const int curve = OBJ_sn2nid(group);
    if (curve == NID_X9_62_prime256v1 || curve == NID_secp384r1 || curve == NID_secp521r1) {
      return absl::OkStatus();
    }
  }
  return InvalidArgument("the key's type or curve is not accepted");
}

absl::StatusOr<base::X509ReqPtr> CheckedRequest(std::string_view pem) {
  if (pem.size() > kMaxSigningRequestBytes) {
    return base::ResourceExhausted("the signing request is too large");
  }
  ASSIGN_OR_RETURN(base::X509ReqPtr request, ParseSigningRequest(pem));
  EVP_PKEY* const key = X509_REQ_get0_pubkey(request.get());
  if (key == nullptr) return OpenSslStatus("the signing request's key cannot be read");
  RETURN_IF_ERROR(CheckKey(key));
  if (X509_REQ_verify(request.get(), key) != 1) {
    return OpenSslStatus("the signing request is not signed by its own key");
  }
  return request;
}

absl::Status CheckIssuer(X509* ca, EVP_PKEY* ca_key, const IssueOptions& options) {
  if (X509_check_ca(ca) != 1) return InvalidArgument("the issuer is no CA certificate");
  if (X509_check_private_key(ca, ca_key) != 1) {
    return OpenSslStatus("the CA key does not belong to the CA certificate");
  }
  if (options.validity.not_before_unix_s < UnixSeconds(X509_get0_notBefore(ca)) ||
      options.validity.not_after_unix_s > UnixSeconds(X509_get0_notAfter(ca))) {
    return InvalidArgument("the certificate would be valid while its CA is not");
  }
  if (!options.server_auth && !options.client_auth) {
    return InvalidArgument("a certificate must be for a server, a client or both");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> MakePrivateKey() {
  ERR_clear_error();
  const base::PkeyPtr key(EVP_EC_gen("P-256"));
  if (key == nullptr) return OpenSslStatus("cannot make a key");
  return WritePrivateKey(key.get());
}

absl::StatusOr<std::string> MakeCaCertificate(std::string_view key_pem,
                                              std::string_view common_name, Validity validity) {
  ASSIGN_OR_RETURN(const base::PkeyPtr key, ParsePrivateKey(key_pem));
  ASSIGN_OR_RETURN(const NamePtr name, MakeName(common_name));
  ASSIGN_OR_RETURN(const base::X509Ptr ca, MakeBare(name.get(), key.get(), validity));
  if (X509_set_issuer_name(ca.get(), name.get()) != 1) return OpenSslStatus("cannot name the CA");
  X509* const self = ca.get();
  RETURN_IF_ERROR(AddExtension(self, self, NID_basic_constraints, "critical,CA:TRUE,pathlen:0"));
  RETURN_IF_ERROR(AddExtension(self, self, NID_key_usage, "critical,keyCertSign,cRLSign"));
  RETURN_IF_ERROR(AddExtension(self, self, NID_subject_key_identifier, "hash"));
  RETURN_IF_ERROR(Sign(self, key.get()));
  return WriteCertificate(self);
}

absl::StatusOr<std::string> MakeSigningRequest(std::string_view key_pem,
                                               std::string_view common_name) {
  ASSIGN_OR_RETURN(const base::PkeyPtr key, ParsePrivateKey(key_pem));
  ASSIGN_OR_RETURN(const NamePtr name, MakeName(common_name));
  const base::X509ReqPtr request(X509_REQ_new());
  if (request == nullptr || X509_REQ_set_version(request.get(), 0) != 1 ||
      X509_REQ_set_subject_name(request.get(), name.get()) != 1 ||
      X509_REQ_set_pubkey(request.get(), key.get()) != 1 ||
      X509_REQ_sign(request.get(), key.get(), DigestFor(key.get())) == 0) {
    return OpenSslStatus("cannot make a signing request");
  }
  return WriteSigningRequest(request.get());
}

absl::Status CheckSigningRequest(std::string_view request_pem) {
  return CheckedRequest(request_pem).status();
}

absl::StatusOr<std::string> IssueCertificate(std::string_view ca_certificate_pem,
                                             std::string_view ca_key_pem,
                                             std::string_view request_pem,
                                             const IssueOptions& options) {
  ASSIGN_OR_RETURN(const auto cas, ParseCertificates(ca_certificate_pem));
  ASSIGN_OR_RETURN(const base::PkeyPtr ca_key, ParsePrivateKey(ca_key_pem));
  X509* const ca = cas.front().get();
  RETURN_IF_ERROR(CheckIssuer(ca, ca_key.get(), options));
  ASSIGN_OR_RETURN(const base::X509ReqPtr request, CheckedRequest(request_pem));
  ASSIGN_OR_RETURN(const NamePtr name, MakeName(options.subject.common_name));
  ASSIGN_OR_RETURN(const base::X509Ptr leaf,
                   MakeBare(name.get(), X509_REQ_get0_pubkey(request.get()), options.validity));
  X509* const one = leaf.get();
  if (X509_set_issuer_name(one, X509_get_subject_name(ca)) != 1) {
    return OpenSslStatus("cannot name the issuer");
  }
  const char* const usage = options.server_auth && options.client_auth ? "serverAuth,clientAuth"
                            : options.server_auth                      ? "serverAuth"
                                                                       : "clientAuth";
  RETURN_IF_ERROR(AddExtension(one, ca, NID_basic_constraints, "critical,CA:FALSE"));
  RETURN_IF_ERROR(AddExtension(one, ca, NID_key_usage, "critical,digitalSignature"));
  RETURN_IF_ERROR(AddExtension(one, ca, NID_ext_key_usage, usage));
  RETURN_IF_ERROR(AddExtension(one, ca, NID_subject_key_identifier, "hash"));
  RETURN_IF_ERROR(AddExtension(one, ca, NID_authority_key_identifier, "keyid"));
  RETURN_IF_ERROR(AddAltNames(one, options.subject));
  RETURN_IF_ERROR(Sign(one, ca_key.get()));
  return WriteCertificate(one);
}

}  // namespace portreeve::tls
