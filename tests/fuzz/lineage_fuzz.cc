// Any bytes as SQL, followed over a small shop in every kind of namespace.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "lineage/lineage.h"
#include "lineage/views.h"
#include "unit/lineage/shop.h"

namespace {

using portreeve::lineage::Lineage;
using portreeve::lineage::Origin;
using portreeve::lineage::Use;

void Check(const Lineage& lineage) {
  if (!lineage.unknown_reason.empty()) return;
  PORTREEVE_CHECK(lineage.outputs.empty() || lineage.gives_rows || lineage.copies_out);
  for (size_t i = 0; i < lineage.uses.size(); ++i) {
    PORTREEVE_CHECK(i == 0 || std::count(lineage.uses.begin(),
                                         lineage.uses.begin() + static_cast<std::ptrdiff_t>(i),
                                         lineage.uses[i]) == 0);
  }
  for (const auto& output : lineage.outputs) {
    for (const Origin& origin : output.origins) {
      PORTREEVE_CHECK((origin.source.relation == 0) == !origin.source.made.empty());
      // What is done with it is told as well.
      const bool used = std::ranges::any_of(
          lineage.uses, [&](const Use& use) { return use.source == origin.source; });
      PORTREEVE_CHECK(origin.direct || origin.through_view || used);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto shop = portreeve::lineage::Shop();
  static portreeve::lineage::ViewLineages views;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<portreeve::catalog::NameSpace> spaces(4);
  for (auto& space : spaces) {
    space = {shop, "reader", {"\"$user\", public"}, {}};
  }
  spaces[1].snapshot = nullptr;
  spaces[2].search_paths.clear();
  spaces[3].search_paths = {"hr", "public"};
  spaces[3].made = {{"", "orders", true}, {"", "fresh", false}};
  for (const auto& space : spaces) {
    for (const Lineage& lineage : portreeve::lineage::Trace(text, {}, {}, space, &views)) {
      Check(lineage);
    }
  }
  return 0;
}
