// What an issuer answers. The first byte of the input says how the rest is used: 'u' as UserInfo,
// 'e' as a URL, anything else as metadata.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "identity/claims.h"
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
  if (!metadata->userinfo_endpoint.empty()) CheckEndpoint(metadata->userinfo_endpoint);
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'u') {
    TryUserInfo(text);
  } else if (data[0] == 'e') {
    TryUrl(text);
  } else {
    TryMetadata(text);
  }
  return 0;
}
