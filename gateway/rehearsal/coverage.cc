#include "rehearsal/coverage.h"

namespace portreeve::rehearsal {

void Coverage::Note(const Rehearsed& done) {
  exercised_.emplace(done.decision.rule);
  if (done.decision.action == policy::Action::kRefuse) return;
  for (const policy::StatementTrace& trace : done.traces) {
    for (const policy::NeedTrace& need : trace.needs) {
      if (need.giver != nullptr) exercised_.insert(need.giver->path);
    }
  }
}

std::vector<std::string> Coverage::Missing(const policy::Policy& policy) const {
  std::vector<std::string> missing;
  const auto look = [&](const std::vector<policy::Rule>& rules) {
    for (const policy::Rule& rule : rules) {
      if (!exercised_.contains(rule.path)) missing.push_back(rule.path);
    }
  };
  look(policy.guardrails());
  for (const policy::Grant& grant : policy.grants()) look(grant.rules);
  return missing;
}

size_t RuleCount(const policy::Policy& policy) {
  size_t count = policy.guardrails().size();
  for (const policy::Grant& grant : policy.grants()) count += grant.rules.size();
  return count;
}

}  // namespace portreeve::rehearsal
