#include "policy/refusal_text.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

namespace portreeve::policy {
namespace {

using catalog::Findings;

constexpr std::string_view kCannotAnalyse = "portreeve cannot analyse this statement";
constexpr std::string_view kNeedsApproval = "this statement needs an approval";

std::string Upper(std::string_view name) {
  std::string upper(name);
  for (char& character : upper) {
    character = character == '_' ? ' ' : static_cast<char>(std::toupper(character));
  }
  return upper;
}

std::string Qualified(std::string_view schema, std::string_view name) {
  std::string text(schema);
  if (!text.empty()) text += ".";
  return text.append(name);
}

std::string NameOf(const catalog::FunctionTouch& touch) {
  std::string name = Qualified(touch.schema, touch.name);
  return touch.known ? name + "(" + touch.arguments + ")" : name;
}

std::string NameOf(const catalog::ColumnTouch& touch) {
  return Qualified(Qualified(touch.schema, touch.relation),
                   touch.column.empty() ? "*" : touch.column);
}

std::string ObjectOf(const Met& met) {
  const std::string object = NameOf(met);
  return object.empty() ? object : ", " + object;
}

// What is refused: what is done to the relation that is named, or else the statement.
ActClass ActOf(const Verdict& verdict, const Findings& findings) {
  if (verdict.rule == nullptr && verdict.met.relation != nullptr) {
    return ClassOf(verdict.met.relation->access, findings);
  }
  return {findings.statement_class, findings.sub_class};
}

std::string Message(const Verdict& verdict, const Findings& findings) {
  if (verdict.rule != nullptr && !verdict.rule->message.empty()) return verdict.rule->message;
  const ActClass act = ActOf(verdict, findings);
  if (act.statement_class == sql::StatementClass::kUnknown) return std::string(kCannotAnalyse);
  return "portreeve refused this statement: " + Upper(sql::Name(act.sub_class)) +
         ObjectOf(verdict.met);
}

std::string Detail(const Verdict& verdict, const Findings& findings) {
  const ActClass act = ActOf(verdict, findings);
  std::string detail = "Rule " + std::string(verdict.path) + ", class " +
                       std::string(sql::Name(act.statement_class)) + ".";
  if (!findings.unknown_reason.empty()) {
    detail += " Not understood: " + findings.unknown_reason + ".";
  }
  return detail;
}

std::string HintOf(const Grant& grant) {
  return "The grant " + grant.name_text +
         " does not allow it; connect under one that does, or ask the owner of the policy.";
}

// That the relation is not known is why it is refused, or one reason.
bool IsBecauseUnknown(const Verdict& verdict, const Grant& grant) {
  if (verdict.met.relation == nullptr || verdict.met.relation->known) return false;
  if (verdict.rule != nullptr) return verdict.rule->has_objects();
  return std::any_of(grant.rules.begin(), grant.rules.end(), [](const Rule& rule) {
    return rule.action != Action::kRefuse && !rule.tables.empty();
  });
}

// A guardrail stands in the way of every grant.
std::string Hint(const Verdict& verdict, const Grant& grant) {
  if (IsBecauseUnknown(verdict, grant)) {
    return "portreeve does not know " +
           Qualified(verdict.met.relation->schema, verdict.met.relation->name) +
           ", so it could be anything: name its schema, and check that it exists.";
  }
  if (verdict.met.function != nullptr && !verdict.met.function->known) {
    return "portreeve does not know " + NameOf(*verdict.met.function) +
           ", so it could do anything: name its schema, and check that it exists.";
  }
  if (verdict.path.starts_with("guardrails/")) {
    return "No grant allows it: change the statement, or ask the owner of the policy.";
  }
  return HintOf(grant);
}

base::Refusal Held(const Verdict& verdict, std::string_view statement_class) {
  const Rule& rule = *verdict.rule;
  std::string message(kNeedsApproval);
  if (!rule.message.empty()) message += ": " + rule.message;
  return {std::string(base::sqlstate::kInsufficientPrivilege), message,
          "Rule " + rule.path + ", class " + std::string(statement_class) + ", approval " +
              rule.approval + ".",
          "Nothing was executed. Approvals cannot be asked for yet: connect under a grant that "
          "allows the statement, or ask the owner of the policy."};
}

base::Refusal Refused(std::string message, std::string detail, std::string hint) {
  return {std::string(base::sqlstate::kInsufficientPrivilege), std::move(message),
          std::move(detail), std::move(hint)};
}

}  // namespace

std::string NameOf(const Met& met) {
  if (met.column != nullptr) return "column " + NameOf(*met.column);
  if (met.function != nullptr) return "function " + NameOf(*met.function);
  if (met.relation == nullptr) return {};
  return "relation " + Qualified(met.relation->schema, met.relation->name);
}

base::Refusal WindowClosed(const Grant& grant) {
  return {std::string(base::sqlstate::kInvalidAuthorization),
          "the grant " + grant.name_text + " is closed at this time", "",
          "Come again when its window is open, or name another grant as the user."};
}

base::Refusal RefusalOf(const Verdict& verdict, const Grant& grant, const Findings& findings) {
  if (verdict.action == Action::kHold) return Held(verdict, sql::Name(findings.statement_class));
  return Refused(Message(verdict, findings), Detail(verdict, findings), Hint(verdict, grant));
}

base::Refusal RefusalOfUnparsed(const Verdict& verdict, const Grant& grant,
                                const sql::Facts& facts) {
  if (verdict.action == Action::kHold) {
    return Held(verdict, sql::Name(sql::StatementClass::kUnknown));
  }
  const std::string message = verdict.rule != nullptr ? verdict.rule->message : "";
  if (facts.not_examined) {
    return Refused(message.empty() ? std::string(kCannotAnalyse) : message,
                   "Rule " + std::string(verdict.path) +
                       ", class unknown. Not examined: " + *facts.not_examined + ".",
                   Hint(verdict, grant));
  }
  // The server's own words, so that a client shows a syntax error as it always does.
  const sql::SyntaxError& error = *facts.syntax_error;
  std::string detail = error.detail;
  detail += detail.empty() ? "" : " ";
  detail += "Portreeve could not parse the statement; the server was not asked.";
  if (!message.empty()) detail += " " + message;
  return {error.sqlstate, error.message, detail,
          error.hint.empty() ? "If the server knows this syntax, it takes a rule of the grant " +
                                   grant.name_text + " that allows the class unknown."
                             : error.hint};
}

base::Refusal RefusalOfCall(const Verdict& verdict, const Grant& grant) {
  Findings call;
  call.statement_class = sql::StatementClass::kFunction;
  call.sub_class = sql::SubClass::kFunctionCall;
  if (verdict.rule != nullptr) return RefusalOf(verdict, grant, call);
  return Refused("portreeve refused a FunctionCall message", Detail(verdict, call),
                 "Call the function in a SELECT.");
}

}  // namespace portreeve::policy
