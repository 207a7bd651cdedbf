#include "policy/judge.h"

#include <algorithm>

namespace portreeve::policy {
namespace {

using catalog::Findings;

Verdict Of(const Rule& rule, const Met& met) { return {rule.action, &rule, rule.path, met}; }

// The first rule that allows what `gives` asks of it; where none does, that of the strictest
// approval. Null: no rule gives it.
template <typename Question>
const Rule* GiverBy(const Grant& grant, const Question& gives) {
  const Rule* holder = nullptr;
  for (const Rule& rule : grant.rules) {
    if (rule.action == Action::kRefuse || !gives(rule)) continue;
    if (rule.action == Action::kAllow) return &rule;
    if (holder == nullptr || rule.quorum > holder->quorum) holder = &rule;
  }
  return holder;
}

// Some rule gives statements of this kind, if not this one.
bool KnowsKind(const Grant& grant, const Findings& findings) {
  return std::any_of(grant.rules.begin(), grant.rules.end(), [&](const Rule& rule) {
    return rule.action != Action::kRefuse &&
           rule.classes.Covers(findings.statement_class, findings.sub_class);
  });
}

Verdict Ungiven(const Met& met) { return {Action::kRefuse, nullptr, kDefaults, met}; }

// What is given of the statement as such.
Verdict PermissionOfKind(const Rule* rule, const Findings& findings) {
  // Housekeeping is held by the name of its class only, and so needs no rule that holds.
  if (rule != nullptr && !(findings.housekeeping && rule->action == Action::kHold)) {
    return Of(*rule, {});
  }
  return findings.housekeeping ? Verdict{Action::kAllow, nullptr, kHousekeeping, {}} : Ungiven({});
}

// Each act needs a rule that gives it, and what only a rule that holds gives is held.
Verdict Permission(const Grant& grant, const Findings& findings, const ConnectionRef* connection) {
  const Rule* kind = Giver(grant, findings, {}, connection);
  if (kind == nullptr && !findings.housekeeping && !KnowsKind(grant, findings)) return Ungiven({});
  Verdict strictest = PermissionOfKind(kind, findings);
  const auto add = [&](const Met& met) {
    const Rule* rule = Giver(grant, findings, {met.relation, met.function}, connection);
    if (rule == nullptr) return false;
    const Verdict verdict = Of(*rule, met);
    if (IsStricter(verdict, strictest)) strictest = verdict;
    return true;
  };
  for (const catalog::RelationTouch& touch : findings.relations) {
    if (NeedsGiver(touch) && !add({&touch, nullptr, nullptr})) {
      return Ungiven({&touch, nullptr, nullptr});
    }
  }
  for (const catalog::FunctionTouch& touch : findings.functions) {
    if (NeedsGiver(touch) && !add({nullptr, nullptr, &touch})) {
      return Ungiven({nullptr, nullptr, &touch});
    }
  }
  return strictest;
}

}  // namespace

const Rule* Giver(const Grant& grant, const Findings& findings, const Act& act,
                  const ConnectionRef* connection) {
  return GiverBy(grant, [&](const Rule& rule) { return Gives(rule, findings, act, connection); });
}

const Rule* GiverOfCall(const Grant& grant, const ConnectionRef* connection) {
  return GiverBy(grant, [&](const Rule& rule) { return GivesCall(rule, connection); });
}

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
  return strictest.rule == nullptr || IsStricter(permission, strictest) ? permission : strictest;
}

Verdict JudgeCall(std::span<const Rule> guardrails, const Grant& grant,
                  const ConnectionRef* connection) {
  Verdict strictest;
  for (const std::span<const Rule> rules : {guardrails, std::span<const Rule>(grant.rules)}) {
    for (const Rule& rule : rules) {
      if (rule.action == Action::kAllow || !MeansCall(rule, connection)) continue;
      const Verdict verdict = Of(rule, {});
      if (verdict.action == Action::kRefuse) return verdict;
      if (IsStricter(verdict, strictest)) strictest = verdict;
    }
  }
  const Rule* giver = GiverOfCall(grant, connection);
  const Verdict permission = giver == nullptr ? Ungiven({}) : Of(*giver, {});
  return strictest.rule == nullptr || IsStricter(permission, strictest) ? permission : strictest;
}

}  // namespace portreeve::policy
