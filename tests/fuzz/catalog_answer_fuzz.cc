// A server's answers about its catalog, as arbitrary bytes: their end, and what they say.

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "introspect/catalog_answer.h"

namespace {

namespace introspect = portreeve::introspect;

// In pieces, the end is found where it is found in the whole.
void FindEnd(std::string_view input, size_t step) {
  introspect::AnswerEnd pieces;
  const auto whole = introspect::AnswerEnd().Find(input);
  for (size_t length = step;; length += step) {
    const auto found = pieces.Find(input.substr(0, length));
    if (length >= input.size() || !found.ok() || found->has_value()) {
      PORTREEVE_CHECK(found.ok() == whole.ok());
      if (found.ok()) PORTREEVE_CHECK(*found == *whole);
      return;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  FindEnd(input, std::max<size_t>(data[0], 1));
  const auto catalog = introspect::DecodeCatalog(input);
  const auto stamp = introspect::DecodeStamp(input);
  // One answer is never both.
  PORTREEVE_CHECK(!catalog.ok() || !stamp.ok());
  if (catalog.ok()) {
    PORTREEVE_CHECK(!catalog->stamp.built_in.empty());
    const introspect::BuiltIn built_in = introspect::BuiltInOf(*catalog);
    const auto rest = introspect::DecodeCatalog(input, built_in);
    const bool twice = !built_in.relations.empty() || !built_in.functions.empty();
    PORTREEVE_CHECK(rest.ok() != twice);
  }
  return 0;
}
