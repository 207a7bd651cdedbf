// Responses of an identity provider that the tests own. Its one rule: they are signed by the
// program xmlsec1, so that nothing of the module under test takes part in making them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "keys.h"
#include "saml/response_verifier.h"
#include "texts.h"

namespace portreeve::saml {

inline constexpr int64_t kNow = 1'800'000'000;  // 2027-01-15T08:00:00Z
inline constexpr const char* kIdpId = "https://idp.example.com";
inline constexpr const char* kSpId = "https://gw.example.com/saml";
inline constexpr const char* kAcsUrl = "https://gw.example.com/saml/acs";
inline constexpr const char* kRequestId = "_request1";

// A ds:Signature to be filled in, RSA with SHA-256.
std::string EmptySignature(std::string_view id);

// Response `_r1` with assertion `_a1`, which holds a template if `assertion` says so, as does the
// response if `response` says so.
std::string Template(bool assertion = true, bool response = false);

// Fills in the first template in `xml` that is below the element `parent`.
std::string Sign(const std::string& xml, const TestKey& key = RsaKey(),
                 std::string_view parent = "Assertion");

// Whether xmlsec1 finds the signature of the root `of` right, by this key.
bool ToolVerifies(const std::string& xml, const TestKey& key, const std::string& of);

// The usual one: the assertion is signed. Made once.
const std::string& SignedResponse();

// The identity provider of these responses, which signs with `keys`.
IdpMetadata Idp(const std::vector<const TestKey*>& keys);

// Trusts RsaKey() and EcKey().
ResponseVerifier Verifier();

using Verdict = std::variant<identity::Principal, identity::Rejection>;
Verdict Verify(std::string_view xml, const ResponseVerifier& verifier = Verifier());

// Why `xml` is not believed, without the words that all reasons begin with; empty if it is.
std::string Reason(std::string_view xml);
std::string Reason(const Verdict& verdict);

// The template with one change, signed.
inline std::string SignedWith(std::string_view from, std::string_view to) {
  return Sign(Changed(Template(), from, to));
}

}  // namespace portreeve::saml
