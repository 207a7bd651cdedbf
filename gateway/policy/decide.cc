// From facts to decisions.

#include <algorithm>
#include <cctype>
#include <string>

#include "policy/policy.h"

namespace portreeve::policy {
namespace {

constexpr std::string_view kDefaults = "defaults";
constexpr std::string_view kHousekeeping = "housekeeping";
constexpr std::string_view kSyntax = "syntax";

std::string Upper(std::string_view name) {
  std::string upper(name);
  for (char& character : upper) {
    character = character == '_' ? ' ' : static_cast<char>(std::toupper(character));
  }
  return upper;
}

Decision Allow(std::string_view rule) {
  Decision decision;
  decision.action = Action::kAllow;
  decision.rule = rule;
  return decision;
}

Decision Refuse(std::string_view rule, const std::string& message, const std::string& detail,
                const std::string& hint) {
  Decision decision;
  decision.rule = rule;
  decision.refusal = {std::string(base::sqlstate::kInsufficientPrivilege), message, detail, hint};
  return decision;
}

std::string What(const sql::StatementFacts& facts) {
  if (facts.statement_class == sql::StatementClass::kUnknown) {
    return "portreeve cannot analyse this statement";
  }
  return "portreeve refused this statement: " + Upper(sql::Name(facts.sub_class));
}

std::string Detail(std::string_view rule, const sql::StatementFacts& facts) {
  std::string detail = "Rule " + std::string(rule) + ", class " +
                       std::string(sql::Name(facts.statement_class)) + ".";
  if (!facts.unknown_reason.empty()) detail += " Not understood: " + facts.unknown_reason + ".";
  return detail;
}

std::string Hint(const Grant& grant) {
  return "The grant " + grant.name_text +
         " does not allow it; connect under one that does, or ask the owner of the policy.";
}

// A text that was not parsed has no facts; whether it may pass is a question of `unknown` alone.
const Rule* RuleForUnknown(const Grant& grant) {
  for (const Rule& rule : grant.rules) {
    if (rule.classes.Covers(sql::StatementClass::kUnknown, sql::SubClass::kUnknown)) return &rule;
  }
  return nullptr;
}

Decision DecideUnparsed(const Grant& grant, const sql::Facts& facts) {
  const Rule* rule = RuleForUnknown(grant);
  if (rule != nullptr && rule->action == Action::kAllow) return Allow(rule->path);
  if (facts.not_examined) {
    return Refuse(rule != nullptr ? std::string_view(rule->path) : kDefaults,
                  "portreeve cannot analyse this statement",
                  "Not examined: " + *facts.not_examined + ".", Hint(grant));
  }
  const sql::SyntaxError& error = *facts.syntax_error;
  Decision decision;
  decision.rule = kSyntax;
  decision.position = error.position;
  std::string detail = error.detail;
  detail += detail.empty() ? "" : " ";
  detail += "Portreeve could not parse the statement; the server was not asked.";
  decision.refusal = {error.sqlstate, error.message, detail, error.hint};
  return decision;
}

}  // namespace

Decision Policy::DecideStatement(const Grant& grant, const sql::StatementFacts& facts) const {
  for (const Rule& rule : grant.rules) {
    const bool covers = rule.classes.Covers(facts.statement_class, facts.sub_class);
    if (!covers) continue;
    if (rule.action == Action::kAllow) return Allow(rule.path);
    // A refusal by `any` means what the session wants to do, not what keeps it going.
    if (facts.housekeeping && !rule.classes.Names(facts.statement_class, facts.sub_class)) continue;
    return Refuse(rule.path, rule.message.empty() ? What(facts) : rule.message,
                  Detail(rule.path, facts), Hint(grant));
  }
  if (facts.housekeeping) return Allow(kHousekeeping);
  return Refuse(kDefaults, What(facts), Detail(kDefaults, facts), Hint(grant));
}

Decision Policy::Decide(const Grant& grant, const sql::Facts& facts) const {
  if (facts.syntax_error || facts.not_examined) return DecideUnparsed(grant, facts);
  Decision decision = Allow(kDefaults);
  for (const sql::StatementFacts& statement : facts.statements) {
    decision = DecideStatement(grant, statement);
    if (decision.action == Action::kRefuse) break;
  }
  return decision;
}

Decision Policy::DecideFunctionCall(const Grant& grant) const {
  sql::StatementFacts facts;
  facts.statement_class = sql::StatementClass::kFunction;
  facts.sub_class = sql::SubClass::kFunctionCall;
  for (const Rule& rule : grant.rules) {
    // The message names an OID only: the class `function` does not speak of it.
    ClassSet call;
    call.Add(sql::Name(sql::SubClass::kFunctionCall));
    if (!rule.classes.Includes(call)) continue;
    if (rule.action == Action::kAllow) return Allow(rule.path);
    return Refuse(rule.path, rule.message.empty() ? What(facts) : rule.message,
                  Detail(rule.path, facts), Hint(grant));
  }
  return Refuse(kDefaults, "portreeve refused a FunctionCall message", Detail(kDefaults, facts),
                "Call the function in a SELECT.");
}

}  // namespace portreeve::policy
