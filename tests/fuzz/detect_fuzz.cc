// Whatever the detectors take out of a text: it goes with the count of what was found, and a JSON
// document or array literal stays one.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "mask/array_text.h"
#include "mask/detectors.h"
#include "mask/json_text.h"

namespace {

using namespace portreeve::mask;

const Detectors& All() {
  static const Detectors detectors =
      *Detectors::Make(std::vector<std::string>(kDetectorNames.begin(), kDetectorNames.end()), {});
  return detectors;
}

}  // namespace

// The first byte chooses the shape.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto shape = static_cast<Shape>(data[0] % 4);
  // A copy of its own, so that a sanitizer sees a read beyond it.
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  Detectors::Scratch scratch;
  Findings findings{};
  std::string out = "before";
  const bool changed = All().Search(shape, text, scratch, findings, out);
  PORTREEVE_CHECK(out.substr(0, 6) == "before");
  PORTREEVE_CHECK(changed == (findings != Findings{}));
  PORTREEVE_CHECK(changed == (out.size() > 6));
  if (!changed) return 0;
  out.erase(0, 6);
  // For nlohmann a zero ends a document. A number alone is a text like others.
  const bool json = shape == Shape::kJson || (shape == Shape::kPlain && LooksLikeJson(text));
  if (json && text.find('\0') == std::string::npos && nlohmann::json::accept(text)) {
    PORTREEVE_CHECK(nlohmann::json::accept(out));
  }
  const bool array = shape == Shape::kArray || shape == Shape::kJsonArray;
  if (array && IsArrayLiteral(text)) PORTREEVE_CHECK(IsArrayLiteral(out));
  return 0;
}
