#include "oidc/discovery.h"

#include <nlohmann/json.hpp>

#include "identity/strict_json.h"

namespace portreeve::oidc {
namespace {

using nlohmann::json;

// Empty if there is none of that name.
absl::StatusOr<std::string> Endpoint(const json& document, const std::string& name,
                                     const EndpointUrl& issuer) {
  const auto found = document.find(name);
  if (found == document.end()) return std::string();
  const auto* text = found->get_ptr<const std::string*>();
  if (text == nullptr) return base::InvalidArgument("its `" + name + "` is no text");
  auto url = ParseEndpointUrl(*text);
  if (!url.ok()) {
    return base::InvalidArgument("its `" + name + "` " +
                                 std::string(base::FromAbsl(url.status().message())));
  }
  if (issuer.https && !url->https) {
    return base::InvalidArgument("its `" + name + "` must begin with https://");
  }
  return std::move(url->text);
}

}  // namespace

absl::StatusOr<Metadata> ParseMetadata(std::string_view text, const EndpointUrl& issuer) {
  if (text.size() > kMaxMetadataBytes) return base::InvalidArgument("the metadata is too large");
  auto document = identity::ParseStrictObject(text);
  if (!document.ok()) return base::Annotate(document.status(), "the metadata");
  const auto named = document->find("issuer");
  if (named == document->end() || *named != issuer.text) {
    return base::InvalidArgument("the metadata names another issuer");
  }
  Metadata metadata;
  ASSIGN_OR_RETURN(metadata.jwks_uri, Endpoint(*document, "jwks_uri", issuer));
  if (metadata.jwks_uri.empty()) return base::InvalidArgument("the metadata has no `jwks_uri`");
  // What is not needed for keys must not keep them away: an endpoint that may not be asked is none.
  const auto optional = [&](const char* name) {
    return Endpoint(*document, name, issuer).value_or(std::string());
  };
  metadata.userinfo_endpoint = optional("userinfo_endpoint");
  metadata.token_endpoint = optional("token_endpoint");
  metadata.device_authorization_endpoint = optional("device_authorization_endpoint");
  return metadata;
}

}  // namespace portreeve::oidc
