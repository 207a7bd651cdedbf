#include "responses.h"

#include <spawn.h>
#include <sys/wait.h>

#include <fstream>
#include <utility>

#include "base/encoding.h"
#include "base/file.h"
#include "support/temp_folder.h"

extern char** environ;

namespace portreeve::saml {
namespace {

constexpr std::string_view kCommonReason = "the SAML response for `corp`: ";

int Run(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  REQUIRE(posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) == 0);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return status;
}

void Write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

}  // namespace

std::string EmptySignature(std::string_view id) {
  return "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo>"
         "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>"
         "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>"
         "<ds:Reference URI=\"#" +
         std::string(id) +
         "\"><ds:Transforms>"
         "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>"
         "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></ds:Transforms>"
         "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>"
         "<ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>";
}

std::string Template(bool assertion, bool response) {
  return "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\""
         " xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\""
         " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\""
         " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
         " ID=\"_r1\" Version=\"2.0\" IssueInstant=\"2027-01-15T08:00:00Z\""
         " Destination=\"https://gw.example.com/saml/acs\" InResponseTo=\"_request1\">"
         "<saml:Issuer>https://idp.example.com</saml:Issuer>" +
         (response ? EmptySignature("_r1") : "") +
         "<samlp:Status><samlp:StatusCode"
         " Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>"
         "<saml:Assertion ID=\"_a1\" Version=\"2.0\" IssueInstant=\"2027-01-15T07:59:59Z\">"
         "<saml:Issuer>https://idp.example.com</saml:Issuer>" +
         (assertion ? EmptySignature("_a1") : "") +
         "<saml:Subject><saml:NameID>ana@example.com</saml:NameID>"
         "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">"
         "<saml:SubjectConfirmationData NotOnOrAfter=\"2027-01-15T08:05:00Z\""
         " Recipient=\"https://gw.example.com/saml/acs\" InResponseTo=\"_request1\"/>"
         "</saml:SubjectConfirmation></saml:Subject>"
         "<saml:Conditions NotBefore=\"2027-01-15T07:59:30Z\" "
         "NotOnOrAfter=\"2027-01-15T08:04:00Z\">"
         "<saml:AudienceRestriction><saml:Audience>https://gw.example.com/saml</saml:Audience>"
         "</saml:AudienceRestriction></saml:Conditions>"
         "<saml:AuthnStatement AuthnInstant=\"2027-01-15T07:00:00Z\" SessionIndex=\"_s1\""
         " SessionNotOnOrAfter=\"2027-01-15T12:00:00Z\"><saml:AuthnContext>"
         "<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
         "</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>"
         "<saml:AttributeStatement>"
         "<saml:Attribute Name=\"groups\"><saml:AttributeValue xsi:type=\"xs:string\">sre"
         "</saml:AttributeValue><saml:AttributeValue>data-eu</saml:AttributeValue></saml:Attribute>"
         "<saml:Attribute Name=\"department\"><saml:AttributeValue>payments</saml:AttributeValue>"
         "</saml:Attribute></saml:AttributeStatement></saml:Assertion></samlp:Response>";
}

std::string Sign(const std::string& xml, const TestKey& key, std::string_view parent) {
  const support::TempFolder folder;
  const auto file = [&](const char* name) { return (folder.path() / name).string(); };
  Write(file("key.pem"), key.Pem());
  Write(file("certificate.pem"), key.CertificatePem());
  Write(file("template.xml"), xml);
  const std::vector<std::string> command = {
      "xmlsec1",
      "--sign",
      "--privkey-pem",
      file("key.pem") + "," + file("certificate.pem"),
      "--id-attr:ID",
      "Assertion",
      "--id-attr:ID",
      "Response",
      "--node-xpath",
      "(//*[local-name()='" + std::string(parent) + "']/*[local-name()='Signature'])[1]",
      "--output",
      file("signed.xml"),
      file("template.xml")};
  REQUIRE(Run(command) == 0);
  const auto read = base::ReadFile(file("signed.xml"), 1024 * 1024);
  REQUIRE(read.ok());
  return *read;
}

bool ToolVerifies(const std::string& xml, const TestKey& key, const std::string& of) {
  const support::TempFolder folder;
  const auto file = [&](const char* name) { return (folder.path() / name).string(); };
  Write(file("certificate.pem"), key.CertificatePem());
  Write(file("signed.xml"), xml);
  return Run({"xmlsec1", "--verify", "--pubkey-cert-pem", file("certificate.pem"), "--id-attr:ID",
              of, file("signed.xml")}) == 0;
}

const std::string& SignedResponse() {
  static const std::string response = Sign(Template());
  return response;
}

IdpMetadata Idp(const std::vector<const TestKey*>& keys) {
  IdpMetadata idp;
  idp.entity_id = kIdpId;
  idp.post_url = "https://idp.example.com/sso";
  for (const TestKey* key : keys) {
    auto pinned = PinKey(key->Certificate());
    REQUIRE(pinned.ok());
    idp.keys.push_back(*std::move(pinned));
  }
  return idp;
}

ResponseVerifier Verifier() {
  return ResponseVerifier({"corp", kSpId, kAcsUrl, "groups"}, Idp({&RsaKey(), &EcKey()}));
}

Verdict Verify(std::string_view xml, const ResponseVerifier& verifier) {
  BoundedAssertionMemory used;
  return verifier.Verify(base::Base64Encode(xml), kRequestId, kNow, used);
}

std::string Reason(const Verdict& verdict) {
  const auto* rejection = std::get_if<identity::Rejection>(&verdict);
  if (rejection == nullptr) return "";
  REQUIRE(rejection->message.starts_with(kCommonReason));
  // What may stand in a record: nothing of the assertion, and one line.
  for (const char* value : {"ana", "payments", "sre", "_a1", "_r1", "root@"}) {
    CHECK(rejection->message.find(value) == std::string::npos);
  }
  for (const char c : rejection->message) CHECK((c >= 0x20 && c < 0x7f));
  return rejection->message.substr(kCommonReason.size());
}

std::string Reason(std::string_view xml) { return Reason(Verify(xml)); }

}  // namespace portreeve::saml
