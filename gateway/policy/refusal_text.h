// What a client hears when a statement is refused or held: what it was that may not be, the rule
// that says so, and what to do.
#pragma once

#include <string>

#include "base/refusal.h"
#include "policy/judge.h"

namespace portreeve::policy {

// "relation hr.salaries"; empty: it is about the statement as such.
std::string NameOf(const Met& met);

// `verdict` refuses or holds.
base::Refusal RefusalOf(const Verdict& verdict, const Grant& grant,
                        const catalog::Findings& findings);
// Of a text without facts: a syntax error, or not examined.
base::Refusal RefusalOfUnparsed(const Verdict& verdict, const Grant& grant,
                                const sql::Facts& facts);
base::Refusal RefusalOfCall(const Verdict& verdict, const Grant& grant);

}  // namespace portreeve::policy
