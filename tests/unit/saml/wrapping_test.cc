// XML signature wrapping: the signed assertion is kept somewhere, so that its signature stays
// right, and another one is put where a reader looks. XSW 1 to 8 as in Somorovsky et al., "On
// Breaking SAML: Be Whoever You Want to Be", 2012.
#include "responses.h"

namespace portreeve::saml {
namespace {

// A signed response, taken apart.
struct Parts {
  explicit Parts(std::string whole) : xml(std::move(whole)) {
    assertion = Between("<saml:Assertion", "</saml:Assertion>");
    signature = Between("<ds:Signature ", "</ds:Signature>");
  }

  std::string Between(std::string_view begin, std::string_view end) const {
    const size_t at = xml.find(begin);
    const size_t last = xml.find(end, at);
    REQUIRE(last != std::string::npos);
    return xml.substr(at, last + end.size() - at);
  }

  // The assertion of an attacker, with an ID of its own, and unsigned.
  std::string Evil() const {
    return Changed(Changed(Changed(assertion, signature, ""), "ana@", "root@"), "_a1", "_evil");
  }

  std::string With(const std::string& instead) const { return Changed(xml, assertion, instead); }

  std::string xml;
  std::string assertion;
  std::string signature;
};

Parts SignedAssertion() { return Parts(SignedResponse()); }
Parts SignedWhole() { return Parts(Sign(Template(false, true), RsaKey(), "Response")); }

// The whole response as it was, without its declaration.
std::string Original(const Parts& parts) {
  return parts.Between("<samlp:Response", "</samlp:Response>");
}

std::string EvilWhole(const Parts& parts) {
  const std::string evil = Changed(Changed(Original(parts), "ana@", "root@"), "_a1", "_evil1");
  return Changed(evil, "_r1", "_evil2");
}

TEST_CASE("what is taken apart is believed when it is put together again") {
  const Parts parts = SignedAssertion();
  CHECK(Reason(parts.With(parts.assertion)) == "");
  CHECK(Reason(Original(SignedWhole())) == "");
}

TEST_CASE("XSW 1: the original response within the signature of another") {
  const Parts parts = SignedWhole();
  const std::string original = Changed(Original(parts), parts.signature, "");
  const std::string inside =
      Changed(parts.signature, "</ds:Signature>", original + "</ds:Signature>");
  const std::string evil = Changed(EvilWhole(parts), parts.signature, inside);
  CHECK(Reason(evil) == "it holds another response");
}

TEST_CASE("XSW 2: the original response before the signature of another") {
  const Parts parts = SignedWhole();
  const std::string original = Changed(Original(parts), parts.signature, "");
  const std::string evil = Changed(EvilWhole(parts), parts.signature, original + parts.signature);
  CHECK(Reason(evil) == "it holds another response");
}

TEST_CASE("XSW 3: another assertion before the original") {
  const Parts parts = SignedAssertion();
  CHECK(Reason(parts.With(parts.Evil() + parts.assertion)) == "it holds more than one assertion");
  CHECK(Reason(parts.With(parts.assertion + parts.Evil())) == "it holds more than one assertion");
}

TEST_CASE("XSW 4: the original within another assertion") {
  const Parts parts = SignedAssertion();
  CHECK(Reason(parts.With(
            Changed(parts.Evil(), "</saml:Assertion>", parts.assertion + "</saml:Assertion>"))) ==
        "it holds more than one assertion");
}

TEST_CASE("XSW 5: the signature in another assertion, the original at the end") {
  const Parts parts = SignedAssertion();
  const std::string original = Changed(parts.assertion, parts.signature, "");
  const std::string evil =
      Changed(parts.Evil(), "</saml:Issuer>", "</saml:Issuer>" + parts.signature);
  CHECK(Reason(parts.With(evil + original)) == "it holds more than one assertion");
  // Without the original: the signature speaks of what is not there.
  CHECK(Reason(parts.With(evil)) ==
        "the signature of its Assertion: it refers to another element than the one it stands in");
}

TEST_CASE("XSW 6: the original within the signature, in another assertion") {
  const Parts parts = SignedAssertion();
  const std::string original = Changed(parts.assertion, parts.signature, "");
  const std::string inside =
      Changed(parts.signature, "</ds:Signature>", original + "</ds:Signature>");
  CHECK(Reason(parts.With(Changed(parts.Evil(), "</saml:Issuer>", "</saml:Issuer>" + inside))) ==
        "it holds more than one assertion");
}

TEST_CASE("XSW 7: another assertion in Extensions") {
  const Parts parts = SignedAssertion();
  CHECK(Reason(parts.With("<samlp:Extensions>" + parts.Evil() + "</samlp:Extensions>" +
                          parts.assertion)) == "it holds more than one assertion");
  CHECK(Reason(parts.With("<samlp:Extensions/>" + parts.assertion)) ==
        "it holds a part that is not allowed there");
}

TEST_CASE("XSW 8: the original in an Object of the signature") {
  const Parts parts = SignedAssertion();
  const std::string original = Changed(parts.assertion, parts.signature, "");
  const std::string inside = Changed(parts.signature, "</ds:Signature>",
                                     "<ds:Object>" + original + "</ds:Object></ds:Signature>");
  CHECK(Reason(parts.With(Changed(parts.Evil(), "</saml:Issuer>", "</saml:Issuer>" + inside))) ==
        "it holds more than one assertion");
}

TEST_CASE("a namespace of somebody's own hides no second assertion, response or signature") {
  const Parts parts = SignedAssertion();
  const auto within_status = [&](const std::string& element) {
    return Reason(
        Changed(parts.xml, "</samlp:Status>",
                "<samlp:StatusDetail>" + element + "</samlp:StatusDetail></samlp:Status>"));
  };
  CHECK(within_status("<x/>") == "");
  CHECK(within_status("<Assertion/>") == "it holds more than one assertion");
  CHECK(within_status("<Assertion xmlns='urn:x'/>") == "it holds more than one assertion");
  CHECK(within_status("<samlp:Response/>") == "it holds another response");
  CHECK(within_status("<Signature/>") == "it holds a signature where none belongs");
  CHECK(within_status(Changed(parts.signature, "x", "x")) ==
        "it holds a signature where none belongs");
}

TEST_CASE("an assertion of another namespace is none") {
  const Parts parts = SignedAssertion();
  CHECK(Reason(Changed(parts.xml, "xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"",
                       "xmlns:saml=\"urn:oasis:names:tc:SAML:1.0:assertion\"")) ==
        "it holds no assertion");
  CHECK(Reason(Changed(parts.xml, "xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"",
                       "xmlns:samlp=\"urn:x\"")) == "it is not a SAML 2.0 response");
  CHECK(Reason(parts.assertion).starts_with("it is not"));
  CHECK(Reason(parts.With("")) == "it holds no assertion");
}

TEST_CASE("two signatures of one element are refused") {
  const Parts parts = SignedAssertion();
  CHECK(Reason(Changed(parts.xml, parts.signature, parts.signature + parts.signature)) ==
        "it has more than one Signature");
}

TEST_CASE("the signature of the assertion does not serve the response, nor the other way round") {
  const Parts parts = SignedAssertion();
  const std::string without = Changed(parts.xml, parts.signature, "");
  CHECK(Reason(Changed(without, "<samlp:Status>", parts.signature + "<samlp:Status>")) ==
        "the signature of its Response: it refers to another element than the one it stands in");
  // A second, signed assertion of the same provider lends its signature.
  const Parts other(Sign(Changed(Template(), "ana@", "root@")));
  CHECK(Reason(Changed(parts.xml, parts.signature, other.signature)) ==
        "the signature of its Assertion: it is by none of the identity provider's keys, or over "
        "other bytes");
}

}  // namespace
}  // namespace portreeve::saml
