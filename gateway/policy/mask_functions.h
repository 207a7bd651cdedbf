// Which functions may be called while columns are masked. Its one rule: what may read a relation
// that its call does not name is not trusted unless the policy says so.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/findings.h"
#include "catalog/snapshot.h"
#include "policy/pattern.h"

namespace portreeve::policy {

// The policy trusts any code whatever.
bool TrustsAll(const std::vector<FunctionPattern>& trusted);

// It gives out no more than what it is given, or the policy says so.
bool IsTrusted(const catalog::FunctionTouch& touch, const catalog::Snapshot& snapshot,
               const std::vector<FunctionPattern>& trusted);

// The first that is not trusted, for people: "function public.f(integer)". None: all are.
std::optional<std::string> UntrustedCall(const catalog::Findings& findings,
                                         const catalog::Snapshot& snapshot,
                                         const std::vector<FunctionPattern>& trusted);

}  // namespace portreeve::policy
