// Assertions that are rightly signed, and say something that must not be believed.
#include "responses.h"

namespace portreeve::saml {
namespace {

const identity::Principal Believed(const std::string& xml) {
  const Verdict verdict = Verify(xml);
  INFO(Reason(verdict));
  REQUIRE(std::holds_alternative<identity::Principal>(verdict));
  return std::get<identity::Principal>(verdict);
}

// Of the signed response with one change before it was signed.
std::string Why(std::string_view from, std::string_view to) { return Reason(SignedWith(from, to)); }

// Of a template with one change behind `mark`, signed.
std::string WhyBehind(std::string_view mark, std::string_view from, std::string_view to) {
  const std::string xml = Template();
  const size_t at = xml.find(mark);
  REQUIRE(at != std::string::npos);
  return Reason(Sign(xml.substr(0, at) + Changed(xml.substr(at), from, to)));
}

TEST_CASE("the unchanged response is believed") { CHECK(Reason(SignedResponse()) == ""); }

TEST_CASE("issuer, audience, recipient and destination must be the ones that are meant") {
  CHECK(WhyBehind("<saml:Assertion", "https://idp.example.com<", "https://idp.example.org<") ==
        "its assertion: it is by another issuer");
  CHECK(WhyBehind("<saml:Assertion", "<saml:Issuer", "<saml:Issuer Format=\"urn:x\"") ==
        "its assertion: it is by another issuer");
  CHECK(Why("https://idp.example.com<", "https://idp.example.org<") == "it is by another issuer");
  CHECK(Why("<saml:Audience>https://gw.example.com/saml<",
            "<saml:Audience>https://gw.example.com/<") ==
        "its assertion: it is for another audience");
  CHECK(Why("</saml:AudienceRestriction>",
            "</saml:AudienceRestriction><saml:AudienceRestriction><saml:Audience>x"
            "</saml:Audience></saml:AudienceRestriction>") ==
        "its assertion: it is for another audience");
  CHECK(Why("</saml:Audience>", "</saml:Audience><saml:Audience>x</saml:Audience>") == "");
  CHECK(Why("<saml:AudienceRestriction><saml:Audience>https://gw.example.com/saml</saml:Audience>"
            "</saml:AudienceRestriction>",
            "") == "its assertion: it is for no audience");
  CHECK(Why("Recipient=\"https://gw.example.com/saml/acs\"",
            "Recipient=\"https://gw.example.com/saml/ACS\"") ==
        "its assertion: its recipient is another service");
  CHECK(Why(" Recipient=\"https://gw.example.com/saml/acs\"", "") ==
        "its assertion: its recipient is another service");
  CHECK(Why("Destination=\"https://gw.example.com/saml/acs\"",
            "Destination=\"https://other.example.com/saml/acs\"") ==
        "its destination is another service");
  CHECK(Why(" Destination=\"https://gw.example.com/saml/acs\"", "") ==
        "its destination is another service");
}

TEST_CASE("response and assertion must answer the request that is waiting") {
  CHECK(Why("InResponseTo=\"_request1\"", "InResponseTo=\"_request2\"") ==
        "it answers another request");
  CHECK(Why(" InResponseTo=\"_request1\"", "") == "it answers another request");
  CHECK(WhyBehind("<saml:Assertion", "InResponseTo=\"_request1\"", "InResponseTo=\"_request2\"") ==
        "its assertion: it answers another request");
  CHECK(WhyBehind("<saml:Assertion", " InResponseTo=\"_request1\"", "") ==
        "its assertion: it answers another request");
}

TEST_CASE("times are held with a minute of skew, to the second") {
  CHECK(Why("NotBefore=\"2027-01-15T07:59:30Z", "NotBefore=\"2027-01-15T08:01:00Z") == "");
  CHECK(Why("NotBefore=\"2027-01-15T07:59:30Z", "NotBefore=\"2027-01-15T08:01:01Z") ==
        "its assertion: it is not valid yet");
  CHECK(Why("NotOnOrAfter=\"2027-01-15T08:04:00Z", "NotOnOrAfter=\"2027-01-15T07:59:01Z") == "");
  CHECK(Why("NotOnOrAfter=\"2027-01-15T08:04:00Z", "NotOnOrAfter=\"2027-01-15T07:59:00Z") ==
        "its assertion: it has expired");
  CHECK(Why("NotOnOrAfter=\"2027-01-15T08:05:00Z", "NotOnOrAfter=\"2027-01-15T07:59:01Z") == "");
  CHECK(Why("NotOnOrAfter=\"2027-01-15T08:05:00Z", "NotOnOrAfter=\"2027-01-15T07:59:00Z") ==
        "its assertion: its subject confirmation has expired");
  CHECK(Why("NotOnOrAfter=\"2027-01-15T08:05:00Z", "NotOnOrAfter=\"2027-01-16T08:01:00Z") == "");
  CHECK(Why("NotOnOrAfter=\"2027-01-15T08:05:00Z", "NotOnOrAfter=\"2027-01-16T08:01:01Z") ==
        "its assertion: it may be used for longer than a day");
  CHECK(Why("<saml:SubjectConfirmationData NotOnOrAfter=\"2027-01-15T08:05:00Z\"",
            "<saml:SubjectConfirmationData") ==
        "its assertion: its SubjectConfirmationData has no NotOnOrAfter");
  CHECK(Why("<saml:SubjectConfirmationData",
            "<saml:SubjectConfirmationData NotBefore=\"2027-01-15T07:00:00Z\"") ==
        "its assertion: its SubjectConfirmationData has a NotBefore");
  CHECK(Why("NotBefore=\"2027-01-15T07:59:30Z", "NotBefore=\"2027-01-15T07:59:30+00:00") ==
        "its assertion: its NotBefore is no time in UTC");
  CHECK(Why("NotOnOrAfter=\"2027-01-15T08:04:00Z", "NotOnOrAfter=\"never") ==
        "its assertion: its NotOnOrAfter is no time in UTC");
  CHECK(Why("IssueInstant=\"2027-01-15T07:59:59Z", "IssueInstant=\"2027-01-15T08:01:01Z") ==
        "its assertion: it was issued in the future");
  CHECK(Why(" IssueInstant=\"2027-01-15T07:59:59Z\"", "") ==
        "its assertion: it has no IssueInstant");
  CHECK(Why("AuthnInstant=\"2027-01-15T07:00:00Z", "AuthnInstant=\"2027-01-15T08:01:01Z") ==
        "its assertion: its AuthnInstant lies in the future");
}

TEST_CASE("the session ends with the one at the identity provider, or after a bounded time") {
  const std::string end = "SessionNotOnOrAfter=\"2027-01-15T12:00:00Z\"";
  CHECK(Why(end, "SessionNotOnOrAfter=\"2027-01-15T08:00:00Z\"") ==
        "its assertion: the session at the identity provider has ended");
  CHECK(Believed(SignedWith(end, "SessionNotOnOrAfter=\"2027-01-15T08:00:01Z\"")).expires_unix_s ==
        kNow + 1);
  CHECK(Believed(SignedWith(end, "")).expires_unix_s == kNow + 8 * 3600);
  CHECK(Believed(SignedWith(end, "SessionNotOnOrAfter=\"2028-01-15T08:00:00Z\"")).expires_unix_s ==
        kNow + 24 * 3600);
  CHECK(
      Believed(SignedWith("</saml:AuthnStatement>",
                          "</saml:AuthnStatement><saml:AuthnStatement AuthnInstant=\""
                          "2027-01-15T07:00:00Z\" SessionNotOnOrAfter=\"2027-01-15T09:00:00Z\"/>"))
          .expires_unix_s == kNow + 3600);
}

TEST_CASE("only success is a success, and the status is named") {
  const std::string success = "urn:oasis:names:tc:SAML:2.0:status:Success\"/>";
  CHECK(Why(success, "urn:oasis:names:tc:SAML:2.0:status:Responder\"/>") ==
        "the identity provider answered with Responder");
  CHECK(Why(success,
            "urn:oasis:names:tc:SAML:2.0:status:Responder\"><samlp:StatusCode Value=\""
            "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed\"/></samlp:StatusCode>") ==
        "the identity provider answered with Responder, AuthnFailed");
  CHECK(Why(success, "ana@example.com\"/>") ==
        "the identity provider answered with an unknown status");
  CHECK(Why(success,
            "urn:oasis:names:tc:SAML:2.0:status:Success\"><samlp:StatusCode Value=\"x\"/>"
            "</samlp:StatusCode>") ==
        "the identity provider answered with an unknown status, an unknown status");
}

TEST_CASE("the subject is a NameID in plain text, confirmed for its bearer alone") {
  CHECK(Why("ana@example.com<", "<") ==
        "its assertion: its NameID is not 1 to 255 bytes of plain text");
  CHECK(Why("ana@example.com<", "ana\nroot<") ==
        "its assertion: its NameID is not 1 to 255 bytes of plain text");
  CHECK(Why("ana@example.com<", "ana\xe2\x80\xae<") ==
        "its assertion: its NameID is not 1 to 255 bytes of plain text");
  CHECK(Why("ana@example.com<", std::string(256, 'a') + "<") ==
        "its assertion: its NameID is not 1 to 255 bytes of plain text");
  CHECK(Why("ana@example.com<", "ana<saml:b/>@example.com<") ==
        "its assertion: its NameID is not plain text");
  CHECK(Why("<saml:NameID>", "<saml:NameID SPNameQualifier=\"https://other.example.com\">") ==
        "its assertion: its NameID is one for another service");
  CHECK(Why("</saml:NameID>", "</saml:NameID><saml:NameID>root</saml:NameID>") ==
        "its assertion: it has more than one NameID");
  CHECK(Why("cm:bearer", "cm:holder-of-key") ==
        "its assertion: its subject is confirmed by another method than bearer");
  CHECK(Why("</saml:SubjectConfirmation>",
            "</saml:SubjectConfirmation><saml:SubjectConfirmation Method=\"x\"/>") ==
        "its assertion: it has more than one SubjectConfirmation");
  CHECK(Why("<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">",
            "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">"
            "<saml:NameID>proxy</saml:NameID>") ==
        "its assertion: its SubjectConfirmation holds a part that is not allowed there");
}

TEST_CASE("parts and conditions that are not known refuse the assertion") {
  CHECK(Why("</saml:AudienceRestriction>", "</saml:AudienceRestriction><saml:OneTimeUse/>") == "");
  CHECK(Why("</saml:AudienceRestriction>", "</saml:AudienceRestriction><saml:Condition/>") ==
        "its assertion: its Conditions holds a part that is not allowed there");
  CHECK(Why("<saml:Conditions", "<saml:Advice/><saml:Conditions") ==
        "its assertion: its Assertion holds a part that is not allowed there");
  CHECK(Why("<saml:Conditions", "<saml:Conditions/><saml:Conditions") ==
        "its assertion: it has more than one Conditions");
  CHECK(WhyBehind("<saml:Assertion", "Version=\"2.0\"", "Version=\"1.1\"") ==
        "its assertion: it is not of SAML 2.0");
  CHECK(Why("Version=\"2.0\"", "Version=\"1.1\"") == "it is not of SAML 2.0");
}

TEST_CASE("attributes of one value are claims; what the assertion says elsewhere is none of them") {
  const auto with = [](const std::string& attribute) {
    return SignedWith("</saml:AttributeStatement>", attribute + "</saml:AttributeStatement>");
  };
  const auto one = [](const std::string& name, const std::string& values) {
    return "<saml:Attribute Name=\"" + name + "\">" + values + "</saml:Attribute>";
  };
  const std::string value = "<saml:AttributeValue>root@example.com</saml:AttributeValue>";
  const std::pair<std::string, std::string> mail = {"mail", "root@example.com"};
  CHECK(Believed(with(one("mail", value))).claims.back() == mail);
  for (const char* name : {"sub", "iss", "aud", "azp", "act", "jti", "a\xe2\x80\xae"}) {
    INFO(name);
    CHECK(Believed(with(one(name, value))).claims.size() == 4);
  }
  CHECK(Believed(with(one("mail", value + value))).claims.size() == 4);
  CHECK(Believed(with(one("mail", ""))).claims.size() == 4);
  CHECK(Believed(with(one("mail",
                          "<saml:AttributeValue><saml:NameID>x</saml:NameID>"
                          "</saml:AttributeValue>")))
            .claims.size() == 4);
  CHECK(Believed(with(one("department", value))).claims.size() == 3);
  CHECK(Reason(with(one("", value))) ==
        "its assertion: its AttributeStatement holds a part that is not allowed there");
  CHECK(Reason(with(one("mail", "<saml:Value/>"))) ==
        "its assertion: its Attribute holds a part that is not allowed there");
}

TEST_CASE("groups are a bounded list of names") {
  const auto with = [](const std::string& group, size_t times) {
    return SignedWith("<saml:AttributeValue>data-eu</saml:AttributeValue>",
                      Repeated("<saml:AttributeValue>" + group + "</saml:AttributeValue>", times));
  };
  const std::string why = "its assertion: its groups are no list of at most 256 names";
  CHECK(Believed(with("a", 255)).groups.size() == 256);
  CHECK(Reason(with("a", 256)) == why);
  CHECK(Reason(with("a\nb", 1)) == why);
  CHECK(Reason(with("<saml:b/>", 1)) == why);
  CHECK(Believed(with("", 1)).groups == std::vector<std::string>{"sre"});
  const std::string apart = "</saml:Attribute><saml:Attribute Name=\"groups\">";
  const std::string second = "<saml:AttributeValue>data-eu";
  CHECK(Believed(SignedWith(second, apart + second)).groups ==
        std::vector<std::string>{"sre", "data-eu"});
  CHECK(Believed(SignedWith("Name=\"groups\"", "Name=\"teams\"")).groups.empty());
}

}  // namespace
}  // namespace portreeve::saml
