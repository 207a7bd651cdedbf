#include "saml/idp_metadata.h"

#include "keys.h"
#include "texts.h"

namespace portreeve::saml {
namespace {

constexpr int64_t kNow = 1'800'000'000;  // 2027-01-15T08:00:00Z

std::string KeyDescriptor(const TestKey& key, const std::string& use = " use=\"signing\"") {
  return "<KeyDescriptor" + use + "><ds:KeyInfo><ds:X509Data><ds:X509Certificate>" +
         key.Certificate() + "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>";
}

std::string Metadata() {
  return "<?xml version=\"1.0\"?><!-- made by hand -->"
         "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\""
         " xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" entityID=\"https://idp.example.com\">"
         "<IDPSSODescriptor WantAuthnRequestsSigned=\"true\""
         " protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">" +
         KeyDescriptor(RsaKey()) + KeyDescriptor(EcKey(), " use=\"encryption\"") +
         "<SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:SOAP\""
         " Location=\"https://idp.example.com/soap\"/>"
         "<SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\""
         " Location=\"https://idp.example.com/redirect\"/>"
         "<SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\""
         " Location=\"https://idp.example.com/post\"/>"
         "</IDPSSODescriptor></EntityDescriptor>";
}

std::string Reason(std::string_view xml) {
  return std::string(base::FromAbsl(IdpMetadata::Parse(xml, kNow).status().message()));
}

// The only change is from `from` to `to`.
std::string ReasonWith(std::string_view from, std::string_view to) {
  return Reason(Changed(Metadata(), from, to));
}

TEST_CASE("entity ID, signing keys and endpoints are read") {
  const auto metadata = IdpMetadata::Parse(Metadata(), kNow);
  INFO(metadata.status());
  REQUIRE(metadata.ok());
  CHECK(metadata->entity_id == "https://idp.example.com");
  REQUIRE(metadata->keys.size() == 1);
  CHECK(metadata->keys[0].family == KeyFamily::kRsa);
  CHECK(EVP_PKEY_eq(metadata->keys[0].key.get(), RsaKey().get()) == 1);
  CHECK(metadata->redirect_url == "https://idp.example.com/redirect");
  CHECK(metadata->post_url == "https://idp.example.com/post");
  CHECK(metadata->want_signed_requests);
  CHECK_FALSE(metadata->valid_until_unix_s);
}

TEST_CASE("a key without use signs as well, and several may stand side by side") {
  const auto metadata = IdpMetadata::Parse(
      Changed(Metadata(), "<SingleSign", KeyDescriptor(EcKey(), "") + "<SingleSign"), kNow);
  REQUIRE(metadata.ok());
  REQUIRE(metadata->keys.size() == 2);
  CHECK(metadata->keys[1].family == KeyFamily::kEc);
}

TEST_CASE("the earliest validUntil counts, and past it the file is refused") {
  const auto metadata = IdpMetadata::Parse(
      Changed(Changed(Metadata(), "entityID", "validUntil=\"2027-01-15T10:00:00Z\" entityID"),
              "<IDPSSODescriptor", "<IDPSSODescriptor validUntil=\"2027-01-15T09:00:00Z\""),
      kNow);
  REQUIRE(metadata.ok());
  CHECK(metadata->valid_until_unix_s == kNow + 3600);
  CHECK(ReasonWith("entityID", "validUntil=\"2027-01-15T08:00:00Z\" entityID") ==
        "it was valid until 2027-01-15T08:00:00Z");
  CHECK(ReasonWith("entityID", "validUntil=\"soon\" entityID") ==
        "its validUntil is no time in UTC");
}

TEST_CASE("what is not one SAML 2.0 identity provider is refused, and the reason is named") {
  REQUIRE(Reason(Metadata()) == "");
  CHECK(ReasonWith("SAML:2.0:protocol", "SAML:1.1:protocol") ==
        "its IDPSSODescriptor is not for SAML 2.0");
  CHECK(ReasonWith("entityID=\"https://idp.example.com\"", "entityID=\"\"") ==
        "its entityID is not 1 to 1024 characters without spaces");
  CHECK(ReasonWith("</EntityDescriptor>",
                   "<IDPSSODescriptor protocolSupportEnumeration=\"\"/></EntityDescriptor>") ==
        "it has more than one IDPSSODescriptor");
  CHECK(
      Reason("<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"a\"/>") ==
      "it has no IDPSSODescriptor: it is not an identity provider's");
  CHECK(Reason("<EntitiesDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\"/>") ==
        "it describes several entities: give the one that is meant");
  CHECK(Reason("<html/>") == "it is not SAML 2.0 metadata: its root is no EntityDescriptor");
  CHECK(ReasonWith("SAML:2.0:metadata", "SAML:2.0:other") ==
        "it is not SAML 2.0 metadata: its root is no EntityDescriptor");
  CHECK(ReasonWith("RequestsSigned=\"true\"", "RequestsSigned=\"yes\"") ==
        "its WantAuthnRequestsSigned is neither true nor false");
}

TEST_CASE("endpoints must be web addresses, and one must be there") {
  CHECK(ReasonWith("https://idp.example.com/redirect", "javascript:alert(1)") ==
        "it has a SingleSignOnService whose Location is no web address");
  CHECK(ReasonWith("https://idp.example.com/post", "https://idp.example.com/a b") ==
        "it has a SingleSignOnService whose Location is no web address");
  CHECK(ReasonWith("HTTP-Redirect", "HTTP-Artifact") == "");
  CHECK(Reason(Changed(Changed(Metadata(), "HTTP-Redirect", "PAOS"), "HTTP-POST", "PAOS")) ==
        "it has no SingleSignOnService by HTTP-Redirect or HTTP-POST");
}

TEST_CASE("weak, odd and broken keys are refused") {
  CHECK(ReasonWith("use=\"signing\"", "use=\"encryption\"") == "it has no signing certificate");
  CHECK(ReasonWith("use=\"signing\"", "use=\"both\"") == "it has a KeyDescriptor of unknown use");
  const std::string good = RsaKey().Certificate();
  // Two runs make two certificates of one key: the text is taken out of the same document.
  const std::string metadata = Metadata();
  const size_t at = metadata.find("<ds:X509Certificate>") + 20;
  const size_t end = metadata.find("</ds:X509Certificate>");
  const auto with = [&](const std::string& certificate) {
    return Reason(metadata.substr(0, at) + certificate + metadata.substr(end));
  };
  CHECK(with(good) == "");
  CHECK(with(TestKey::Rsa(1024).Certificate()) ==
        "signing certificate 1: its RSA key has less than 2048 bits");
  CHECK(with(TestKey::Ec("secp256k1").Certificate()) ==
        "signing certificate 1: its key is on another curve than P-256, P-384 and P-521");
  CHECK(with(TestKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")).Certificate()) ==
        "signing certificate 1: its key is neither RSA nor of an elliptic curve");
  CHECK(with("a b c") == "signing certificate 1: it is not base64");
  CHECK(with("AAAA").starts_with("signing certificate 1: it is not a certificate"));
  CHECK(with(good.substr(0, 8) + "<!-- -->" + good.substr(8)) ==
        "its X509Certificate is not plain text");
  CHECK(Reason(Changed(metadata, "<SingleSign",
                       Repeated(KeyDescriptor(RsaKey()), 8) + "<SingleSign")) ==
        "it has more than 8 signing certificates");
}

TEST_CASE("document types, entities and sizes are bounded as everywhere") {
  CHECK(ReasonWith("<!-- made by hand -->",
                   "<!DOCTYPE EntityDescriptor SYSTEM \"file:///etc/passwd\">") ==
        "it has a document type declaration");
  CHECK(ReasonWith("<!-- made by hand -->", "<!--" + std::string(IdpMetadata::kMaxBytes, ' ') +
                                                "-->") == "it is longer than 512 KiB");
}

}  // namespace
}  // namespace portreeve::saml
