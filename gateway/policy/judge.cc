#include "policy/judge.h"

#include <algorithm>

namespace portreeve::policy {
namespace {

using catalog::Findings;

Verdict Of(const Rule& rule, const Met& met) { return {rule.action, &rule, rule.path, met}; }

// The first rule that gives what the act needs. Null: none does.
const Rule* Giver(const Grant& grant, const Findings& findings, const Act& act,
                  const ConnectionRef* connection) {
  for (const Rule& rule : grant.rules) {
    if (rule.action != Action::kRefuse && Gives(rule, findings, act, connection)) return &rule;
  }
  return nullptr;
}

// Some rule gives statements of this kind, if not this one.
bool KnowsKind(const Grant& grant, const Findings& findings) {
  return std::any_of(grant.rules.begin(), grant.rules.end(), [&](const Rule& rule) {
    return rule.action != Action::kRefuse &&
           rule.classes.Covers(findings.statement_class, findings.sub_class);
  });
}

// What a view reaches is its owner's to give, and what only computes needs nobody's permission.
Verdict Permission(const Grant& grant, const Findings& findings, const ConnectionRef* connection) {
  const Rule* rule = Giver(grant, findings, {}, connection);
  if (rule == nullptr && !findings.housekeeping && !KnowsKind(grant, findings)) {
    return {Action::kRefuse, nullptr, kDefaults, {}};
  }
  for (const catalog::RelationTouch& touch : findings.relations) {
    if (!touch.direct || Giver(grant, findings, {&touch, nullptr}, connection) != nullptr) continue;
    return {Action::kRefuse, nullptr, kDefaults, {&touch, nullptr, nullptr}};
  }
  for (const catalog::FunctionTouch& touch : findings.functions) {
    if (touch.harmless || Giver(grant, findings, {nullptr, &touch}, connection) != nullptr) {
      continue;
    }
    return {Action::kRefuse, nullptr, kDefaults, {nullptr, nullptr, &touch}};
  }
  // Housekeeping is held by the name of its class only, and so needs no rule that holds.
  if (rule != nullptr && !(findings.housekeeping && rule->action == Action::kHold)) {
    return {Action::kAllow, rule, rule->path, {}};
  }
  if (findings.housekeeping) return {Action::kAllow, nullptr, kHousekeeping, {}};
  return {Action::kRefuse, nullptr, kDefaults, {}};
}

}  // namespace

bool IsStricter(const Verdict& verdict, const Verdict& other) {
  if (verdict.action != other.action) return verdict.action > other.action;
  return verdict.action == Action::kHold && verdict.rule->quorum > other.rule->quorum;
}

Verdict Judge(std::span<const Rule> guardrails, const Grant& grant, const Findings& findings,
              const ConnectionRef* connection) {
  Verdict strictest;
  for (const std::span<const Rule> rules : {guardrails, std::span<const Rule>(grant.rules)}) {
    for (const Rule& rule : rules) {
      Met met;
      if (rule.action == Action::kAllow || !Means(rule, findings, connection, met)) continue;
      const Verdict verdict = Of(rule, met);
      if (verdict.action == Action::kRefuse) return verdict;
      if (IsStricter(verdict, strictest)) strictest = verdict;
    }
  }
  // What is held needs a rule that gives it as well, be it one that holds.
  const Verdict permission = Permission(grant, findings, connection);
  return strictest.action == Action::kAllow || permission.action == Action::kRefuse ? permission
                                                                                    : strictest;
}

Verdict JudgeCall(std::span<const Rule> guardrails, const Grant& grant,
                  const ConnectionRef* connection) {
  Verdict strictest;
  Verdict permission{Action::kRefuse, nullptr, kDefaults, {}};
  for (const std::span<const Rule> rules : {guardrails, std::span<const Rule>(grant.rules)}) {
    for (const Rule& rule : rules) {
      if (rule.action != Action::kRefuse && rules.data() == grant.rules.data() &&
          permission.action == Action::kRefuse && GivesCall(rule, connection)) {
        permission = {Action::kAllow, &rule, rule.path, {}};
      }
      if (rule.action == Action::kAllow || !MeansCall(rule, connection)) continue;
      const Verdict verdict = Of(rule, {});
      if (verdict.action == Action::kRefuse) return verdict;
      if (IsStricter(verdict, strictest)) strictest = verdict;
    }
  }
  return strictest.action == Action::kAllow || permission.action == Action::kRefuse ? permission
                                                                                    : strictest;
}

}  // namespace portreeve::policy
