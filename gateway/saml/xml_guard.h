// A look at XML before the library sees it. Its one rule: one pass, linear in the length, so that
// what would make a parser work, fetch, expand or nest without end never reaches it.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/status.h"

namespace portreeve::saml {

struct XmlLimits {
  size_t bytes = 128 * 1024;
  size_t elements = 4096;
  size_t depth = 32;
  bool comments = false;  // Whether there may be any, outside values.
};

inline constexpr size_t kMaxXmlAttributes = 32;  // Of one element.

// UTF-8 within the limits, without document type, entities but for XML's own five, processing
// instructions and CDATA. It need not be well-formed.
absl::Status CheckXmlText(std::string_view text, const XmlLimits& limits);

}  // namespace portreeve::saml
