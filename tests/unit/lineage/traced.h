// A shop whose customers are not to be seen, and lineages over it as text.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lineage/views.h"
#include "rehearsal/catalog_reader.h"
#include "support/lineage_text.h"

namespace portreeve::lineage {

inline constexpr std::string_view kShop = R"yaml(
tables:
  public.customers: [id, name, email, ssn, region]
  public.orders: [id, customer_id, total, note, placed]
  public.items: [order_id, sku, quantity]
  hr.people: [id, name, salary, manager_id]
  hr.customers: [id, badge]
views:
  public.contacts: { columns: [id, who, mail], as: "SELECT c.id, c.name, c.email FROM public.customers c" }
  public.initials: { columns: [id, initial], as: "SELECT c.id, left(c.email, 1) FROM public.customers c WHERE c.ssn IS NOT NULL" }
  public.joined: { columns: [id, x], as: "SELECT contacts.id, contacts.mail FROM public.contacts UNION ALL SELECT p.id, p.name FROM hr.people p" }
  public.kept: { columns: [id, mail], materialized: true, as: "SELECT customers.id, customers.email FROM public.customers" }
functions:
  - public.leak(text)
)yaml";

inline std::shared_ptr<const catalog::Snapshot> Shop() {
  static const auto snapshot = [] {
    yaml::Diagnostics diagnostics("shop");
    auto made = rehearsal::LoadCatalog(kShop, diagnostics);
    UNSCOPED_INFO(diagnostics.ToString());
    REQUIRE(made != nullptr);
    return made;
  }();
  return snapshot;
}

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
