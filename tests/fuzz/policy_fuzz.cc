// Any text as a policy: it loads, or the errors say why; and what has loaded lets no statement pass
// that no rule speaks of.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "base/check.h"
#include "policy/policy.h"
#include "yaml/diagnostics.h"

namespace {

using portreeve::policy::Action;
using portreeve::policy::Grant;
using portreeve::policy::Policy;
using portreeve::policy::Rule;
namespace sql = portreeve::sql;

bool AllowsUnknown(const Grant& grant) {
  for (const Rule& rule : grant.rules) {
    if (rule.action == Action::kAllow &&
        rule.classes.Names(sql::StatementClass::kUnknown, sql::SubClass::kUnknown)) {
      return true;
    }
  }
  return false;
}

void CheckGrant(const Policy& policy, const Grant& grant) {
  PORTREEVE_CHECK(!grant.name().empty() && !grant.who.empty() && !grant.rules.empty());
  PORTREEVE_CHECK(!grant.labels.empty() || !grant.connections.empty() || !grant.databases.empty());
  PORTREEVE_CHECK(grant.session_max_us() > 0 && grant.session_idle_us() >= 0);
  // A leap day, changes of clocks, and the ends of what a clock shows.
  for (const int64_t unix_s : {int64_t{0}, int64_t{951'782'400}, int64_t{1'774'745'999},
                               int64_t{1'792'890'000}, int64_t{253'402'300'799}}) {
    const auto end = grant.WindowEnd(unix_s);
    PORTREEVE_CHECK(!end || *end > unix_s);
  }
  sql::Facts facts;
  facts.statements.emplace_back();  // Unknown.
  const auto decision = policy.Decide(grant, facts, portreeve::policy::FindingsOfParser(facts));
  PORTREEVE_CHECK(!decision.rule.empty());
  PORTREEVE_CHECK(decision.action != Action::kAllow || AllowsUnknown(grant));
  PORTREEVE_CHECK((decision.action == Action::kHold) == !decision.approval.empty());
  PORTREEVE_CHECK(decision.action == Action::kAllow || decision.refusal.sqlstate.size() == 5);
  PORTREEVE_CHECK(!policy.DecideFunctionCall(grant).rule.empty());
}

// What is only looked at has the same errors, but for the parts that are not enforced.
void CheckAnalysed(std::string_view text, bool enforced) {
  portreeve::yaml::Diagnostics diagnostics("policy.yaml");
  const auto policy = Policy::Load(text, diagnostics, portreeve::policy::Purpose::kAnalyse);
  PORTREEVE_CHECK((policy != nullptr) == diagnostics.ok());
  PORTREEVE_CHECK(enforced == (policy != nullptr && policy->not_enforced().empty()));
  if (policy == nullptr) return;
  for (const Grant& grant : policy->grants()) CheckGrant(*policy, grant);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  portreeve::yaml::Diagnostics diagnostics("policy.yaml");
  const auto policy = Policy::Load(text, diagnostics);
  PORTREEVE_CHECK((policy != nullptr) == diagnostics.ok());
  for (const std::string& message : diagnostics.Messages()) {
    PORTREEVE_CHECK(message.starts_with("policy.yaml:"));
  }
  CheckAnalysed(text, policy != nullptr);
  if (policy == nullptr) return 0;
  PORTREEVE_CHECK(!policy->grants().empty());
  for (const Grant& grant : policy->grants()) CheckGrant(*policy, grant);
  portreeve::identity::Principal principal;
  principal.subject = "somebody";
  principal.groups = {"data-x", "", "*"};
  const auto opened = policy->Open(principal, {"orders", {{"env", "prod"}}}, "g");
  const auto* session = std::get_if<portreeve::policy::OpenSession>(&opened);
  PORTREEVE_CHECK(session == nullptr || session->grant != nullptr);
  return 0;
}
