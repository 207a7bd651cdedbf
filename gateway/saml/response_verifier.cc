#include "saml/response_verifier.h"

#include <optional>
#include <string>
#include <utility>

#include "base/encoding.h"
#include "saml/assertion.h"
#include "saml/names.h"
#include "saml/response_shape.h"
#include "saml/signature.h"
#include "saml/xml.h"

namespace portreeve::saml {
namespace {

constexpr XmlLimits kLimits = {.bytes = ResponseVerifier::kMaxResponseBytes};
// Four characters for three bytes, and a line break after every 60 of them at the most.
constexpr size_t kMaxFieldBytes = ResponseVerifier::kMaxResponseBytes / 3 * 4 * 16 / 15;

absl::StatusOr<std::string> DecodeField(std::string_view field) {
  if (field.size() > kMaxFieldBytes) return base::InvalidArgument("it is longer than 128 KiB");
  auto xml = base::Base64Decode(WithoutSpace(field));
  if (!xml) return base::InvalidArgument("it is not base64");
  return *std::move(xml);
}

// What `signature` proves of `element`, parsed again from the bytes that were signed.
absl::StatusOr<Document> ReadSigned(Document& document, const Element& element,
                                    const Element& signature, const std::vector<PinnedKey>& keys) {
  const std::string what = "the signature of its " + std::string(element.name());
  const auto bytes = VerifySignature(document, element, signature, keys);
  if (!bytes.ok()) return base::Annotate(bytes.status(), what);
  auto proved = Document::Parse(*bytes, kLimits);
  if (!proved.ok()) return base::Annotate(proved.status(), what + ": what was signed");
  if (!proved->root().Is(element.ns(), element.name()) ||
      proved->root().Attribute("ID") != element.Attribute("ID")) {
    return base::InvalidArgument(what + " covers something else");
  }
  return proved;
}

absl::Status CheckHead(const Element& response, const Expectation& expected) {
  ASSIGN_OR_RETURN(const auto issuer, response.OptionalChild(kAssertionNs, "Issuer"));
  if (issuer) {
    ASSIGN_OR_RETURN(const std::string name, issuer->Text());
    if (name != expected.idp_entity_id) return base::InvalidArgument("it is by another issuer");
  }
  if (response.Attribute("Destination") != expected.sp.acs_url) {
    return base::InvalidArgument("its destination is another service");
  }
  if (response.Attribute("InResponseTo") != expected.request_id) {
    return base::InvalidArgument("it answers another request");
  }
  return absl::OkStatus();
}

}  // namespace

ResponseVerifier::ResponseVerifier(ServiceProvider sp, IdpMetadata idp)
    : sp_(std::move(sp)), idp_(std::move(idp)) {}

absl::StatusOr<identity::Principal> ResponseVerifier::TryVerify(std::string_view saml_response,
                                                                std::string_view request_id,
                                                                int64_t now_unix_s,
                                                                AssertionMemory& used) const {
  if (request_id.empty()) return base::InvalidArgument("no request is waiting for it");
  if (idp_.valid_until_unix_s && *idp_.valid_until_unix_s <= now_unix_s) {
    return base::InvalidArgument("the identity provider's metadata has expired");
  }
  const Expectation expected = {sp_, idp_.entity_id, request_id, now_unix_s};
  ASSIGN_OR_RETURN(const std::string xml, DecodeField(saml_response));
  ASSIGN_OR_RETURN(Document document, Document::Parse(xml, kLimits));
  ASSIGN_OR_RETURN(const ResponseShape shape, CheckResponseShape(document));
  if (!shape.assertion_signature && !shape.response_signature) {
    return base::InvalidArgument("neither the response nor its assertion is signed");
  }
  // Every signature that is there must be right, also where the other one would suffice.
  std::optional<Document> response;
  std::optional<Document> assertion;
  if (shape.response_signature) {
    ASSIGN_OR_RETURN(response,
                     ReadSigned(document, shape.response, *shape.response_signature, idp_.keys));
  }
  if (shape.assertion_signature) {
    ASSIGN_OR_RETURN(assertion,
                     ReadSigned(document, shape.assertion, *shape.assertion_signature, idp_.keys));
  }
  RETURN_IF_ERROR(CheckHead(response ? response->root() : shape.response, expected));
  // A response that is signed as a whole covers its assertion: it is read from those bytes.
  const auto proved = assertion ? absl::StatusOr<Element>(assertion->root())
                                : response->root().Child(kAssertionNs, "Assertion");
  RETURN_IF_ERROR(proved.status());
  auto read = ReadAssertion(*proved, expected);
  if (!read.ok()) return base::Annotate(read.status(), "its assertion");
  const std::string key = idp_.entity_id + "\n" + read->principal.credential_id;
  absl::Status once = used.UseOnce(key, read->usable_until_unix_s, now_unix_s);
  if (!once.ok()) return base::Annotate(once, "its assertion");
  return std::move(read->principal);
}

std::variant<identity::Principal, identity::Rejection> ResponseVerifier::Verify(
    std::string_view saml_response, std::string_view request_id, int64_t now_unix_s,
    AssertionMemory& used) const {
  auto principal = TryVerify(saml_response, request_id, now_unix_s, used);
  if (principal.ok()) return *std::move(principal);
  const absl::Status status =
      base::Annotate(principal.status(), "the SAML response for `" + sp_.name + "`");
  return identity::Rejection{std::string(base::FromAbsl(status.message()))};
}

}  // namespace portreeve::saml
