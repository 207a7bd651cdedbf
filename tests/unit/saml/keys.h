// Keys of identity providers that the tests own, each with a certificate of its own making.
#pragma once

#include <openssl/ec.h>
#include <openssl/rsa.h>

#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "base/openssl.h"
#include "tls/pem.h"

namespace portreeve::saml {

class TestKey {
 public:
  explicit TestKey(EVP_PKEY* key) : key_(key) { REQUIRE(key != nullptr); }

  static TestKey Rsa(unsigned bits = 2048) { return TestKey(EVP_RSA_gen(bits)); }
  static TestKey Ec(const char* curve = "P-256") { return TestKey(EVP_EC_gen(curve)); }

  EVP_PKEY* get() const { return key_.get(); }

  std::string Pem() const {
    const auto pem = tls::WritePrivateKey(get());
    REQUIRE(pem.ok());
    return *pem;
  }

  // Signed by itself, of no time and for nobody: what counts is the key in it.
  std::string CertificatePem() const {
    const base::X509Ptr certificate(X509_new());
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>("idp"), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
    const bool digests = EVP_PKEY_get_base_id(get()) != EVP_PKEY_ED25519;
    REQUIRE(X509_sign(certificate.get(), get(), digests ? EVP_sha256() : nullptr) > 0);
    const auto pem = tls::WriteCertificate(certificate.get());
    REQUIRE(pem.ok());
    return *pem;
  }

  // As ds:X509Certificate holds it.
  std::string Certificate() const {
    std::string pem = CertificatePem();
    const size_t begin = pem.find('\n') + 1;
    return pem.substr(begin, pem.find("-----END") - begin);
  }

 private:
  base::PkeyPtr key_;
};

// One of each kind for the whole run: RSA keys are slow to make.
inline const TestKey& RsaKey() {
  static const TestKey key = TestKey::Rsa();
  return key;
}
inline const TestKey& EcKey() {
  static const TestKey key = TestKey::Ec();
  return key;
}

}  // namespace portreeve::saml
