#include "tls/certificate.h"

#include <openssl/pem.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/openssl.h"
#include "tls/channel_binding.h"
#include "tls_pair.h"

namespace portreeve::tls {
namespace {

using Catch::Matchers::Contains;

constexpr int64_t kHour = 3600;

std::string RequestWith(EVP_PKEY* key) {
  const base::X509ReqPtr request(X509_REQ_new());
  X509_REQ_set_pubkey(request.get(), key);
  const bool ed = EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519;
  REQUIRE(X509_REQ_sign(request.get(), key, ed ? nullptr : EVP_sha256()) > 0);
  const base::BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509_REQ(bio.get(), request.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string Rewrap(const std::string& pem, const std::string& label, size_t flip_from_end) {
  const std::string begin = "-----BEGIN " + label + "-----";
  const std::string end = "-----END " + label + "-----";
  std::string body = pem.substr(begin.size(), pem.find(end) - begin.size());
  body.erase(std::remove(body.begin(), body.end(), '\n'), body.end());
  std::string der = base::Base64Decode(body).value();
  der[der.size() - flip_from_end] = static_cast<char>(der[der.size() - flip_from_end] ^ 1);
  body = base::Base64Encode(der);
  std::string lines;
  for (size_t i = 0; i < body.size(); i += 64) lines += body.substr(i, 64) + "\n";
  return begin + "\n" + lines + end + "\n";
}

TEST_CASE("a certificate says what the issuer decided and nothing that the request asked for") {
  const TestCa ca;
  const int64_t now = TestCa::Now();
  const std::string key = MakePrivateKey().value();
  const std::string request = MakeSigningRequest(key, "I am the admin").value();
  IssueOptions options;
  options.subject = {"agent-7", {"agent-7.internal"}, {"10.0.0.7", "fd00::7"}, {"spiffe://a/7"}};
  options.validity = {now - 60, now + kHour};
  options.client_auth = true;
  const auto issued = IssueCertificate(ca.certificate(), ca.key(), request, options);
  REQUIRE(issued.ok());
  const auto facts = ReadCertificate(*issued);
  REQUIRE(facts.ok());
  CHECK(facts->common_name == "agent-7");
  CHECK(facts->dns == options.subject.dns);
  CHECK(facts->ip == options.subject.ip);
  CHECK(facts->uri == options.subject.uri);
  CHECK(facts->validity.not_before_unix_s == now - 60);
  CHECK(facts->validity.not_after_unix_s == now + kHour);
  CHECK(facts->serial_hex.size() == 32);
  CHECK(facts->sha256_hex.size() == 64);
  CHECK_FALSE(facts->is_ca);
  const auto again =
      ReadCertificate(IssueCertificate(ca.certificate(), ca.key(), request, options).value());
  CHECK(again->serial_hex != facts->serial_hex);
  CHECK(again->public_key_sha256_hex == facts->public_key_sha256_hex);
  CHECK(ReadCertificate(ca.certificate())->is_ca);
}

TEST_CASE("a signing request that was touched is refused") {
  const std::string key = MakePrivateKey().value();
  const std::string request = MakeSigningRequest(key, "agent").value();
  REQUIRE(CheckSigningRequest(request).ok());
  // The last byte is of the signature; 120 bytes before the end stands the public key.
  CHECK_THAT(std::string(CheckSigningRequest(Rewrap(request, "CERTIFICATE REQUEST", 1)).message()),
             Contains("not signed by its own key"));
  for (size_t i = 1; i < 200; ++i) {
    CHECK_FALSE(CheckSigningRequest(Rewrap(request, "CERTIFICATE REQUEST", i)).ok());
  }
  CHECK_FALSE(CheckSigningRequest("").ok());
  CHECK_FALSE(CheckSigningRequest("-----BEGIN CERTIFICATE REQUEST-----\n").ok());
  CHECK_FALSE(CheckSigningRequest(std::string(20'000, 'A')).ok());
  CHECK_FALSE(CheckSigningRequest(key).ok());
}

TEST_CASE("weak and unknown keys are not certified") {
  struct Row {
    base::PkeyPtr key;
    bool good;
  };
  Row rows[] = {
      {base::PkeyPtr(EVP_RSA_gen(1024)), false},
      {base::PkeyPtr(EVP_RSA_gen(2048)), true},
      {base::PkeyPtr(EVP_EC_gen("P-224")), false},
      {base::PkeyPtr(EVP_EC_gen("secp256k1")), false},
      {base::PkeyPtr(EVP_EC_gen("P-384")), true},
      {base::PkeyPtr(EVP_EC_gen("P-521")), true},
      {base::PkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")), true},
  };
  for (const Row& row : rows) {
    REQUIRE(row.key != nullptr);
    CHECK(CheckSigningRequest(RequestWith(row.key.get())).ok() == row.good);
  }
}

TEST_CASE("what the issuer may not certify is refused") {
  const TestCa ca;
  const int64_t now = TestCa::Now();
  const std::string key = MakePrivateKey().value();
  const std::string request = MakeSigningRequest(key, "agent").value();
  IssueOptions good;
  good.subject.common_name = "agent";
  good.validity = {now, now + kHour};
  good.client_auth = true;
  auto issue = [&](const IssueOptions& options) {
    return IssueCertificate(ca.certificate(), ca.key(), request, options).ok();
  };
  REQUIRE(issue(good));
  IssueOptions bad = good;
  bad.client_auth = false;
  CHECK_FALSE(issue(bad));
  bad = good;
  bad.validity.not_after_unix_s = now + 365 * 24 * kHour;
  CHECK_FALSE(issue(bad));
  bad = good;
  bad.validity.not_after_unix_s = now;
  CHECK_FALSE(issue(bad));
  for (const std::string& name : {std::string(), std::string(65, 'a'), std::string("a\nb")}) {
    bad = good;
    bad.subject.common_name = name;
    CHECK_FALSE(issue(bad));
  }
  bad = good;
  bad.subject.dns = {"a.example,DNS:b.example"};
  CHECK_FALSE(issue(bad));
  bad = good;
  bad.subject.ip = {"10.0.0.256"};
  CHECK_FALSE(issue(bad));
  bad = good;
  bad.subject.uri = {"no scheme"};
  CHECK_FALSE(issue(bad));
  const TestCa other;
  CHECK_FALSE(IssueCertificate(ca.certificate(), other.key(), request, good).ok());
  const Issued leaf = ca.Issue("leaf");
  CHECK_FALSE(IssueCertificate(leaf.certificate, leaf.key, request, good).ok());
}

TEST_CASE("a certificate that cannot be read is an error") {
  const TestCa ca;
  CHECK_FALSE(ReadCertificate("").ok());
  CHECK_FALSE(ReadCertificate("hello").ok());
  CHECK_FALSE(ReadCertificate(ca.key()).ok());
  CHECK_FALSE(ReadCertificate(ca.certificate().substr(0, 200)).ok());
  CHECK_FALSE(ReadCertificateDer("0").ok());
}

TEST_CASE("the channel binding's hash is that of the certificate's signature") {
  auto binding_size = [](EVP_PKEY* key, const EVP_MD* hash) -> size_t {
    const base::X509Ptr certificate(X509_new());
    X509_set_version(certificate.get(), 2);
    X509_set_pubkey(certificate.get(), key);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 60);
    REQUIRE(X509_sign(certificate.get(), key, hash) > 0);
    unsigned char* data = nullptr;
    const int size = i2d_X509(certificate.get(), &data);
    const std::string der(reinterpret_cast<char*>(data), static_cast<size_t>(size));
    OPENSSL_free(data);
    const auto binding = ServerEndPoint(der);
    return binding.ok() ? binding->size() : 0;
  };
  const base::PkeyPtr rsa(EVP_RSA_gen(2048));
  const base::PkeyPtr ed(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  CHECK(binding_size(rsa.get(), EVP_sha1()) == 32);
  CHECK(binding_size(rsa.get(), EVP_md5()) == 32);
  CHECK(binding_size(rsa.get(), EVP_sha256()) == 32);
  CHECK(binding_size(rsa.get(), EVP_sha384()) == 48);
  CHECK(binding_size(rsa.get(), EVP_sha512()) == 64);
  CHECK(binding_size(ed.get(), nullptr) == 0);
}

}  // namespace
}  // namespace portreeve::tls
