// What an issuer answers. The first byte of the input says how the rest is used: 'u' as UserInfo,
// 'e' as a URL, 'd' as a device code, 't' as tokens, anything else as metadata.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "identity/claims.h"
#include "identity/plain_text.h"
#include "oidc/device_login.h"
#include "oidc/discovery.h"
#include "oidc/endpoint_url.h"
#include "oidc/user_info.h"

namespace {

namespace base = portreeve::base;
namespace oidc = portreeve::oidc;

void CheckEndpoint(const std::string& url) {
  PORTREEVE_CHECK(url.starts_with("https://") && url.size() <= oidc::kMaxUrlBytes);
  for (const char character : url) PORTREEVE_CHECK(character > 0x20 && character < 0x7f);
}

// What was refused is said without its own words.
void CheckMessage(const absl::Status& status) {
  for (const char character : base::FromAbsl(status.message())) {
    PORTREEVE_CHECK(character >= 0x20 && character < 0x7f);
  }
}

void TryMetadata(std::string_view text) {
  const auto metadata = oidc::ParseMetadata(text, {"https://id.example.com", true});
  if (!metadata.ok()) return CheckMessage(metadata.status());
  CheckEndpoint(metadata->jwks_uri);
  for (const std::string* optional : {&metadata->userinfo_endpoint, &metadata->token_endpoint,
                                      &metadata->device_authorization_endpoint}) {
    if (!optional->empty()) CheckEndpoint(*optional);
  }
}

void TryUserInfo(std::string_view text) {
  const auto groups = oidc::ParseUserInfo(text, "ana", "groups");
  if (!groups.ok()) return CheckMessage(groups.status());
  PORTREEVE_CHECK(groups->size() <= portreeve::identity::kMaxGroups);
}

void TryUrl(std::string_view text) {
  const auto url = oidc::ParseEndpointUrl(text);
  if (!url.ok()) return CheckMessage(url.status());
  PORTREEVE_CHECK(url->text == text);
  if (url->https) return CheckEndpoint(url->text);
  PORTREEVE_CHECK(text.starts_with("http://localhost") || text.starts_with("http://127.0.0.1") ||
                  text.starts_with("http://[::1]"));
}

void TryDeviceCode(std::string_view text) {
  const auto code = oidc::ParseDeviceCode(text, {"https://id.example.com", true});
  if (!code.ok()) return CheckMessage(code.status());
  PORTREEVE_CHECK(portreeve::identity::IsName(code->user_code));
  CheckEndpoint(code->verification_uri);
  if (!code->verification_uri_complete.empty()) CheckEndpoint(code->verification_uri_complete);
  PORTREEVE_CHECK(code->interval_s >= 1 && code->expires_in_s <= oidc::DeviceLogin::kMostWaitS);
}

void TryTokens(std::string_view text) {
  const auto tokens = oidc::ParseTokens(text);
  if (!tokens.ok()) return CheckMessage(tokens.status());
  PORTREEVE_CHECK(!tokens->access_token.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'u') {
    TryUserInfo(text);
  } else if (data[0] == 'e') {
    TryUrl(text);
  } else if (data[0] == 'd') {
    TryDeviceCode(text);
  } else if (data[0] == 't') {
    TryTokens(text);
  } else {
    TryMetadata(text);
  }
  return 0;
}
