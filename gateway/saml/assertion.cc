#include "saml/assertion.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <utility>

#include "identity/plain_text.h"
#include "saml/attributes.h"
#include "saml/date_time.h"
#include "saml/names.h"

namespace portreeve::saml {
namespace {

// Only children of SAML's own namespace with these names.
absl::Status CheckParts(const Element& element, std::initializer_list<std::string_view> names) {
  for (const Element& child : element.Children()) {
    if (child.ns() != kAssertionNs ||
        std::find(names.begin(), names.end(), child.name()) == names.end()) {
      return base::InvalidArgument("its " + std::string(element.name()) +
                                   " holds a part that is not allowed there");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<int64_t>> Time(const Element& element, const char* name) {
  const auto text = element.Attribute(name);
  if (!text) return std::optional<int64_t>();
  const auto time = ParseDateTime(*text);
  if (!time) return base::InvalidArgument("its " + std::string(name) + " is no time in UTC");
  return time;
}

absl::Status CheckHead(const Element& assertion, const Expectation& expected) {
  if (assertion.Attribute("Version") != "2.0") {
    return base::InvalidArgument("it is not of SAML 2.0");
  }
  RETURN_IF_ERROR(CheckParts(
      assertion, {"Issuer", "Subject", "Conditions", "AuthnStatement", "AttributeStatement"}));
  ASSIGN_OR_RETURN(const auto issued, Time(assertion, "IssueInstant"));
  if (!issued) return base::InvalidArgument("it has no IssueInstant");
  if (*issued > expected.now_unix_s + kMaxSkewS) {
    return base::InvalidArgument("it was issued in the future");
  }
  return absl::OkStatus();
}

// The end of the time in which it may be used.
absl::StatusOr<int64_t> CheckBearer(const Element& confirmation, const Expectation& expected) {
  if (confirmation.Attribute("Method") != kBearer) {
    return base::InvalidArgument("its subject is confirmed by another method than bearer");
  }
  RETURN_IF_ERROR(CheckParts(confirmation, {"SubjectConfirmationData"}));
  ASSIGN_OR_RETURN(const Element data, confirmation.Child(kAssertionNs, "SubjectConfirmationData"));
  RETURN_IF_ERROR(CheckParts(data, {}));
  if (data.Attribute("Recipient") != expected.sp.acs_url) {
    return base::InvalidArgument("its recipient is another service");
  }
  if (data.Attribute("InResponseTo") != expected.request_id) {
    return base::InvalidArgument("it answers another request");
  }
  if (data.Attribute("NotBefore")) {
    return base::InvalidArgument("its SubjectConfirmationData has a NotBefore");
  }
  ASSIGN_OR_RETURN(const auto end, Time(data, "NotOnOrAfter"));
  if (!end) return base::InvalidArgument("its SubjectConfirmationData has no NotOnOrAfter");
  if (*end + kMaxSkewS <= expected.now_unix_s) {
    return base::InvalidArgument("its subject confirmation has expired");
  }
  if (*end > expected.now_unix_s + kMaxLifetimeS + kMaxSkewS) {
    return base::InvalidArgument("it may be used for longer than a day");
  }
  return *end + kMaxSkewS;
}

struct Subject {
  std::string name;
  int64_t usable_until_unix_s = 0;
};

absl::StatusOr<Subject> ReadSubject(const Element& assertion, const Expectation& expected) {
  ASSIGN_OR_RETURN(const Element subject, assertion.Child(kAssertionNs, "Subject"));
  RETURN_IF_ERROR(CheckParts(subject, {"NameID", "SubjectConfirmation"}));
  ASSIGN_OR_RETURN(const Element name, subject.Child(kAssertionNs, "NameID"));
  ASSIGN_OR_RETURN(std::string text, name.Text());
  if (!identity::IsName(text)) {
    return base::InvalidArgument("its NameID is not 1 to 255 bytes of plain text");
  }
  if (name.AttributeOr("SPNameQualifier", expected.sp.entity_id) != expected.sp.entity_id) {
    return base::InvalidArgument("its NameID is one for another service");
  }
  ASSIGN_OR_RETURN(const Element confirmation, subject.Child(kAssertionNs, "SubjectConfirmation"));
  ASSIGN_OR_RETURN(const int64_t until, CheckBearer(confirmation, expected));
  return Subject{std::move(text), until};
}

absl::Status CheckAudience(const Element& restriction, const Expectation& expected) {
  RETURN_IF_ERROR(CheckParts(restriction, {"Audience"}));
  for (const Element& audience : restriction.Children()) {
    ASSIGN_OR_RETURN(const std::string text, audience.Text());
    if (text == expected.sp.entity_id) return absl::OkStatus();
  }
  return base::InvalidArgument("it is for another audience");
}

absl::Status CheckConditions(const Element& assertion, const Expectation& expected) {
  ASSIGN_OR_RETURN(const Element conditions, assertion.Child(kAssertionNs, "Conditions"));
  // A condition that is not understood makes it invalid (SAML core 2.5.1).
  RETURN_IF_ERROR(
      CheckParts(conditions, {"AudienceRestriction", "OneTimeUse", "ProxyRestriction"}));
  ASSIGN_OR_RETURN(const auto begin, Time(conditions, "NotBefore"));
  ASSIGN_OR_RETURN(const auto end, Time(conditions, "NotOnOrAfter"));
  if (begin && *begin > expected.now_unix_s + kMaxSkewS) {
    return base::InvalidArgument("it is not valid yet");
  }
  if (end && *end + kMaxSkewS <= expected.now_unix_s) {
    return base::InvalidArgument("it has expired");
  }
  const auto restrictions = conditions.Children(kAssertionNs, "AudienceRestriction");
  if (restrictions.empty()) return base::InvalidArgument("it is for no audience");
  for (const Element& restriction : restrictions) {
    RETURN_IF_ERROR(CheckAudience(restriction, expected));
  }
  return absl::OkStatus();
}

// The end of the session at the identity provider, as far as we go along with it.
absl::StatusOr<int64_t> ReadSessionEnd(const Element& assertion, int64_t now) {
  const auto statements = assertion.Children(kAssertionNs, "AuthnStatement");
  if (statements.empty()) return base::InvalidArgument("it has no AuthnStatement");
  std::optional<int64_t> session_end;
  for (const Element& statement : statements) {
    RETURN_IF_ERROR(CheckParts(statement, {"SubjectLocality", "AuthnContext"}));
    ASSIGN_OR_RETURN(const auto since, Time(statement, "AuthnInstant"));
    if (!since) return base::InvalidArgument("its AuthnStatement has no AuthnInstant");
    if (*since > now + kMaxSkewS) {
      return base::InvalidArgument("its AuthnInstant lies in the future");
    }
    ASSIGN_OR_RETURN(const auto end, Time(statement, "SessionNotOnOrAfter"));
    // No skew here: the session would end before it began.
    if (end && *end <= now) {
      return base::InvalidArgument("the session at the identity provider has ended");
    }
    if (end) session_end = std::min(*end, session_end.value_or(*end));
  }
  return std::min(session_end.value_or(now + kDefaultSessionS), now + kMaxLifetimeS);
}

}  // namespace

absl::StatusOr<ReadResult> ReadAssertion(const Element& assertion, const Expectation& expected) {
  RETURN_IF_ERROR(CheckHead(assertion, expected));
  ASSIGN_OR_RETURN(const Element issuer, assertion.Child(kAssertionNs, "Issuer"));
  ASSIGN_OR_RETURN(const std::string issuer_name, issuer.Text());
  if (issuer_name != expected.idp_entity_id ||
      issuer.AttributeOr("Format", kEntityFormat) != kEntityFormat) {
    return base::InvalidArgument("it is by another issuer");
  }
  RETURN_IF_ERROR(CheckConditions(assertion, expected));
  ASSIGN_OR_RETURN(Subject subject, ReadSubject(assertion, expected));
  ReadResult result;
  result.usable_until_unix_s = subject.usable_until_unix_s;
  identity::Principal& principal = result.principal;
  principal.subject = std::move(subject.name);
  principal.issuer = issuer_name;
  principal.issuer_name = expected.sp.name;
  principal.method = "saml";
  principal.credential_id = assertion.AttributeOr("ID", "");
  if (!identity::IsName(principal.credential_id)) {
    return base::InvalidArgument("it has no usable ID");
  }
  ASSIGN_OR_RETURN(principal.expires_unix_s, ReadSessionEnd(assertion, expected.now_unix_s));
  RETURN_IF_ERROR(ReadAttributes(assertion, expected.sp, principal));
  return result;
}

}  // namespace portreeve::saml
