// XML that two readers could read in two ways, or that costs the reader. Most of these leave the
// signature right, because canonicalization takes them away.
#include "responses.h"

namespace portreeve::saml {
namespace {

std::string After(std::string_view from, std::string_view to) {
  return Reason(Changed(SignedResponse(), from, to));
}

std::string Subject(const std::string& xml) {
  const Verdict verdict = Verify(xml);
  INFO(Reason(verdict));
  REQUIRE(std::holds_alternative<identity::Principal>(verdict));
  return std::get<identity::Principal>(verdict).subject;
}

TEST_CASE("comments, processing instructions and CDATA in values are refused") {
  // The signature is over ana@example.com.evil.net; a reader that stops at the comment sees less.
  const std::string evil = SignedWith("ana@example.com", "ana@example.com.evil.net");
  REQUIRE(Reason(evil) == "");
  CHECK(Reason(Changed(evil, "ana@example.com.evil", "ana@example.com<!---->.evil")) ==
        "it has a comment");
  CHECK(Reason(Changed(evil, "ana@example.com.evil", "ana@example.com<?x?>.evil")) ==
        "it has a processing instruction");
  CHECK(Reason(Changed(evil, "ana@example.com.evil", "ana@example.com<![CDATA[.evil]]>")) ==
        "it has a CDATA section");
  CHECK(Reason(SignedWith("ana@example.com", "ana@example.com<!-- -->.evil.net")) ==
        "it has a comment");
}

TEST_CASE("document types and entities are refused") {
  CHECK(After("<samlp:Response", "<!DOCTYPE Response><samlp:Response") ==
        "it has a document type declaration");
  CHECK(After("<samlp:Response",
              "<!DOCTYPE r [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><samlp:Response") ==
        "it has a document type declaration");
  CHECK(After("ana@", "&ana;@") == "it has an entity that is not one of XML's own");
  // An ID by a declared attribute would resolve where ours does not.
  CHECK(After("<samlp:Response",
              "<!DOCTYPE r [<!ATTLIST saml:NameID ID ID #IMPLIED>]><samlp:Response") ==
        "it has a document type declaration");
}

TEST_CASE("what canonicalization makes equal is equal to us too") {
  CHECK(Subject(Changed(SignedResponse(), "ana@", "&#x61;n&#97;@")) == "ana@example.com");
  CHECK(Subject(Changed(SignedResponse(), "<saml:NameID>", "<saml:NameID\n >")) ==
        "ana@example.com");
  CHECK(Subject(Changed(SignedResponse(), "<saml:NameID>",
                        "<saml:NameID xmlns:saml='urn:oasis:names:tc:SAML:2.0:assertion'>")) ==
        "ana@example.com");
}

TEST_CASE("what canonicalization does not make equal breaks the signature") {
  const std::string wrong =
      "the signature of its Assertion: it is by none of the identity provider's keys, or over "
      "other bytes";
  CHECK(After("ana@example.com", "root@example.com") == wrong);
  CHECK(After("<saml:NameID>", "<saml:NameID> ") == wrong);
  CHECK(After("<saml:NameID>", "<saml:NameID Format=\"x\">") == wrong);
  CHECK(After("<saml:NameID>", "<saml:NameID xmlns:saml='urn:x'>") == wrong);
  CHECK(After("ana@example.com", "ana@example.com&#xD;") == wrong);
}

TEST_CASE("the encoding is UTF-8 and nothing else") {
  REQUIRE(SignedResponse().starts_with("<?xml version=\"1.0\"?>"));
  CHECK(After("<?xml version=\"1.0\"?>", "<?xml version=\"1.0\" encoding=\"utf-8\"?>") == "");
  CHECK(After("<?xml version=\"1.0\"?>", "<?xml version=\"1.0\" encoding=\"UTF-7\"?>") ==
        "it is in another encoding than UTF-8");
  CHECK(After("ana@", "an\xe1@") == "it is not UTF-8");
}

TEST_CASE("oversize, deep and broad XML is refused before it is parsed") {
  CHECK(After("</samlp:Response>", std::string(ResponseVerifier::kMaxResponseBytes, ' ') +
                                       "</samlp:Response>") == "it is longer than 128 KiB");
  CHECK(After("ana@", Repeated("<b>", 40) + Repeated("</b>", 40)) ==
        "its elements nest deeper than 32");
  CHECK(After("ana@", Repeated("<b/>", 5000)) == "it has more than 4096 elements");
  CHECK(After("<saml:NameID", "<saml:NameID" + Repeated(" a='1'", 33)) ==
        "it has an element with more than 32 attributes");
}

TEST_CASE("IDs are unique, and XML's own kind of ID is refused") {
  CHECK(After("<saml:NameID>", "<saml:NameID ID=\"_a1\">") == "it has two elements with one ID");
  CHECK(After("<samlp:Status>", "<samlp:Status Id=\"_a1\">") == "it has two elements with one ID");
  CHECK(After("<samlp:Status>", "<samlp:Status xml:id=\"_a1\">") ==
        "it has an attribute xml:id, xml:base or xml:space");
  CHECK(After("ID=\"_r1\"", "ID=\"_a1\"") == "it has two elements with one ID");
}

TEST_CASE("what is encrypted is refused in a clear word") {
  const std::string why =
      "it is encrypted; only signed assertions in clear are taken: turn encryption off for this "
      "service at the identity provider";
  CHECK(After("</samlp:Response>", "<saml:EncryptedAssertion/></samlp:Response>") == why);
  CHECK(Reason(SignedWith("<saml:NameID>ana@example.com</saml:NameID>", "<saml:EncryptedID/>")) ==
        why);
  CHECK(Reason(SignedWith("<saml:Attribute Name=\"groups\">",
                          "<saml:EncryptedAttribute/><saml:Attribute Name=\"groups\">")) == why);
}

}  // namespace
}  // namespace portreeve::saml
