// Enveloped XML signatures, from their shape to the bytes that they cover. Its one rule: what is
// handed back are the canonical bytes that were digested, for nothing else is proved.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "saml/pinned_key.h"
#include "saml/xml.h"

namespace portreeve::saml {

// The signature that stands in `element` itself; fails if there are two.
absl::StatusOr<std::optional<Element>> FindSignature(const Element& element);

// Before any cryptography, the shape: one reference, to the ID of `element`; the enveloped and the
// exclusive transform, in this order and without comments; RSA or ECDSA with SHA-256 or better; and
// nothing else in it. KeyInfo is not read. Then the signature, by one of `keys`.
absl::StatusOr<std::string> VerifySignature(Document& document, const Element& element,
                                            const Element& signature,
                                            const std::vector<PinnedKey>& keys);

}  // namespace portreeve::saml
