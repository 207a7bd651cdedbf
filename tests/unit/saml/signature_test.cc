// Signatures that xmlsec1 makes and finds right, and that must not be believed.
#include "saml/signature.h"

#include "responses.h"

namespace portreeve::saml {
namespace {

constexpr std::string_view kTransforms =
    "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>"
    "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
constexpr std::string_view kEnvelopedTransform =
    "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>";
constexpr std::string_view kNoKey =
    "the signature of its Assertion: it is by none of the identity provider's keys, or over other "
    "bytes";

// Why the signature is refused, of a template that was changed before it was signed.
std::string Why(std::string_view from, std::string_view to, const TestKey& key = RsaKey()) {
  const std::string reason = Reason(Sign(Changed(Template(), from, to), key));
  const std::string common = "the signature of its Assertion: ";
  return reason.starts_with(common) ? reason.substr(common.size()) : reason;
}

TEST_CASE("what is handed back are the bytes that were signed, not those that were sent") {
  const auto signed_bytes = [](const std::string& xml) {
    auto document = Document::Parse(xml, {});
    REQUIRE(document.ok());
    const auto element =
        document->root().Child("urn:oasis:names:tc:SAML:2.0:assertion", "Assertion");
    REQUIRE(element.ok());
    const auto signature = FindSignature(*element);
    REQUIRE((signature.ok() && signature->has_value()));
    const IdpMetadata idp = Idp({&RsaKey()});
    const auto bytes = VerifySignature(*document, *element, **signature, idp.keys);
    REQUIRE(bytes.ok());
    return *bytes;
  };
  const std::string bytes = signed_bytes(SignedResponse());
  CHECK(bytes.starts_with("<saml:Assertion xmlns:saml="));
  CHECK(bytes.ends_with("</saml:Assertion>"));
  CHECK(bytes.find("Signature") == std::string::npos);
  CHECK(bytes.find("<saml:NameID>ana@example.com</saml:NameID>") != std::string::npos);
  CHECK(signed_bytes(Changed(SignedResponse(), "ana@", "&#x61;na@")) == bytes);
  CHECK(signed_bytes(Changed(SignedResponse(), "<saml:NameID>", "<saml:NameID\n>")) == bytes);
}

TEST_CASE("SHA-1, MD5 and HMAC are refused, also where the signature is right") {
  const std::string why = "its algorithm is not RSA or ECDSA with SHA-256 or better";
  const std::string rsa = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
  CHECK(Why(rsa, "http://www.w3.org/2000/09/xmldsig#rsa-sha1") == why);
  CHECK(Why(rsa, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1", EcKey()) == why);
  CHECK(Why(rsa, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha224") == why);
  for (const char* unsignable : {"http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
                                 "http://www.w3.org/2000/09/xmldsig#dsa-sha1", "none", ""}) {
    CHECK(Reason(Changed(SignedResponse(), rsa, unsignable)).ends_with(why));
  }
  CHECK(Why("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1") ==
        "its digest is not SHA-256, SHA-384 or SHA-512");
}

TEST_CASE("only the reference to the element that the signature stands in is followed") {
  const std::string why = "it refers to another element than the one it stands in";
  CHECK(Why("URI=\"#_a1\"", "URI=\"#_r1\"") == why);
  CHECK(Why("URI=\"#_a1\"", "URI=\"\"") == why);
  CHECK(Why("URI=\"#_a1\"", "URI=\"#xpointer(/)\"") == why);
  CHECK(Why("URI=\"#_a1\"", "URI=\"#xpointer(id('_a1'))\"") == why);
  for (const char* uri : {"URI=\"http://example.com/\"", "URI=\"file:///etc/passwd\"", ""}) {
    CHECK(Reason(Changed(SignedResponse(), "URI=\"#_a1\"", uri)).ends_with(why));
  }
}

TEST_CASE("other transforms are refused, also where the signature is right") {
  const std::string why =
      "its transforms are not the enveloped signature and the exclusive canonical form";
  CHECK(Why(kEnvelopedTransform,
            "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>"
            "not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>") == why);
  CHECK(Why(kEnvelopedTransform,
            std::string(kEnvelopedTransform) +
                "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\">"
                "<ds:XPath>not(ancestor-or-self::saml:Subject)</ds:XPath></ds:Transform>") == why);
  CHECK(
      Why(kEnvelopedTransform,
          std::string(kEnvelopedTransform) +
              "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\">"
              "<xsl:stylesheet xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" version=\"1.0\">"
              "<xsl:template match=\"/\"><x/></xsl:template></xsl:stylesheet></ds:Transform>") ==
      why);
  CHECK(Why(kTransforms, kEnvelopedTransform) == why);
  CHECK(Why(kEnvelopedTransform, "") == why);
  const std::string other = "it is in another canonical form than the exclusive one";
  const std::string exclusive = "Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#";
  CHECK(Why(exclusive, exclusive + "WithComments") == other);
  CHECK(Why(exclusive, "Transform Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315") ==
        other);
  const std::string method = "Method Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#";
  CHECK(Why(method, method + "WithComments") == other);
  CHECK(Why(method, "Method Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315") == other);
}

TEST_CASE("prefixes to keep are the only parameter of a canonical form") {
  const std::string plain = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
  const std::string open = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">";
  const std::string keep =
      "<ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\""
      " PrefixList=\"xs\"/>";
  CHECK(Why(plain, open + keep + "</ds:Transform>") == "");
  CHECK(Reason(Changed(SignedResponse(), plain, open + "<ds:XPath>1</ds:XPath></ds:Transform>")) ==
        "the signature of its Assertion: its canonical form has parameters that are not allowed");
}

TEST_CASE("one reference, and nothing beside it") {
  const std::string reference =
      "<ds:Reference URI=\"#_r1\"><ds:Transforms>" + std::string(kTransforms) +
      "</ds:Transforms><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>"
      "<ds:DigestValue/></ds:Reference></ds:SignedInfo>";
  CHECK(Why("</ds:SignedInfo>", reference) == "it has not exactly one reference");
  CHECK(Why("</ds:Signature>", "<ds:Object><x/></ds:Object></ds:Signature>") ==
        "its Signature is not made of the parts that are allowed");
  CHECK(Reason(Changed(SignedResponse(), "</ds:Reference>", "<x/></ds:Reference>")) ==
        "the signature of its Assertion: its Reference is not made of the parts that are allowed");
}

TEST_CASE("KeyInfo is not asked: neither a foreign key in it nor the right one beside it helps") {
  const std::string with_key =
      Changed(Template(), "<ds:SignatureValue/>",
              "<ds:SignatureValue/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo>");
  CHECK(Reason(Sign(with_key)) == "");
  const TestKey other = TestKey::Rsa();
  CHECK(Reason(Sign(Template(), other)) == kNoKey);
  const std::string foreign = Sign(with_key, other);
  REQUIRE(foreign.find("<ds:X509Certificate>") != std::string::npos);
  CHECK(Reason(foreign) == kNoKey);
  const std::string in_clear =
      Changed(Template(), "<ds:SignatureValue/>",
              "<ds:SignatureValue/><ds:KeyInfo><ds:KeyValue/></ds:KeyInfo>");
  CHECK(Reason(Sign(in_clear, other)) == kNoKey);
}

TEST_CASE("a signature of one kind is not tried with a key of the other") {
  CHECK(Reason(Changed(SignedResponse(), "#rsa-sha256", "#ecdsa-sha256")) == kNoKey);
}

TEST_CASE("a changed, cut, empty or swapped signature value is refused") {
  const std::string& good = SignedResponse();
  const size_t at = good.find("<ds:SignatureValue>") + 19;
  const size_t end = good.find("</ds:SignatureValue>");
  const std::string value = good.substr(at, end - at);
  const auto with = [&](const std::string& other) {
    return Reason(good.substr(0, at) + other + good.substr(end));
  };
  CHECK(with(value) == "");
  CHECK(with("") == kNoKey);
  CHECK(with(value.substr(4)) == kNoKey);
  CHECK(with("AAAA" + value.substr(4)) == kNoKey);
  CHECK(with(value + "<x/>") ==
        "the signature of its Assertion: its SignatureValue is not plain text");
}

TEST_CASE("an ID that could mean something else in a reference is refused") {
  for (const char* id : {"a b", "1a", "a'b", "a)b", ""}) {
    INFO(id);
    CHECK(Reason(Changed(SignedResponse(), "ID=\"_a1\"", "ID=\"" + std::string(id) + "\"")) ==
          "the signature of its Assertion: what it stands in has no usable ID");
  }
}

}  // namespace
}  // namespace portreeve::saml
