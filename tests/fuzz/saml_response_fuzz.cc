// Responses and metadata of a stranger. The first byte of the input says how the rest is used: 'm'
// as metadata, 'a' as an assertion read as if its signature had been right, so that what lies
// behind the signature is reached as well, anything else as a response.

#include <openssl/err.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/encoding.h"
#include "base/openssl.h"
#include "identity/plain_text.h"
#include "saml/assertion.h"
#include "saml/response_verifier.h"

namespace {

namespace base = portreeve::base;
namespace identity = portreeve::identity;
namespace saml = portreeve::saml;

constexpr int64_t kNow = 1'800'000'000;
constexpr const char* kIdpId = "https://idp.example.com";
constexpr const char* kRequestId = "_request1";

const saml::ServiceProvider& Sp() {
  static const saml::ServiceProvider sp = {"corp", "https://gw.example.com/saml",
                                           "https://gw.example.com/saml/acs", "groups"};
  return sp;
}

// Nobody has the private key, so no response of the fuzzer's may ever pass.
saml::ResponseVerifier MakeVerifier() {
  saml::IdpMetadata idp;
  idp.entity_id = kIdpId;
  for (EVP_PKEY* key : {EVP_RSA_gen(2048), EVP_EC_gen("P-256")}) {
    auto pinned = saml::PinKey(base::PkeyPtr(key));
    PORTREEVE_CHECK(pinned.ok());
    idp.keys.push_back(*std::move(pinned));
  }
  return saml::ResponseVerifier(Sp(), std::move(idp));
}

void CheckMessage(std::string_view message) {
  PORTREEVE_CHECK(!message.empty() && message.size() < 300);
  for (const char character : message) PORTREEVE_CHECK(character >= 0x20 && character < 0x7f);
}

void TryResponse(std::string_view xml) {
  static const saml::ResponseVerifier verifier = MakeVerifier();
  saml::BoundedAssertionMemory used;
  const auto verdict = verifier.Verify(base::Base64Encode(xml), kRequestId, kNow, used);
  PORTREEVE_CHECK(std::holds_alternative<identity::Rejection>(verdict));
  PORTREEVE_CHECK(used.size() == 0);
  CheckMessage(std::get<identity::Rejection>(verdict).message);
}

void TryAssertion(std::string_view xml) {
  const auto document = saml::Document::Parse(xml, {});
  if (!document.ok()) return CheckMessage(base::FromAbsl(document.status().message()));
  const auto read = saml::ReadAssertion(document->root(), {Sp(), kIdpId, kRequestId, kNow});
  if (!read.ok()) return CheckMessage(base::FromAbsl(read.status().message()));
  const identity::Principal& principal = read->principal;
  PORTREEVE_CHECK(identity::IsName(principal.subject));
  PORTREEVE_CHECK(identity::IsName(principal.credential_id));
  PORTREEVE_CHECK(principal.issuer == kIdpId && principal.method == "saml");
  PORTREEVE_CHECK(principal.expires_unix_s > kNow &&
                  principal.expires_unix_s <= kNow + saml::kMaxLifetimeS);
  PORTREEVE_CHECK(read->usable_until_unix_s > kNow);
  for (const std::string& group : principal.groups) PORTREEVE_CHECK(identity::IsName(group));
  PORTREEVE_CHECK(std::count_if(principal.claims.begin(), principal.claims.end(),
                                [](const auto& claim) { return claim.first == "sub"; }) == 1);
}

void TryMetadata(std::string_view xml) {
  const auto metadata = saml::IdpMetadata::Parse(xml, kNow);
  if (!metadata.ok()) return CheckMessage(base::FromAbsl(metadata.status().message()));
  PORTREEVE_CHECK(!metadata->keys.empty() && !metadata->entity_id.empty());
  PORTREEVE_CHECK(!metadata->redirect_url.empty() || !metadata->post_url.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'm':
      TryMetadata(text);
      break;
    case 'a':
      TryAssertion(text);
      break;
    default:
      TryResponse(text);
  }
  PORTREEVE_CHECK(ERR_peek_error() == 0);
  return 0;
}
