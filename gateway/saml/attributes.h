// The attributes of an assertion as groups and claims. Its one rule: an attribute can never stand
// for what the assertion says elsewhere: who it is about, by whom and for whom it is.
#pragma once

#include <cstddef>

#include "base/status.h"
#include "identity/principal.h"
#include "saml/service_provider.h"
#include "saml/xml.h"

namespace portreeve::saml {

inline constexpr size_t kMaxGroups = 256;
inline constexpr size_t kMaxAttributes = 256;

// Adds to a principal whose subject and issuer are set: all values of the groups attribute as
// groups, every attribute of one value in plain text as a claim, and the claims `sub`, `iss` and
// `aud` from the assertion itself.
absl::Status ReadAttributes(const Element& assertion, const ServiceProvider& sp,
                            identity::Principal& principal);

}  // namespace portreeve::saml
