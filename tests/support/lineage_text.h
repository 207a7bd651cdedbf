// A lineage as text, for tests to compare: outputs first, then uses, in the order of their names.
//
//     id: =orders.id            its value, as it is
//     shout: ~expression c.name made of it; `via` in place of the kind: within a view's definition
//     b: ?                      it may be anything
//     use condition c.id        `via use`: within a view's definition
//     floor c.salary 5
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "lineage/lineage.h"

namespace portreeve::lineage {

inline std::string TextOf(const Source& source, const catalog::Snapshot& snapshot) {
  const std::string column = source.column.empty() ? "*" : source.column;
  if (source.relation == 0) return "made " + source.made + "." + column;
  const catalog::Relation* relation = snapshot.FindRelation(source.relation);
  const std::string schema = relation->schema == "public" ? "" : relation->schema + ".";
  return schema + relation->name + "." + column;
}

inline std::string TextOf(const Origin& origin, const catalog::Snapshot& snapshot) {
  const std::string source = TextOf(origin.source, snapshot);
  if (origin.direct) return " =" + source;
  return " ~" + (origin.through_view ? "via" : std::string(Name(origin.kind))) + " " + source;
}

// One line each. Without `uses`, only the outputs and what stands for all of it.
inline std::vector<std::string> LinesOf(const Lineage& lineage, const catalog::Snapshot& snapshot,
                                        bool uses = true) {
  std::vector<std::string> lines;
  if (!lineage.unknown_reason.empty()) return {"unknown: " + lineage.unknown_reason};
  for (const OutputColumn& output : lineage.outputs) {
    std::string line = output.name + ":";
    std::vector<std::string> origins;
    for (const Origin& origin : output.origins) origins.push_back(TextOf(origin, snapshot));
    std::ranges::sort(origins);
    for (const std::string& origin : origins) line += origin;
    lines.push_back(line + (output.unknown ? " ?" : ""));
  }
  if (!uses) return lines;
  std::vector<std::string> used;
  for (const Use& use : lineage.uses) {
    used.push_back((use.through_view ? "via use " : "use ") + std::string(Name(use.kind)) + " " +
                   TextOf(use.source, snapshot));
  }
  for (const GroupFloor& floor : lineage.floors) {
    used.push_back("floor " + TextOf(floor.source, snapshot) + " " + std::to_string(floor.size));
  }
  std::ranges::sort(used);
  lines.insert(lines.end(), used.begin(), used.end());
  if (lineage.calls_unknown) lines.push_back("calls what is not known");
  return lines;
}

}  // namespace portreeve::lineage
