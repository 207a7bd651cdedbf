#include "oidc/device_login.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "identity/plain_text.h"
#include "identity/strict_json.h"
#include "identity/token_verifier.h"

namespace portreeve::oidc {
namespace {

using nlohmann::json;

constexpr int64_t kSlowDownS = 5;  // RFC 8628 3.5.
constexpr int64_t kMostIntervalS = 60;
constexpr long kOk = 200;

// Empty if it is absent or no text.
std::string Text(const json& object, const char* name) {
  const auto found = object.find(name);
  const auto* text = found == object.end() ? nullptr : found->get_ptr<const std::string*>();
  return text == nullptr ? "" : *text;
}

int64_t Seconds(const json& object, const char* name, int64_t otherwise, int64_t most) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_unsigned()) return otherwise;
  return static_cast<int64_t>(std::min(found->get<uint64_t>(), static_cast<uint64_t>(most)));
}

absl::Status CheckToken(const std::string& token) {
  const bool fits =
      token.size() <= identity::TokenVerifier::kMaxTokenBytes &&
      std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  return fits ? absl::OkStatus() : base::Unavailable("a token of the answer is no plain text");
}

// The `error` of RFC 6749 5.2, if it is one that may be shown.
std::string ErrorCode(const HttpAnswer& answer) {
  const auto document = identity::ParseStrictObject(answer.body);
  const std::string code = document.ok() ? Text(*document, "error") : "";
  return identity::IsName(code) ? code : "HTTP status " + std::to_string(answer.status);
}

absl::Status Denied(const std::string& why) {
  return absl::UnauthenticatedError(base::ToAbsl("not signed in: " + why));
}

}  // namespace

absl::StatusOr<DeviceCode> ParseDeviceCode(std::string_view text, const EndpointUrl& issuer) {
  auto document = identity::ParseStrictObject(text);
  if (!document.ok()) return base::Annotate(document.status(), "the issuer's answer");
  DeviceCode code;
  code.device_code = Text(*document, "device_code");
  code.user_code = Text(*document, "user_code");
  code.verification_uri = Text(*document, "verification_uri");
  code.verification_uri_complete = Text(*document, "verification_uri_complete");
  if (code.device_code.empty() || !identity::IsName(code.user_code)) {
    return base::Unavailable("the issuer's answer has no code");
  }
  for (const std::string* uri : {&code.verification_uri, &code.verification_uri_complete}) {
    if (uri == &code.verification_uri_complete && uri->empty()) continue;
    const auto url = ParseEndpointUrl(*uri);
    if (!url.ok() || (issuer.https && !url->https)) {
      return base::Unavailable("the issuer's answer names no https address to go to");
    }
  }
  code.expires_in_s = Seconds(*document, "expires_in", 0, DeviceLogin::kMostWaitS);
  code.interval_s = std::max<int64_t>(1, Seconds(*document, "interval", 5, kMostIntervalS));
  return code;
}

absl::StatusOr<Tokens> ParseTokens(std::string_view text) {
  auto document = identity::ParseStrictObject(text);
  if (!document.ok()) return base::Annotate(document.status(), "the issuer's answer");
  Tokens tokens{Text(*document, "access_token"), Text(*document, "id_token"),
                Text(*document, "refresh_token")};
  if (tokens.access_token.empty()) return base::Unavailable("the issuer's answer has no token");
  for (const std::string* token : {&tokens.access_token, &tokens.id_token, &tokens.refresh_token}) {
    RETURN_IF_ERROR(CheckToken(*token));
  }
  return tokens;
}

absl::StatusOr<std::unique_ptr<DeviceLogin>> DeviceLogin::Discover(const EndpointUrl& issuer,
                                                                   std::filesystem::path ca_file) {
  std::unique_ptr<DeviceLogin> login(new DeviceLogin(issuer, std::move(ca_file)));
  const std::string where = MetadataUrl(issuer.text);
  auto document = login->fetcher_.Get({where, issuer.https}, {});
  if (!document.ok()) return base::Annotate(document.status(), where);
  auto metadata = ParseMetadata(*document, issuer);
  if (!metadata.ok()) return base::Annotate(metadata.status(), where);
  login->metadata_ = *std::move(metadata);
  if (login->metadata_.token_endpoint.empty()) {
    return base::Unavailable(where + ": it names no `token_endpoint` that may be asked");
  }
  return login;
}

absl::StatusOr<HttpAnswer> DeviceLogin::Post(const std::string& endpoint, const Form& form) {
  ASSIGN_OR_RETURN(const EndpointUrl url, ParseEndpointUrl(endpoint));
  auto answer = fetcher_.Post(url, form, {});
  if (!answer.ok()) return base::Annotate(answer.status(), endpoint);
  return answer;
}

absl::StatusOr<DeviceCode> DeviceLogin::Begin(const DeviceClient& client) {
  const std::string& endpoint = metadata_.device_authorization_endpoint;
  if (endpoint.empty()) return base::Unavailable("the issuer gives no device codes");
  Form form = {{"client_id", client.client_id}, {"scope", client.scope}};
  if (!client.resource.empty()) form.emplace_back("resource", client.resource);
  ASSIGN_OR_RETURN(const HttpAnswer answer, Post(endpoint, form));
  if (answer.status != kOk) return Denied("the issuer says " + ErrorCode(answer));
  return ParseDeviceCode(answer.body, issuer_);
}

absl::StatusOr<Tokens> DeviceLogin::Await(const DeviceClient& client, const DeviceCode& code,
                                          const Sleep& sleep) {
  Form form = {{"grant_type", "urn:ietf:params:oauth:grant-type:device_code"},
               {"device_code", code.device_code},
               {"client_id", client.client_id}};
  if (!client.resource.empty()) form.emplace_back("resource", client.resource);
  int64_t interval_s = code.interval_s;
  for (int64_t waited_s = 0; waited_s < code.expires_in_s; waited_s += interval_s) {
    sleep(interval_s);
    ASSIGN_OR_RETURN(const HttpAnswer answer, Post(metadata_.token_endpoint, form));
    if (answer.status == kOk) return ParseTokens(answer.body);
    const std::string error = ErrorCode(answer);
    if (error == "slow_down") {
      interval_s = std::min(interval_s + kSlowDownS, kMostIntervalS);
    } else if (error != "authorization_pending") {
      return Denied("the issuer says " + error);
    }
  }
  return Denied("nobody entered the code in time");
}

absl::StatusOr<Tokens> DeviceLogin::Refresh(const DeviceClient& client,
                                            const std::string& refresh_token) {
  Form form = {{"grant_type", "refresh_token"},
               {"refresh_token", refresh_token},
               {"client_id", client.client_id}};
  if (!client.resource.empty()) form.emplace_back("resource", client.resource);
  ASSIGN_OR_RETURN(const HttpAnswer answer, Post(metadata_.token_endpoint, form));
  if (answer.status != kOk) return Denied("the issuer says " + ErrorCode(answer));
  return ParseTokens(answer.body);
}

}  // namespace portreeve::oidc
