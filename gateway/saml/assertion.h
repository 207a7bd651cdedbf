// One assertion, read from the bytes that were signed. Its one rule: a part that we do not know, or
// that has not the shape it must have, refuses the assertion, also where it would only be noted
// down.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "identity/principal.h"
#include "saml/service_provider.h"
#include "saml/xml.h"

namespace portreeve::saml {

inline constexpr int64_t kMaxSkewS = 60;
inline constexpr int64_t kMaxLifetimeS = 24 * 3600;    // Of an assertion, and of a session by it.
inline constexpr int64_t kDefaultSessionS = 8 * 3600;  // If the identity provider says nothing.

// What must stand in it.
struct Expectation {
  const ServiceProvider& sp;
  std::string_view idp_entity_id;
  std::string_view request_id;  // Of the AuthnRequest that it answers.
  int64_t now_unix_s = 0;
};

struct ReadResult {
  identity::Principal principal;
  int64_t usable_until_unix_s = 0;  // From then on its own times refuse it.
};

// SAML core 2.3 to 2.7, profiles 4.1.4.2 and 4.1.4.3.
absl::StatusOr<ReadResult> ReadAssertion(const Element& assertion, const Expectation& expected);

}  // namespace portreeve::saml
