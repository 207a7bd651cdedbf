// Files as text: a policy, cases and catalogs, with what is said of them.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.h"
#include "rehearsal/case_file.h"
#include "rehearsal/catalog_reader.h"
#include "yaml/diagnostics.h"

namespace portreeve::rehearsal {

using Lines = std::vector<std::string>;

inline constexpr std::string_view kPolicy = R"yaml(version: 1
groups:
  staff: { claim: groups, any_of: [staff] }
  night: { claim: team, any_of: [night] }
windows:
  office: { tz: Europe/Berlin, days: mon-fri, from: "08:00", to: "19:00" }
approvals:
  peer: { by: [staff], quorum: 1, expires: 30m }
guardrails:
  - { name: no-where, class: [update, delete], where: absent, action: hold, approval: peer }
  - { name: no-pay, columns: ["hr.*.pay"], action: refuse, message: "ask the people team" }
grants:
  - name: reading
    who: [staff]
    on: { labels: { env: prod } }
    session: { window: office }
    rules:
      - { class: read, action: allow }
      - { class: function, functions: ["app.total(integer)"], action: allow }
  - name: writing
    who: [staff, night]
    on: { connections: [orders] }
    rules:
      - { class: [read, write], action: allow }
      - { class: truncate, action: refuse }
)yaml";

inline std::shared_ptr<const policy::Policy> PolicyOf(std::string_view text = kPolicy) {
  yaml::Diagnostics diagnostics("p.yaml");
  auto policy = policy::Policy::Load(text, diagnostics, policy::Purpose::kAnalyse);
  INFO(diagnostics.ToString());
  REQUIRE(policy != nullptr);
  return policy;
}

inline std::shared_ptr<const catalog::Snapshot> CatalogOf(std::string_view text) {
  yaml::Diagnostics diagnostics("c.yaml");
  auto snapshot = LoadCatalog(text, diagnostics);
  INFO(diagnostics.ToString());
  REQUIRE(snapshot != nullptr);
  return snapshot;
}

inline Lines CatalogErrors(std::string_view text) {
  yaml::Diagnostics diagnostics("c.yaml");
  CHECK(LoadCatalog(text, diagnostics) == nullptr);
  return diagnostics.Messages();
}

inline constexpr std::string_view kHead = R"yaml(version: 1
principals:
  ana: { sub: ana, groups: [staff] }
connections:
  orders: { labels: { env: prod }, database: orders }
catalog:
  tables:
    app.orders: [id, total]
    hr.people: [id, pay]
  functions: ["app.total(integer)", "app.other(integer)"]
cases:
)yaml";

inline CaseFile CasesOf(std::string_view cases) {
  yaml::Diagnostics diagnostics("t.yaml");
  auto file = LoadCases(std::string(kHead) + std::string(cases), diagnostics);
  INFO(diagnostics.ToString());
  REQUIRE(file.has_value());
  return *std::move(file);
}

// Of cases behind kHead, whose first stands in line 12.
inline Lines CaseErrors(std::string_view cases) {
  yaml::Diagnostics diagnostics("t.yaml");
  CHECK_FALSE(LoadCases(std::string(kHead) + std::string(cases), diagnostics).has_value());
  return diagnostics.Messages();
}

}  // namespace portreeve::rehearsal
