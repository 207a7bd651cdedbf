// What all rules together say of one statement. Its one rule: the strictest wins, and what no rule
// gives is refused.
#pragma once

#include <span>
#include <string_view>

#include "policy/match.h"
#include "policy/policy.h"

namespace portreeve::policy {

struct Verdict {
  Action action = Action::kAllow;
  const Rule* rule = nullptr;  // Null: none speaks, and `path` says why it is so.
  std::string_view path;
  Met met;  // Of `rule`; or what no rule gives.
};

// `guardrails` stand before the grant's rules where both say the same.
Verdict Judge(std::span<const Rule> guardrails, const Grant& grant,
              const catalog::Findings& findings, const ConnectionRef* connection);
// Of a FunctionCall message.
Verdict JudgeCall(std::span<const Rule> guardrails, const Grant& grant,
                  const ConnectionRef* connection);

// What a view reaches is its owner's to give, and what only computes needs nobody's permission.
inline bool NeedsGiver(const catalog::RelationTouch& touch) { return touch.direct; }
inline bool NeedsGiver(const catalog::FunctionTouch& touch) { return !touch.harmless; }
// The first rule of the grant that allows what the act needs; where none does, that of the
// strictest approval. Null: no rule gives it.
const Rule* Giver(const Grant& grant, const catalog::Findings& findings, const Act& act,
                  const ConnectionRef* connection);
const Rule* GiverOfCall(const Grant& grant, const ConnectionRef* connection);

// Whether `verdict` says more than `other`: it is stricter, or more people must approve.
bool IsStricter(const Verdict& verdict, const Verdict& other);

inline constexpr std::string_view kDefaults = "defaults";
inline constexpr std::string_view kHousekeeping = "housekeeping";
inline constexpr std::string_view kSyntax = "syntax";

}  // namespace portreeve::policy
