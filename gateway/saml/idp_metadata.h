// What an identity provider says of itself (SAML 2.0 metadata), from a file of the operator's. Its
// one rule: this file is the only source of keys and addresses; nothing is fetched, and nothing in
// a later message can add to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "saml/pinned_key.h"

namespace portreeve::saml {

struct IdpMetadata {
  static constexpr size_t kMaxBytes = 512 * 1024;
  static constexpr size_t kMaxKeys = 8;

  std::string entity_id;
  std::vector<PinnedKey> keys;  // For signatures; at least one.
  std::string redirect_url;     // SingleSignOnService by HTTP-Redirect; empty if there is none.
  std::string post_url;         // By HTTP-POST; at least one of both is there.
  bool want_signed_requests = false;
  std::optional<int64_t> valid_until_unix_s;  // The earliest of what stands in it.

  // One EntityDescriptor with one IDPSSODescriptor for SAML 2.0. The message says what is wrong.
  static absl::StatusOr<IdpMetadata> Parse(std::string_view xml, int64_t now_unix_s);
};

}  // namespace portreeve::saml
