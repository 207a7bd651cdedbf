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

std::string UnknownHint(const Grant& grant) {
  return "If the server knows this syntax, it takes a rule of the grant " + grant.name_text +
         " that allows the class unknown.";
}

std::string Hint(const Grant& grant) {
  return "The grant " + grant.name_text +
         " does not allow it; connect under one that does, or ask the owner of the policy.";
}

// The rule that decides among those that cover a statement: the first that refuses, before the
// first that allows. Null: none covers it.
template <typename Covers>
const Rule* Strictest(const Grant& grant, const Covers& covers) {
  const Rule* allows = nullptr;
  for (const Rule& rule : grant.rules) {
    if (!covers(rule)) continue;
    if (rule.action == Action::kRefuse) return &rule;
    if (allows == nullptr) allows = &rule;
  }
  return allows;
}

// A text that was not parsed has no facts; whether it may pass is a question of `unknown` alone.
Decision DecideUnparsed(const Grant& grant, const sql::Facts& facts) {
  const Rule* rule = Strictest(grant, [](const Rule& entry) {
    return entry.classes.Covers(sql::StatementClass::kUnknown, sql::SubClass::kUnknown);
  });
  if (rule != nullptr && rule->action == Action::kAllow) return Allow(rule->path);
  const std::string_view path = rule != nullptr ? std::string_view(rule->path) : kDefaults;
  const std::string message = rule != nullptr ? rule->message : "";
  if (facts.not_examined) {
    return Refuse(
        path, message.empty() ? "portreeve cannot analyse this statement" : message,
        "Rule " + std::string(path) + ", class unknown. Not examined: " + *facts.not_examined + ".",
        Hint(grant));
  }
  // The server's own words, so that a client shows a syntax error as it always does.
  const sql::SyntaxError& error = *facts.syntax_error;
  Decision decision;
  decision.rule = rule != nullptr ? path : kSyntax;
  decision.position = error.position;
  std::string detail = error.detail;
  detail += detail.empty() ? "" : " ";
  detail += "Portreeve could not parse the statement; the server was not asked.";
  if (!message.empty()) detail += " " + message;
  decision.refusal = {error.sqlstate, error.message, detail,
                      error.hint.empty() ? UnknownHint(grant) : error.hint};
  return decision;
}

}  // namespace

Decision Policy::DecideStatement(const Grant& grant, const sql::StatementFacts& facts) const {
  const Rule* rule = Strictest(grant, [&facts](const Rule& entry) {
    // A refusal by `any` means what the session wants to do, not what keeps it going.
    return facts.housekeeping && entry.action == Action::kRefuse
               ? entry.classes.Names(facts.statement_class, facts.sub_class)
               : entry.classes.Covers(facts.statement_class, facts.sub_class);
  });
  if (rule == nullptr) {
    if (facts.housekeeping) return Allow(kHousekeeping);
    return Refuse(kDefaults, What(facts), Detail(kDefaults, facts), Hint(grant));
  }
  if (rule->action == Action::kAllow) return Allow(rule->path);
  return Refuse(rule->path, rule->message.empty() ? What(facts) : rule->message,
                Detail(rule->path, facts), Hint(grant));
}

Decision Policy::Decide(const Grant& grant, const sql::Facts& facts) const {
  if (facts.syntax_error || facts.not_examined) return DecideUnparsed(grant, facts);
  Decision allowed = Allow(kHousekeeping);
  for (const sql::StatementFacts& statement : facts.statements) {
    Decision decision = DecideStatement(grant, statement);
    if (decision.action == Action::kRefuse) return decision;
    // Of a text with BEGIN and COMMIT around it, the rule for what stands between is named.
    if (decision.rule != kHousekeeping) allowed.rule = decision.rule;
  }
  return allowed;
}

Decision Policy::DecideFunctionCall(const Grant& grant) const {
  sql::StatementFacts facts;
  facts.statement_class = sql::StatementClass::kFunction;
  facts.sub_class = sql::SubClass::kFunctionCall;
  // The message names an OID only: the class `function` does not speak of it.
  ClassSet call;
  call.Add(sql::Name(sql::SubClass::kFunctionCall));
  const Rule* rule =
      Strictest(grant, [&call](const Rule& entry) { return entry.classes.Includes(call); });
  if (rule == nullptr) {
    return Refuse(kDefaults, "portreeve refused a FunctionCall message", Detail(kDefaults, facts),
                  "Call the function in a SELECT.");
  }
  if (rule->action == Action::kAllow) return Allow(rule->path);
  return Refuse(rule->path, rule->message.empty() ? What(facts) : rule->message,
                Detail(rule->path, facts), Hint(grant));
}

}  // namespace portreeve::policy
