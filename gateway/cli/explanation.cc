#include "cli/explanation.h"

#include <algorithm>
#include <string_view>

#include "policy/masks_in_force.h"
#include "policy/trace.h"

namespace portreeve::cli {
namespace {

using nlohmann::ordered_json;

std::string_view ReasonOf(policy::Obstacle obstacle) {
  switch (obstacle) {
    case policy::Obstacle::kNone:
      return "";
    case policy::Obstacle::kWho:
      return "who: the principal is in none of its groups";
    case policy::Obstacle::kConnection:
      return "on: it is for other connections";
    case policy::Obstacle::kDatabase:
      return "on: it is for other databases";
    case policy::Obstacle::kLabels:
      return "on: the connection has not all of its labels";
  }
  return "";
}

ordered_json Heard(const base::Refusal& refusal) {
  return {{"sqlstate", refusal.sqlstate},
          {"message", refusal.message},
          {"detail", refusal.detail},
          {"hint", refusal.hint}};
}

ordered_json SessionOf(const policy::Policy& policy, const rehearsal::Caller& caller,
                       const rehearsal::Opening& opening) {
  ordered_json session;
  session["opens"] = opening.grant != nullptr;
  if (opening.grant != nullptr) {
    session["grant"] = opening.grant->name();
    session["role"] = opening.grant->role();
    session["chosen"] =
        opening.chosen_by_default ? "the first that covers the session" : "named as the user";
    if (!caller.at_unix_s && opening.grant->window) {
      session["window_not_looked_at"] = opening.grant->window_name;
    }
  } else {
    session["heard"] = Heard(opening.refusal);
  }
  session["other_grants"] = ordered_json::array();
  for (const policy::Grant& grant : policy.grants()) {
    if (&grant == opening.grant) continue;
    const auto obstacle = policy.ObstacleTo(grant, caller.principal, caller.connection);
    std::string why(ReasonOf(obstacle));
    if (obstacle == policy::Obstacle::kNone) {
      const bool closed = caller.at_unix_s && !grant.WindowEnd(*caller.at_unix_s);
      why = "it covers the session as well";
      if (closed) why = "its window " + grant.window_name + " is closed at this time";
    }
    session["other_grants"].push_back({{"grant", grant.name()}, {"why_not", why}});
  }
  return session;
}

ordered_json FactsOf(const sql::StatementFacts& facts, const catalog::Findings& findings) {
  ordered_json said;
  said["class"] = sql::Name(findings.statement_class);
  said["sub_class"] = sql::Name(findings.sub_class);
  if (!findings.unknown_reason.empty()) said["not_understood"] = findings.unknown_reason;
  if (findings.housekeeping) said["housekeeping"] = true;
  if (findings.where != sql::Where::kNone) {
    said["where"] = findings.where == sql::Where::kRestricting ? "restricting"
                    : findings.where == sql::Where::kAbsent    ? "absent"
                                                               : "trivial";
  }
  for (const catalog::RelationTouch& touch : findings.relations) {
    said["relations"].push_back({{"schema", touch.schema},
                                 {"name", touch.name},
                                 {"access", sql::Name(touch.access)},
                                 {"known", touch.known},
                                 {"direct", touch.direct}});
  }
  for (const catalog::ColumnTouch& touch : findings.columns) {
    said["columns"].push_back({{"schema", touch.schema},
                               {"relation", touch.relation},
                               {"column", touch.column.empty() ? "*" : touch.column},
                               {"usage", sql::Name(touch.usage)}});
  }
  for (const catalog::FunctionTouch& touch : findings.functions) {
    said["functions"].push_back({{"schema", touch.schema},
                                 {"name", touch.name},
                                 {"arguments", touch.arguments},
                                 {"known", touch.known},
                                 {"harmless", touch.harmless}});
  }
  for (const sql::SettingUse& use : facts.settings) {
    ordered_json setting = {{"name", use.name}, {"resets", use.resets}};
    if (use.value) setting["value"] = *use.value;
    said["settings"].push_back(std::move(setting));
  }
  return said;
}

ordered_json PathOf(const policy::StatementTrace& trace) {
  ordered_json path;
  path["action"] = policy::Name(trace.action);
  path["rule"] = trace.rule;
  path["rules"] = ordered_json::array();
  for (const policy::RuleTrace& rule : trace.rules) {
    ordered_json held = {{"rule", rule.rule->path},
                         {"action", policy::Name(rule.rule->action)},
                         {"matches", rule.matches}};
    if (!rule.object.empty()) held["object"] = rule.object;
    if (!rule.why_not.empty()) held["why_not"] = rule.why_not;
    path["rules"].push_back(std::move(held));
  }
  path["needs"] = ordered_json::array();
  for (const policy::NeedTrace& need : trace.needs) {
    ordered_json given = {{"act", need.act}, {"given_by", nullptr}};
    if (need.giver != nullptr) given["given_by"] = need.giver->path;
    path["needs"].push_back(std::move(given));
  }
  return path;
}

ordered_json LimitsOf(const policy::Limits& limits) {
  constexpr int64_t kMsUs = 1'000;
  ordered_json said = ordered_json::object();
  if (limits.rows) said["rows"] = *limits.rows;
  if (limits.bytes) said["bytes"] = *limits.bytes;
  if (limits.affects_at_most) said["affects_at_most"] = *limits.affects_at_most;
  if (limits.statement_time_us > 0) said["statement_time_ms"] = limits.statement_time_us / kMsUs;
  if (limits.per_minute > 0) said["per_minute"] = limits.per_minute;
  return said;
}

ordered_json DecisionOf(const policy::Decision& decision) {
  ordered_json said;
  said["action"] = policy::Name(decision.action);
  said["rule"] = decision.rule;
  if (!decision.approval.empty()) said["approval"] = decision.approval;
  said["observed"] = decision.observed;
  if (decision.action != policy::Action::kAllow) said["heard"] = Heard(decision.refusal);
  return said;
}

// Where the columns of the result come from, what masks them, and what else is done with columns.
ordered_json LineageOf(const lineage::Lineage& lineage, const policy::MaskRuling* ruling,
                       const catalog::Snapshot& snapshot) {
  ordered_json said;
  if (!lineage.unknown_reason.empty()) said["not_followed"] = lineage.unknown_reason;
  said["outputs"] = ordered_json::array();
  for (size_t i = 0; i < lineage.outputs.size(); ++i) {
    const lineage::OutputColumn& column = lineage.outputs[i];
    ordered_json output = {{"column", column.name}, {"from", ordered_json::array()}};
    for (const lineage::Origin& origin : column.origins) {
      output["from"].push_back({{"column", lineage::NameOf(origin.source, snapshot)},
                                {"how", origin.direct ? "as it is" : lineage::Name(origin.kind)},
                                {"through_view", origin.through_view}});
    }
    if (column.unknown) output["not_followed"] = true;
    const policy::MaskPlan* plan = ruling == nullptr ? nullptr : ruling->plan.get();
    if (plan != nullptr && i < plan->outputs.size() && plan->outputs[i].mask != nullptr) {
      output["masked_by"] = plan->outputs[i].mask->path;
    }
    said["outputs"].push_back(std::move(output));
  }
  said["uses"] = ordered_json::array();
  for (const lineage::Use& use : lineage.uses) {
    said["uses"].push_back({{"column", lineage::NameOf(use.source, snapshot)},
                            {"as", lineage::Name(use.kind)},
                            {"through_view", use.through_view}});
  }
  return said;
}

// The masks of the policy, and whether they hold for this caller.
ordered_json MasksOf(const policy::Policy& policy, const policy::MasksInForce* in_force) {
  ordered_json masks = ordered_json::array();
  for (const policy::Mask& mask : policy.masks()) {
    const auto holds = [&](const std::vector<const policy::Mask*>& list) {
      return std::find(list.begin(), list.end(), &mask) != list.end();
    };
    masks.push_back({{"mask", mask.path},
                     {"in_force", in_force != nullptr &&
                                      (holds(in_force->columns) || holds(in_force->detectors))}});
  }
  return masks;
}

}  // namespace

ordered_json Explanation(const policy::Policy& policy, const rehearsal::Caller& caller,
                         const rehearsal::Opening& opening,
                         const std::optional<rehearsal::Rehearsed>& done, std::string_view text,
                         const catalog::Snapshot& snapshot, bool without_catalog) {
  ordered_json said;
  said["policy"] = policy.version();
  said["session"] = SessionOf(policy, caller, opening);
  if (!done) return said;
  said["without_catalog"] = without_catalog;
  said["statements"] = ordered_json::array();
  for (size_t i = 0; i < done->traces.size(); ++i) {
    ordered_json statement;
    if (i < done->findings.size()) {
      const sql::StatementFacts& facts = done->facts.statements[i];
      statement["text"] = text.substr(std::min<size_t>(facts.offset, text.size()), facts.length);
      statement["facts"] = FactsOf(facts, done->findings[i]);
    } else {
      statement["facts"] = {{"class", "unknown"}};
    }
    statement["path"] = PathOf(done->traces[i]);
    if (i < done->lineages.size()) {
      const policy::MaskRuling* ruling = i < done->masked.size() ? &done->masked[i] : nullptr;
      statement["lineage"] = LineageOf(done->lineages[i], ruling, snapshot);
    }
    said["statements"].push_back(std::move(statement));
  }
  said["decision"] = DecisionOf(done->decision);
  said["limits"] = LimitsOf(opening.grant->limits);
  said["masks"] = MasksOf(policy, done->in_force.get());
  return said;
}

}  // namespace portreeve::cli
