#include "sql/outline.h"

#include "sql/outline_of.h"

namespace portreeve::sql {
namespace {

OutlineText Keep(const char* name, std::string& text) {
  if (name == nullptr) return {};
  const std::string_view view(name);
  const OutlineText kept = {static_cast<uint32_t>(text.size()), static_cast<uint32_t>(view.size())};
  text += view;
  return kept;
}

}  // namespace

Outline OutlineOf(const RawTree& tree) {
  Outline outline;
  outline.nodes.reserve(tree.count);
  for (uint32_t i = 0; i < tree.count; ++i) {
    const RawNode& raw = tree.nodes[i];
    outline.nodes.push_back({static_cast<NodeKind>(raw.kind), static_cast<NodeRole>(raw.role),
                             raw.flags, raw.value, raw.first_child, raw.next,
                             Keep(raw.schema, outline.text), Keep(raw.qualifier, outline.text),
                             Keep(raw.name, outline.text)});
  }
  return outline;
}

}  // namespace portreeve::sql
