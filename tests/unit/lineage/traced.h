// Lineages over a shop as text.
#pragma once

#include <catch2/catch.hpp>
#include <string_view>
#include <vector>

#include "lineage/lineage.h"
#include "support/lineage_text.h"
#include "unit/lineage/shop.h"

namespace portreeve::lineage {

inline catalog::NameSpace InShop() { return {Shop(), "reader", {"\"$user\", public"}, {}}; }

// Of the last statement of the text.
inline std::vector<std::string> Traced(std::string_view sql,
                                       const catalog::NameSpace& names = InShop(),
                                       bool uses = true) {
  const std::vector<Lineage> lineages = Trace(sql, {}, {}, names);
  if (lineages.empty()) return {"no statement"};
  return LinesOf(lineages.back(), *names.snapshot, uses);
}

using Lines = std::vector<std::string>;

struct Row {
  std::string_view sql;
  Lines lines;
};

inline void CheckRows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    INFO(row.sql);
    CHECK(Traced(row.sql) == row.lines);
  }
}

}  // namespace portreeve::lineage
