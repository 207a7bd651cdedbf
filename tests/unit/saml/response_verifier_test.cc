#include "saml/response_verifier.h"

#include <atomic>
#include <thread>

#include "base/encoding.h"
#include "responses.h"

namespace portreeve::saml {
namespace {

TEST_CASE("the principal is what the signed assertion says and what the configuration calls it") {
  const Verdict verdict = Verify(SignedResponse());
  INFO(Reason(verdict));
  REQUIRE(std::holds_alternative<identity::Principal>(verdict));
  const auto& principal = std::get<identity::Principal>(verdict);
  CHECK(principal.subject == "ana@example.com");
  CHECK(principal.issuer == kIdpId);
  CHECK(principal.issuer_name == "corp");
  CHECK(principal.groups == std::vector<std::string>{"sre", "data-eu"});
  const std::vector<std::pair<std::string, std::string>> claims = {
      {"sub", "ana@example.com"}, {"iss", kIdpId}, {"aud", kSpId}, {"department", "payments"}};
  CHECK(principal.claims == claims);
  CHECK(principal.method == "saml");
  CHECK(principal.credential_id == "_a1");
  CHECK(principal.expires_unix_s == kNow + 4 * 3600);
}

TEST_CASE("every allowed algorithm and digest is believed, with its own kind of key") {
  const std::string more = "http://www.w3.org/2001/04/xmldsig-more#";
  const std::string enc = "http://www.w3.org/2001/04/xmlenc#";
  for (const std::string kind : {"rsa", "ecdsa"}) {
    const TestKey& key = kind == "rsa" ? RsaKey() : EcKey();
    for (const std::string bits : {"256", "384", "512"}) {
      INFO(kind << bits);
      const std::string method = Changed(Template(), "#rsa-sha256", "#" + kind + "-sha" + bits);
      CHECK(Reason(Sign(method, key)) == "");
      const std::string digest = (bits == "384" ? more : enc) + "sha" + bits;
      CHECK(Reason(Sign(Changed(method, enc + "sha256", digest), key)) == "");
    }
  }
}

TEST_CASE("larger curves and longer RSA keys are believed") {
  for (const char* curve : {"P-384", "P-521"}) {
    const TestKey key = TestKey::Ec(curve);
    const ResponseVerifier verifier({"corp", kSpId, kAcsUrl, "groups"}, Idp({&key}));
    const std::string xml = Sign(Changed(Template(), "#rsa-sha256", "#ecdsa-sha256"), key);
    CHECK(Reason(Verify(xml, verifier)) == "");
    CHECK(Reason(xml) ==
          "the signature of its Assertion: it is by none of the identity "
          "provider's keys, or over other bytes");
  }
}

TEST_CASE("a signed response suffices, for it covers the assertion; both may be signed") {
  CHECK(Reason(Sign(Template(false, true), RsaKey(), "Response")) == "");
  const std::string inner = Sign(Template(true, true));
  CHECK(Reason(Sign(inner, RsaKey(), "Response")) == "");
}

TEST_CASE("without a signature nothing is believed") {
  CHECK(Reason(Template(false, false)) == "neither the response nor its assertion is signed");
}

TEST_CASE("each signature that is there must be right") {
  const TestKey other = TestKey::Rsa();
  const std::string wrong = "it is by none of the identity provider's keys, or over other bytes";
  const std::string both = Template(true, true);
  CHECK(Reason(Sign(Sign(both), other, "Response")) == "the signature of its Response: " + wrong);
  CHECK(Reason(Sign(Sign(both, other), RsaKey(), "Response")) ==
        "the signature of its Assertion: " + wrong);
  CHECK(Reason(Sign(both)).starts_with("the signature of its Response: "));
}

TEST_CASE("an assertion serves once, by its ID") {
  const ResponseVerifier verifier = Verifier();
  BoundedAssertionMemory used;
  const std::string field = base::Base64Encode(SignedResponse());
  CHECK(Reason(verifier.Verify(field, kRequestId, kNow, used)) == "");
  CHECK(Reason(verifier.Verify(field, kRequestId, kNow + 1, used)) ==
        "its assertion: it has been used before");
  // Another signature over the same assertion makes no other assertion of it.
  const std::string twin =
      base::Base64Encode(Sign(Changed(Template(), "#rsa-sha256", "#rsa-sha512")));
  CHECK(Reason(verifier.Verify(twin, kRequestId, kNow, used)) ==
        "its assertion: it has been used before");
  CHECK(used.size() == 1);
  // As long as its times let it pass, it is remembered.
  CHECK(Reason(verifier.Verify(field, kRequestId, kNow + 299, used)) ==
        "its assertion: it has been used before");
  CHECK(Reason(verifier.Verify(field, kRequestId, kNow + 300, used)) ==
        "its assertion: it has expired");
}

TEST_CASE("what was refused for another reason is not remembered") {
  const ResponseVerifier verifier = Verifier();
  BoundedAssertionMemory used;
  const std::string field = base::Base64Encode(SignedResponse());
  CHECK(Reason(verifier.Verify(field, "_request2", kNow, used)) == "it answers another request");
  CHECK(Reason(verifier.Verify(field, kRequestId, kNow, used)) == "");
}

TEST_CASE("without a request nothing is believed") {
  BoundedAssertionMemory used;
  CHECK(Reason(Verifier().Verify(base::Base64Encode(SignedResponse()), "", kNow, used)) ==
        "no request is waiting for it");
}

TEST_CASE("the field is base64, with line breaks at most, and bounded") {
  const ResponseVerifier verifier = Verifier();
  const auto reason = [&](const std::string& field) {
    BoundedAssertionMemory used;
    return Reason(verifier.Verify(field, kRequestId, kNow, used));
  };
  std::string field = base::Base64Encode(SignedResponse());
  for (size_t at = 76; at < field.size(); at += 78) field.insert(at, "\r\n");
  CHECK(reason(field) == "");
  CHECK(reason("*" + field) == "it is not base64");
  CHECK(reason("") == "it is not well-formed XML");
  CHECK(reason(std::string(1024 * 1024, 'A')) == "it is longer than 128 KiB");
}

TEST_CASE("metadata that has expired vouches for nobody any more") {
  IdpMetadata idp = Idp({&RsaKey()});
  idp.valid_until_unix_s = kNow;
  const ResponseVerifier verifier({"corp", kSpId, kAcsUrl, "groups"}, std::move(idp));
  CHECK(Reason(Verify(SignedResponse(), verifier)) ==
        "the identity provider's metadata has expired");
}

TEST_CASE("many threads share one verifier, and one assertion still serves once") {
  const ResponseVerifier verifier = Verifier();
  BoundedAssertionMemory used;
  const std::string field = base::Base64Encode(SignedResponse());
  std::atomic<int> believed = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 10; ++round) {
        const Verdict verdict = verifier.Verify(field, kRequestId, kNow, used);
        if (std::holds_alternative<identity::Principal>(verdict)) ++believed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(believed == 1);
}

}  // namespace
}  // namespace portreeve::saml
