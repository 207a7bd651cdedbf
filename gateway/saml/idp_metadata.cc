#include "saml/idp_metadata.h"

#include <algorithm>
#include <utility>

#include "saml/date_time.h"
#include "saml/names.h"
#include "saml/xml.h"

namespace portreeve::saml {
namespace {

constexpr size_t kMaxUriBytes = 1024;  // SAML core 8.3.6 has it for entity IDs.

bool IsUri(std::string_view text) {
  return !text.empty() && text.size() <= kMaxUriBytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

absl::Status ReadValidUntil(const Element& element, int64_t now, std::optional<int64_t>& earliest) {
  const auto text = element.Attribute("validUntil");
  if (!text) return absl::OkStatus();
  const auto time = ParseDateTime(*text);
  if (!time) return base::InvalidArgument("its validUntil is no time in UTC");
  if (*time <= now) return base::InvalidArgument("it was valid until " + FormatDateTime(*time));
  if (!earliest || *time < *earliest) earliest = time;
  return absl::OkStatus();
}

absl::StatusOr<Element> FindDescriptor(const Element& entity) {
  const auto descriptors = entity.Children(kMetadataNs, "IDPSSODescriptor");
  if (descriptors.empty()) {
    return base::InvalidArgument("it has no IDPSSODescriptor: it is not an identity provider's");
  }
  if (descriptors.size() > 1) return base::InvalidArgument("it has more than one IDPSSODescriptor");
  const std::string protocols = descriptors[0].AttributeOr("protocolSupportEnumeration", "");
  if (protocols.find(kProtocolNs) == std::string::npos) {
    return base::InvalidArgument("its IDPSSODescriptor is not for SAML 2.0");
  }
  return descriptors[0];
}

// The certificates of one KeyDescriptor.
absl::Status ReadKeys(const Element& descriptor, std::vector<PinnedKey>& keys) {
  ASSIGN_OR_RETURN(const Element info, descriptor.Child(kSignatureNs, "KeyInfo"));
  for (const Element& data : info.Children(kSignatureNs, "X509Data")) {
    for (const Element& certificate : data.Children(kSignatureNs, "X509Certificate")) {
      if (keys.size() == IdpMetadata::kMaxKeys) {
        return base::InvalidArgument("it has more than 8 signing certificates");
      }
      ASSIGN_OR_RETURN(const std::string text, certificate.Text());
      auto key = PinKey(text);
      if (!key.ok()) {
        return base::Annotate(key.status(),
                              "signing certificate " + std::to_string(keys.size() + 1));
      }
      keys.push_back(*std::move(key));
    }
  }
  return absl::OkStatus();
}

absl::Status ReadAllKeys(const Element& descriptor, std::vector<PinnedKey>& keys) {
  for (const Element& key : descriptor.Children(kMetadataNs, "KeyDescriptor")) {
    // Without `use` it is for both (SAML metadata 2.4.1.1).
    const std::string use = key.AttributeOr("use", "signing");
    if (use != "signing" && use != "encryption") {
      return base::InvalidArgument("it has a KeyDescriptor of unknown use");
    }
    if (use == "signing") RETURN_IF_ERROR(ReadKeys(key, keys));
  }
  if (keys.empty()) return base::InvalidArgument("it has no signing certificate");
  return absl::OkStatus();
}

absl::Status ReadServices(const Element& descriptor, IdpMetadata& metadata) {
  for (const Element& service : descriptor.Children(kMetadataNs, "SingleSignOnService")) {
    const std::string binding = service.AttributeOr("Binding", "");
    std::string* url = binding == kRedirectBinding ? &metadata.redirect_url
                       : binding == kPostBinding   ? &metadata.post_url
                                                   : nullptr;
    if (url == nullptr || !url->empty()) continue;  // The first of each is the one to use.
    *url = service.AttributeOr("Location", "");
    const bool http = url->starts_with("https://") || url->starts_with("http://");
    if (!http || !IsUri(*url)) {
      return base::InvalidArgument("it has a SingleSignOnService whose Location is no web address");
    }
  }
  if (metadata.redirect_url.empty() && metadata.post_url.empty()) {
    return base::InvalidArgument("it has no SingleSignOnService by HTTP-Redirect or HTTP-POST");
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> ReadBoolean(const Element& element, const char* name) {
  const std::string text = element.AttributeOr(name, "false");
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return base::InvalidArgument("its " + std::string(name) + " is neither true nor false");
}

}  // namespace

absl::StatusOr<IdpMetadata> IdpMetadata::Parse(std::string_view xml, int64_t now_unix_s) {
  const XmlLimits limits = {.bytes = kMaxBytes, .comments = true};
  ASSIGN_OR_RETURN(const Document document, Document::Parse(xml, limits));
  const Element entity = document.root();
  if (entity.Is(kMetadataNs, "EntitiesDescriptor")) {
    return base::InvalidArgument("it describes several entities: give the one that is meant");
  }
  if (!entity.Is(kMetadataNs, "EntityDescriptor")) {
    return base::InvalidArgument("it is not SAML 2.0 metadata: its root is no EntityDescriptor");
  }
  IdpMetadata metadata;
  metadata.entity_id = entity.AttributeOr("entityID", "");
  if (!IsUri(metadata.entity_id)) {
    return base::InvalidArgument("its entityID is not 1 to 1024 characters without spaces");
  }
  ASSIGN_OR_RETURN(const Element descriptor, FindDescriptor(entity));
  RETURN_IF_ERROR(ReadValidUntil(entity, now_unix_s, metadata.valid_until_unix_s));
  RETURN_IF_ERROR(ReadValidUntil(descriptor, now_unix_s, metadata.valid_until_unix_s));
  RETURN_IF_ERROR(ReadAllKeys(descriptor, metadata.keys));
  RETURN_IF_ERROR(ReadServices(descriptor, metadata));
  ASSIGN_OR_RETURN(metadata.want_signed_requests,
                   ReadBoolean(descriptor, "WantAuthnRequestsSigned"));
  return metadata;
}

}  // namespace portreeve::saml
