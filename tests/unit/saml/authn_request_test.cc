#include "saml/authn_request.h"

#include <map>

#include "base/encoding.h"
#include "responses.h"
#include "saml/xml.h"

namespace portreeve::saml {
namespace {

const ServiceProvider kSp = {"corp", kSpId, kAcsUrl, "groups"};

SpKey Key(const TestKey& key = RsaKey()) {
  auto made = SpKey::Load(key.CertificatePem(), key.Pem());
  INFO(made.status());
  REQUIRE(made.ok());
  return *std::move(made);
}

IdpMetadata Provider() {
  IdpMetadata idp = Idp({&RsaKey()});
  idp.redirect_url = "https://idp.example.com/redirect";
  return idp;
}

AuthnRequest Request() { return {kRequestId, "back to /a?b=c&d", kNow}; }

std::string Decoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      decoded += *base::HexDecode(text.substr(i + 1, 2));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

std::map<std::string, std::string> Query(const std::string& url) {
  std::map<std::string, std::string> fields;
  std::string_view rest(url);
  rest.remove_prefix(rest.find('?') + 1);
  while (!rest.empty()) {
    const std::string_view field = rest.substr(0, rest.find('&'));
    const size_t equals = field.find('=');
    fields[std::string(field.substr(0, equals))] = Decoded(field.substr(equals + 1));
    rest.remove_prefix(std::min(rest.size(), field.size() + 1));
  }
  return fields;
}

bool IsSignedBy(const TestKey& key, std::string_view bytes, const std::string& signature) {
  const base::MdCtxPtr context(EVP_MD_CTX_new());
  REQUIRE(EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1);
  const auto data = [](std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  const bool fits = EVP_DigestVerify(context.get(), data(signature), signature.size(), data(bytes),
                                     bytes.size()) == 1;
  base::TakeOpenSslErrors();
  return fits;
}

void CheckRequest(std::string_view xml, const std::string& destination) {
  const auto document = Document::Parse(xml, {});
  REQUIRE(document.ok());
  const Element root = document->root();
  CHECK(root.Is("urn:oasis:names:tc:SAML:2.0:protocol", "AuthnRequest"));
  CHECK(root.Attribute("ID") == kRequestId);
  CHECK(root.Attribute("IssueInstant") == "2027-01-15T08:00:00Z");
  CHECK(root.Attribute("Destination") == destination);
  CHECK(root.Attribute("AssertionConsumerServiceURL") == kAcsUrl);
  CHECK(*root.Child("urn:oasis:names:tc:SAML:2.0:assertion", "Issuer")->Text() == kSpId);
}

TEST_CASE("a request by redirect is signed over the query as it stands") {
  const auto url = RedirectUrl(kSp, Provider(), Key(), Request());
  INFO(url.status());
  REQUIRE(url.ok());
  CHECK(url->starts_with("https://idp.example.com/redirect?SAMLRequest="));
  const auto fields = Query(*url);
  CHECK(fields.at("SigAlg") == "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
  CHECK(fields.at("RelayState") == "back to /a?b=c&d");
  const std::string query = url->substr(url->find('?') + 1);
  const std::string input = query.substr(0, query.find("&Signature="));
  const auto signature = base::Base64Decode(fields.at("Signature"));
  REQUIRE(signature.has_value());
  CHECK(IsSignedBy(RsaKey(), input, *signature));
  CHECK_FALSE(IsSignedBy(RsaKey(), input + "x", *signature));
  const auto deflated = base::Base64Decode(fields.at("SAMLRequest"));
  REQUIRE(deflated.has_value());
  // One stored block, the last one: 1, the length, its complement, the text (RFC 1951 3.2.4).
  const auto byte = [&](size_t at) { return static_cast<unsigned char>((*deflated)[at]); };
  const size_t length = byte(1) | byte(2) << 8;
  CHECK(byte(0) == 1);
  CHECK((length ^ 0xffffu) == (byte(3) | unsigned(byte(4)) << 8));
  REQUIRE(deflated->size() == length + 5);
  CHECK_FALSE(deflated->find("Signature") != std::string::npos);
  CheckRequest(deflated->substr(5), "https://idp.example.com/redirect");
}

TEST_CASE("an address that has a query keeps it, and an empty relay state is left out") {
  IdpMetadata idp = Provider();
  idp.redirect_url = "https://idp.example.com/sso?tenant=1";
  const auto url = RedirectUrl(kSp, idp, Key(), {kRequestId, "", kNow});
  REQUIRE(url.ok());
  CHECK(url->starts_with("https://idp.example.com/sso?tenant=1&SAMLRequest="));
  CHECK(url->find("RelayState") == std::string::npos);
}

TEST_CASE("a request by POST is signed within, and xmlsec1 finds the signature right") {
  const auto form = MakePostForm(kSp, Provider(), Key(), Request());
  INFO(form.status());
  REQUIRE(form.ok());
  CHECK(form->action_url == "https://idp.example.com/sso");
  CHECK(form->relay_state == "back to /a?b=c&d");
  const auto xml = base::Base64Decode(form->saml_request);
  REQUIRE(xml.has_value());
  CheckRequest(*xml, "https://idp.example.com/sso");
  CHECK(ToolVerifies(*xml, RsaKey(), "AuthnRequest"));
  CHECK_FALSE(
      ToolVerifies(Changed(*xml, kAcsUrl, "https://evil.example.com/"), RsaKey(), "AuthnRequest"));
}

TEST_CASE("what cannot be sent is said in a word") {
  IdpMetadata idp = Provider();
  idp.redirect_url.clear();
  CHECK(RedirectUrl(kSp, idp, Key(), Request()).status().message() ==
        "the identity provider takes no requests by HTTP-Redirect");
  idp.post_url.clear();
  CHECK(MakePostForm(kSp, idp, Key(), Request()).status().message() ==
        "the identity provider takes no requests by HTTP-POST");
  CHECK(RedirectUrl(kSp, Provider(), Key(), {kRequestId, std::string(81, 'x'), kNow})
            .status()
            .message() == "the relay state is longer than 80 bytes");
}

TEST_CASE("request IDs differ, and can stand in a document") {
  const std::string id = NewRequestId();
  CHECK(id.size() == 41);
  CHECK(id[0] == '_');
  CHECK(id != NewRequestId());
}

TEST_CASE("the key must be RSA, strong, and the certificate's own") {
  const auto reason = [](const TestKey& certificate, const TestKey& key) {
    return std::string(
        base::FromAbsl(SpKey::Load(certificate.CertificatePem(), key.Pem()).status().message()));
  };
  CHECK(reason(RsaKey(), RsaKey()) == "");
  CHECK(reason(EcKey(), EcKey()) ==
        "SAML requests are signed with RSA, and its key is another one");
  CHECK(reason(TestKey::Rsa(), RsaKey())
            .starts_with("the certificate and the key do not fit each other"));
  const TestKey weak = TestKey::Rsa(1024);
  CHECK(reason(weak, weak) == "its RSA key has less than 2048 bits");
}

TEST_CASE("our metadata name us, our key and where responses go") {
  ServiceProvider sp = kSp;
  sp.acs_url = "https://gw.example.com/saml/acs?a=1&b=\"2\"";
  const std::string ns = "urn:oasis:names:tc:SAML:2.0:metadata";
  const auto document = Document::Parse(SpMetadata(sp, Key()), {});
  REQUIRE(document.ok());
  CHECK(document->root().Attribute("entityID") == kSpId);
  const auto descriptor = document->root().Child(ns, "SPSSODescriptor");
  REQUIRE(descriptor.ok());
  CHECK(descriptor->Attribute("AuthnRequestsSigned") == "true");
  CHECK(descriptor->Attribute("WantAssertionsSigned") == "true");
  CHECK(descriptor->Child(ns, "AssertionConsumerService")->Attribute("Location") == sp.acs_url);
  bool found = false;
  for (const Element& element : document->Elements()) {
    if (element.name() != "X509Certificate") continue;
    found = true;
    CHECK(EVP_PKEY_eq(PinKey(*element.Text())->key.get(), RsaKey().get()) == 1);
  }
  CHECK(found);
}

}  // namespace
}  // namespace portreeve::saml
