// Which rules of a policy made a difference in some case. Its one rule: a rule that refuses or
// holds did if a decision names it, one that allows if it gave what something needed that was not
// refused.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "policy/policy.h"
#include "rehearsal/rehearsal.h"

namespace portreeve::rehearsal {

class Coverage {
 public:
  void Note(const Rehearsed& done);

  // Paths of the rules that made none: guardrails, then grant by grant.
  std::vector<std::string> Missing(const policy::Policy& policy) const;

 private:
  std::set<std::string, std::less<>> exercised_;
};

size_t RuleCount(const policy::Policy& policy);

}  // namespace portreeve::rehearsal
