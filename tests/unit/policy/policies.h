// Policies as text, and statements as the real parser describes them.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.h"
#include "sql/parser.h"
#include "yaml/diagnostics.h"

namespace portreeve::policy {

// Says everything that the language has and this version enforces.
inline constexpr std::string_view kWhole = R"(version: 1
groups:
  staff: { claim: groups, any_of: [staff] }
grants:
  - name: reading
    who: [staff]
    on: { connections: [orders], labels: { env: prod } }
    as: { role: app }
    session: { max: 1h, idle: 5m }
    rules:
      - { class: read, action: allow, message: "" }
defaults: { action: refuse, mode: enforce }
)";

// The text with `from`, which must be there, replaced.
inline std::string With(std::string_view from, std::string_view to,
                        std::string_view text = kWhole) {
  std::string changed(text);
  const size_t at = changed.find(from);
  REQUIRE(at != std::string::npos);
  return changed.replace(at, from.size(), to);
}

// A policy that must not load: what is said of it.
inline std::vector<std::string> ErrorsOf(std::string_view text,
                                         Purpose purpose = Purpose::kEnforce) {
  yaml::Diagnostics diagnostics("p.yaml");
  const auto policy = Policy::Load(text, diagnostics, purpose);
  CHECK(policy == nullptr);
  return diagnostics.Messages();
}

inline std::shared_ptr<const Policy> Valid(std::string_view text,
                                           Purpose purpose = Purpose::kEnforce) {
  yaml::Diagnostics diagnostics("p.yaml");
  auto policy = Policy::Load(text, diagnostics, purpose);
  INFO(diagnostics.ToString());
  REQUIRE(policy != nullptr);
  CHECK(diagnostics.ok());
  return policy;
}

inline std::vector<std::string> WarningsOf(std::string_view text) {
  yaml::Diagnostics diagnostics("p.yaml");
  CHECK(Policy::Load(text, diagnostics) != nullptr);
  return diagnostics.Warnings();
}

// A policy whose one grant `g` has the rules, each as "{ class: read, action: allow }".
inline std::shared_ptr<const Policy> WithRules(const std::vector<std::string>& rules) {
  std::string text =
      "version: 1\ngroups: { all: { claim: sub, any_of: '*' } }\ngrants:\n"
      "  - name: g\n    who: all\n    on: { connections: '*' }\n    rules:\n";
  for (const std::string& rule : rules) text += "      - " + rule + "\n";
  return Valid(text);
}

inline Decision DecideSql(const Policy& policy, std::string_view sql) {
  const sql::Facts facts = sql::Analyse(sql, {}, {});
  return policy.Decide(policy.grants().front(), facts, FindingsOfParser(facts));
}

inline bool Allows(const Policy& policy, std::string_view sql) {
  return DecideSql(policy, sql).action == Action::kAllow;
}

}  // namespace portreeve::policy
