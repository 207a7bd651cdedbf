#include "saml/response_shape.h"

#include <algorithm>
#include <string>

#include "saml/names.h"
#include "saml/signature.h"

namespace portreeve::saml {
namespace {

constexpr std::string_view kStatusPrefix = "urn:oasis:names:tc:SAML:2.0:status:";
// The ones to name in a record; a stranger's text does not get there.
constexpr std::string_view kStatusNames[] = {
    "Requester",          "Responder",           "VersionMismatch",    "AuthnFailed",
    "NoAuthnContext",     "NoAvailableIDP",      "NoPassive",          "NoSupportedIDP",
    "ProxyCountExceeded", "RequestDenied",       "RequestUnsupported", "UnknownPrincipal",
    "UnsupportedBinding", "InvalidNameIDPolicy", "PartialLogout"};

std::string StatusName(const Element& code) {
  const std::string value = code.AttributeOr("Value", "");
  for (const std::string_view name : kStatusNames) {
    if (value == std::string(kStatusPrefix) + std::string(name)) return std::string(name);
  }
  return "an unknown status";
}

absl::Status CheckStatus(const Element& response) {
  ASSIGN_OR_RETURN(const Element status, response.Child(kProtocolNs, "Status"));
  ASSIGN_OR_RETURN(const Element code, status.Child(kProtocolNs, "StatusCode"));
  const auto inner = code.Children(kProtocolNs, "StatusCode");
  if (code.Attribute("Value") == kSuccess && inner.empty()) return absl::OkStatus();
  std::string name = StatusName(code);
  if (!inner.empty()) name += ", " + StatusName(inner[0]);
  return base::InvalidArgument("the identity provider answered with " + name);
}

bool IsParent(const Element& parent, const Element& child) {
  for (const Element& own : parent.Children()) {
    if (own.node() == child.node()) return true;
  }
  return false;
}

absl::Status CheckParts(const Element& response) {
  for (const Element& child : response.Children()) {
    if (!child.Is(kAssertionNs, "Issuer") && !child.Is(kAssertionNs, "Assertion") &&
        !child.Is(kSignatureNs, "Signature") && !child.Is(kProtocolNs, "Status")) {
      return base::InvalidArgument("it holds a part that is not allowed there");
    }
  }
  return absl::OkStatus();
}

// By local names alone, so that a namespace of somebody's own hides nothing.
absl::Status CheckElements(const Document& document, const Element& response,
                           const Element& assertion) {
  for (const Element& element : document.Elements()) {
    const std::string_view name = element.name();
    if (name == "Assertion" && element.node() != assertion.node()) {
      return base::InvalidArgument("it holds more than one assertion");
    }
    if (name == "Response" && element.node() != response.node()) {
      return base::InvalidArgument("it holds another response");
    }
    if (name == "Signature" && !IsParent(response, element) && !IsParent(assertion, element)) {
      return base::InvalidArgument("it holds a signature where none belongs");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckNotEncrypted(const Document& document) {
  for (const Element& element : document.Elements()) {
    if (element.name().starts_with("Encrypted")) {
      return base::InvalidArgument(
          "it is encrypted; only signed assertions in clear are taken: turn encryption off for "
          "this service at the identity provider");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ResponseShape> CheckResponseShape(const Document& document) {
  const Element response = document.root();
  if (!response.Is(kProtocolNs, "Response")) {
    return base::InvalidArgument("it is not a SAML 2.0 response");
  }
  if (response.Attribute("Version") != "2.0") return base::InvalidArgument("it is not of SAML 2.0");
  RETURN_IF_ERROR(CheckStatus(response));
  RETURN_IF_ERROR(CheckNotEncrypted(document));
  const auto assertions = response.Children(kAssertionNs, "Assertion");
  if (assertions.empty()) return base::InvalidArgument("it holds no assertion");
  RETURN_IF_ERROR(CheckElements(document, response, assertions[0]));
  RETURN_IF_ERROR(CheckParts(response));
  ResponseShape shape = {response, assertions[0], std::nullopt, std::nullopt};
  ASSIGN_OR_RETURN(shape.response_signature, FindSignature(response));
  ASSIGN_OR_RETURN(shape.assertion_signature, FindSignature(assertions[0]));
  return shape;
}

}  // namespace portreeve::saml
