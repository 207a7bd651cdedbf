// Why a decision is what it is: every rule held against one statement, for people who write
// policies. Its one rule: it asks the functions that decide, and decides nothing by itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.h"

namespace portreeve::policy {

struct RuleTrace {
  const Rule* rule = nullptr;  // The policy's own.
  // A rule that refuses or holds means the statement; one that allows, or holds, gives a part of
  // it.
  bool matches = false;
  std::string object;   // What it met, or gives: "relation hr.salaries". May be empty.
  std::string why_not;  // The condition that does not hold.
};

// A part of a statement that is allowed only if some rule of the grant gives it.
struct NeedTrace {
  std::string act;              // "select", "select: relation public.orders"
  const Rule* giver = nullptr;  // The policy's own. Null: no rule gives it.
};

struct StatementTrace {
  Action action = Action::kRefuse;
  std::string_view rule;         // As in a Decision.
  std::vector<RuleTrace> rules;  // Guardrails, then those of the grant.
  std::vector<NeedTrace> needs;
};

// `findings` default: of a text that does not parse, or was not examined.
StatementTrace TraceOf(const Policy& policy, const Grant& grant, const catalog::Findings& findings,
                       const ConnectionRef* connection);
// Of a FunctionCall message.
StatementTrace TraceOfCall(const Policy& policy, const Grant& grant,
                           const ConnectionRef* connection);

}  // namespace portreeve::policy
