// The outline of a Response, judged before any cryptography. Its one rule: there is one assertion
// and at most one signature for it and for the whole, all of them where they belong; wherever else
// one stands, and whatever it is called by, the response is refused.
#pragma once

#include <optional>

#include "base/status.h"
#include "saml/xml.h"

namespace portreeve::saml {

struct ResponseShape {
  Element response;
  Element assertion;
  std::optional<Element> response_signature;
  std::optional<Element> assertion_signature;
};

// SAML core 3.2.2 and 3.3.3.
absl::StatusOr<ResponseShape> CheckResponseShape(const Document& document);

}  // namespace portreeve::saml
