// Any text as a file of cases, and as a catalog: it loads, or the errors say why; a case that is
// run has a decision, and what traces it says the same.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "policy/policy.h"
#include "rehearsal/case_file.h"
#include "rehearsal/catalog_reader.h"
#include "rehearsal/rehearsal.h"
#include "rehearsal/run_case.h"
#include "yaml/diagnostics.h"

namespace {

namespace rehearsal = portreeve::rehearsal;
using portreeve::policy::Policy;
using portreeve::yaml::Diagnostics;

constexpr size_t kMaxCases = 20;

constexpr std::string_view kPolicy = R"yaml(version: 1
groups:
  all: { claim: sub, any_of: "*" }
windows:
  office: { tz: Europe/Berlin, days: mon-fri, from: "08:00", to: "19:00" }
approvals:
  peer: { by: all }
guardrails:
  - { name: no-where, class: [update, delete], where: absent, action: hold, approval: peer }
  - { name: no-pay, columns: "*.*.pay", action: refuse }
grants:
  - name: reading
    who: all
    on: { labels: { env: prod } }
    session: { window: office }
    rules:
      - { class: read, tables: "hr.*", action: refuse }
      - { class: [read, function], action: allow }
  - name: writing
    who: all
    on: { connections: "*" }
    rules:
      - { class: [read, write, unknown], action: allow }
)yaml";

void CheckTraces(const Policy& policy, const rehearsal::CaseFile& file,
                 const rehearsal::Case& tried) {
  const rehearsal::Opening opening = rehearsal::OpenSession(policy, tried.caller);
  PORTREEVE_CHECK((opening.grant == nullptr) == (opening.refusal.sqlstate == "28000"));
  if (opening.grant == nullptr) return;
  const auto names = rehearsal::NamesOf(file.catalog, *opening.grant, tried.search_path);
  for (const std::string& text : tried.texts) {
    const auto done = rehearsal::Rehearse(policy, *opening.grant, tried.caller, names, text);
    PORTREEVE_CHECK(!done.decision.rule.empty());
    for (const auto& trace : done.traces) {
      PORTREEVE_CHECK(trace.action <= done.decision.action);
      for (const auto& rule : trace.rules) PORTREEVE_CHECK(rule.matches == rule.why_not.empty());
    }
    if (done.traces.size() == 1) PORTREEVE_CHECK(done.traces[0].action == done.decision.action);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Diagnostics of_catalog("catalog.yaml");
  const auto catalog = rehearsal::LoadCatalog(text, of_catalog);
  PORTREEVE_CHECK((catalog != nullptr) == of_catalog.ok());
  Diagnostics of_cases("cases.yaml");
  const auto file = rehearsal::LoadCases(text, of_cases);
  PORTREEVE_CHECK(file.has_value() == of_cases.ok());
  if (!file || file->cases.size() > kMaxCases) return 0;
  Diagnostics of_policy("policy.yaml");
  const auto policy = Policy::Load(kPolicy, of_policy);
  PORTREEVE_CHECK(policy != nullptr);
  rehearsal::Coverage coverage;
  for (const rehearsal::Case& tried : file->cases) {
    CheckTraces(*policy, *file, tried);
    rehearsal::RunCase(*policy, *file, tried, coverage);
  }
  return 0;
}
