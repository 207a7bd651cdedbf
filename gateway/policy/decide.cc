// From facts and findings to decisions.

#include "base/check.h"
#include "policy/judge.h"
#include "policy/policy.h"
#include "policy/refusal_text.h"

namespace portreeve::policy {
namespace {

Decision Without(const Verdict& verdict, bool observed) {
  Decision decision;
  decision.action = verdict.action;
  decision.rule = verdict.path;
  if (verdict.action == Action::kHold) decision.approval = verdict.rule->approval;
  decision.observed = observed;
  return decision;
}

}  // namespace

std::string_view Name(Action action) {
  switch (action) {
    case Action::kAllow:
      return "allow";
    case Action::kHold:
      return "hold";
    case Action::kRefuse:
      break;
  }
  return "refuse";
}

std::vector<catalog::Findings> FindingsOfParser(const sql::Facts& facts) {
  std::vector<catalog::Findings> all;
  all.reserve(facts.statements.size());
  for (const sql::StatementFacts& statement : facts.statements) {
    all.push_back(catalog::FindingsWithoutNames(statement));
  }
  return all;
}

Decision Policy::Decide(const Grant& grant, const sql::Facts& facts,
                        std::span<const catalog::Findings> findings,
                        const ConnectionRef* connection) const {
  if (facts.syntax_error || facts.not_examined) {
    // Whether it may pass is a question of `unknown` alone.
    const Verdict verdict = Judge(contents_.guardrails, grant, catalog::Findings(), connection);
    Decision decision = Without(verdict, contents_.observes);
    if (verdict.action == Action::kAllow) return decision;
    decision.refusal = RefusalOfUnparsed(verdict, grant, facts);
    if (verdict.action == Action::kRefuse && facts.syntax_error) {
      if (verdict.rule == nullptr) decision.rule = kSyntax;
      decision.position = facts.syntax_error->position;
    }
    return decision;
  }
  PORTREEVE_CHECK(findings.size() == facts.statements.size());
  Verdict strictest{Action::kAllow, nullptr, kHousekeeping, {}};
  const catalog::Findings* at = nullptr;
  for (const catalog::Findings& statement : findings) {
    const Verdict verdict = Judge(contents_.guardrails, grant, statement, connection);
    // Of a text with BEGIN and COMMIT around it, the rule for what stands between is named.
    const bool says_more = verdict.action == Action::kAllow && strictest.action == Action::kAllow &&
                           verdict.path != kHousekeeping;
    if (!says_more && !IsStricter(verdict, strictest)) continue;
    strictest = verdict;
    at = &statement;
    if (verdict.action == Action::kRefuse) break;
  }
  Decision decision = Without(strictest, contents_.observes);
  if (strictest.action != Action::kAllow) decision.refusal = RefusalOf(strictest, grant, *at);
  return decision;
}

Decision Policy::DecideFunctionCall(const Grant& grant, const ConnectionRef* connection) const {
  const Verdict verdict = JudgeCall(contents_.guardrails, grant, connection);
  Decision decision = Without(verdict, contents_.observes);
  if (verdict.action != Action::kAllow) decision.refusal = RefusalOfCall(verdict, grant);
  return decision;
}

}  // namespace portreeve::policy
