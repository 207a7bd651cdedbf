#include "policy/trace.h"

#include <algorithm>
#include <utility>

#include "policy/judge.h"
#include "policy/refusal_text.h"

namespace portreeve::policy {
namespace {

using catalog::Findings;

constexpr std::string_view kElsewhere = "it is for other connections or databases";

struct Need {
  Act act;
  std::string text;
};

std::string NameOfClass(ActClass act) {
  const std::string_view kind = sql::Name(act.statement_class);
  const std::string_view finer = sql::Name(act.sub_class);
  return kind == finer ? std::string(kind) : std::string(kind) + " (" + std::string(finer) + ")";
}

std::vector<Need> NeedsOf(const Findings& findings) {
  std::vector<Need> needs;
  if (!findings.housekeeping) {
    needs.push_back({{}, NameOfClass({findings.statement_class, findings.sub_class})});
  }
  for (const catalog::RelationTouch& touch : findings.relations) {
    if (!NeedsGiver(touch)) continue;
    const std::string kind(sql::Name(ClassOf(touch.access, findings).sub_class));
    needs.push_back({{&touch, nullptr}, kind + ": " + NameOf(Met{&touch, nullptr, nullptr})});
  }
  for (const catalog::FunctionTouch& touch : findings.functions) {
    if (!NeedsGiver(touch)) continue;
    needs.push_back({{nullptr, &touch}, "call: " + NameOf(Met{nullptr, nullptr, &touch})});
  }
  return needs;
}

// A rule with the conditions of another one on where it holds, and no other.
Rule Place(const Rule& rule) {
  Rule place;
  place.connections = rule.connections;
  place.databases = rule.databases;
  return place;
}

std::string ClassReason(const Findings& findings) {
  return "class: the statement is " + NameOfClass({findings.statement_class, findings.sub_class});
}

// Each condition is held against the statement alone, by the function that holds them together.
std::string WhyNotMeant(const Rule& rule, const Findings& findings,
                        const ConnectionRef* connection) {
  const auto means = [&](const Rule& part) {
    Met met;
    return Means(part, findings, connection, met);
  };
  if (!means(Place(rule))) return std::string(kElsewhere);
  Rule part;
  part.where_absent = rule.where_absent;
  if (!means(part)) {
    return findings.where == sql::Where::kRestricting
               ? "where: its WHERE restricts it"
               : "where: it is neither an UPDATE nor a DELETE";
  }
  part = Rule();
  part.classes = rule.classes;
  if (!rule.has_objects() && !means(part)) return ClassReason(findings);
  part.except = rule.except;
  if (!rule.has_objects() && !means(part)) return "except: it calls no other functions";
  part = Rule();
  part.tables = rule.tables;
  if (!means(part)) return "tables: it reaches none of them";
  part = Rule();
  part.columns = rule.columns;
  if (!means(part)) return "columns: it names none of them";
  part = Rule();
  part.functions = rule.functions;
  if (!means(part)) return "functions: it calls none of them";
  part.except = rule.except;
  if (!means(part)) return "except: it calls no other functions";
  return "class: what the statement does there is not of this class";
}

std::string WhyNotGiven(const Rule& rule, const Findings& findings, const std::vector<Need>& needs,
                        const ConnectionRef* connection) {
  const auto gives = [&](const Rule& part) {
    return std::any_of(needs.begin(), needs.end(), [&](const Need& need) {
      return Gives(part, findings, need.act, connection);
    });
  };
  if (needs.empty()) return "nothing of it needs a rule";
  Rule part = Place(rule);
  for (const std::string_view all : {"any", "unknown", "function_call"}) part.classes.Add(all);
  if (!gives(part)) return std::string(kElsewhere);
  part = Rule();
  part.classes = rule.classes;
  if (!gives(part)) return ClassReason(findings);
  if (!rule.tables.empty()) return "tables: none of them is what it needs";
  if (!rule.functions.empty()) return "functions: none of them is what it needs";
  return "except: it calls no other functions";
}

RuleTrace Traced(const Rule& rule, bool of_grant, const Findings& findings,
                 const std::vector<Need>& needs, const ConnectionRef* connection) {
  RuleTrace trace{&rule, false, {}, {}};
  Met met;
  if (rule.action != Action::kAllow && Means(rule, findings, connection, met)) {
    trace.matches = true;
    trace.object = NameOf(met);
    return trace;
  }
  for (const Need& need : needs) {
    if (!of_grant || rule.action == Action::kRefuse ||
        !Gives(rule, findings, need.act, connection)) {
      continue;
    }
    trace.matches = true;
    if (trace.object.empty()) {
      trace.object = NameOf(Met{need.act.relation, nullptr, need.act.function});
    }
  }
  if (trace.matches) return trace;
  trace.why_not = rule.action == Action::kAllow ? WhyNotGiven(rule, findings, needs, connection)
                                                : WhyNotMeant(rule, findings, connection);
  return trace;
}

}  // namespace

StatementTrace TraceOf(const Policy& policy, const Grant& grant, const Findings& findings,
                       const ConnectionRef* connection) {
  const Verdict verdict = Judge(policy.guardrails(), grant, findings, connection);
  StatementTrace trace{verdict.action, verdict.path, {}, {}};
  const std::vector<Need> needs = NeedsOf(findings);
  for (const Rule& rule : policy.guardrails()) {
    trace.rules.push_back(Traced(rule, false, findings, needs, connection));
  }
  for (const Rule& rule : grant.rules) {
    trace.rules.push_back(Traced(rule, true, findings, needs, connection));
  }
  for (const Need& need : needs) {
    trace.needs.push_back({need.text, Giver(grant, findings, need.act, connection)});
  }
  return trace;
}

StatementTrace TraceOfCall(const Policy& policy, const Grant& grant,
                           const ConnectionRef* connection) {
  constexpr std::string_view kWhyNot = "it does not speak of FunctionCall messages";
  const Verdict verdict = JudgeCall(policy.guardrails(), grant, connection);
  StatementTrace trace{
      verdict.action, verdict.path, {}, {{"function_call", GiverOfCall(grant, connection)}}};
  const auto add = [&](const Rule& rule, bool of_grant) {
    const bool gives = of_grant && rule.action != Action::kRefuse && GivesCall(rule, connection);
    const bool matches = gives || (rule.action != Action::kAllow && MeansCall(rule, connection));
    trace.rules.push_back({&rule, matches, {}, matches ? "" : std::string(kWhyNot)});
  };
  for (const Rule& rule : policy.guardrails()) add(rule, false);
  for (const Rule& rule : grant.rules) add(rule, true);
  return trace;
}

}  // namespace portreeve::policy
