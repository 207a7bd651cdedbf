#include "rehearsal/rehearsal.h"

#include <utility>
#include <variant>

#include "policy/masks_in_force.h"
#include "sql/parser.h"

namespace portreeve::rehearsal {

Opening OpenSession(const policy::Policy& policy, const Caller& caller) {
  auto opened = policy.Open(caller.principal, caller.connection, caller.requested);
  if (auto* refusal = std::get_if<base::Refusal>(&opened)) {
    return {nullptr, false, std::move(*refusal)};
  }
  const auto& session = std::get<policy::OpenSession>(opened);
  if (caller.at_unix_s && !session.grant->WindowEnd(*caller.at_unix_s)) {
    return {nullptr, session.chosen_by_default, policy::WindowClosed(*session.grant)};
  }
  return {session.grant, session.chosen_by_default, {}};
}

catalog::NameSpace NamesOf(std::shared_ptr<const catalog::Snapshot> snapshot,
                           const policy::Grant& grant,
                           const std::optional<std::string>& search_path) {
  catalog::NameSpace names;
  names.role = grant.role().empty() ? snapshot->parts().login_role : std::string(grant.role());
  names.search_paths = {search_path.value_or(snapshot->parts().default_search_path)};
  names.snapshot = std::move(snapshot);
  return names;
}

namespace {

void ApplyMasks(const catalog::NameSpace& names, std::string_view text, Rehearsed& done) {
  if (done.in_force == nullptr) {
    done.lineages = lineage::Trace(text, {}, {}, names);
    return;
  }
  const auto columns = std::make_shared<const policy::MaskedColumns>(done.in_force, names.snapshot);
  // As the masks follow it: through the functions that the policy trusts.
  done.lineages = lineage::Trace(text, {}, {}, names, &columns->views());
  if (done.decision.action != policy::Action::kAllow) return;
  done.masked = policy::RuleOnMasks({text, {}, {}, done.facts, done.findings, names}, columns);
  for (policy::MaskRuling& ruling : done.masked) {
    if (ruling.rule.empty()) continue;
    done.decision.action = policy::Action::kRefuse;
    done.decision.rule = ruling.rule;
    done.decision.refusal = ruling.refusal;
    return;
  }
}

}  // namespace

Rehearsed Rehearse(const policy::Policy& policy, const policy::Grant& grant, const Caller& caller,
                   const catalog::NameSpace& names, std::string_view text) {
  const policy::ConnectionRef& connection = caller.connection;
  Rehearsed done;
  done.facts = sql::Analyse(text, {}, {});
  done.findings = catalog::Resolve(done.facts, names);
  done.decision = policy.Decide(grant, done.facts, done.findings, &connection);
  // The policy lives as long as what is rehearsed with it.
  const std::shared_ptr<const policy::Policy> borrowed(std::shared_ptr<void>(), &policy);
  done.in_force = policy::MasksFor(borrowed, caller.principal, connection);
  ApplyMasks(names, text, done);
  if (done.facts.syntax_error || done.facts.not_examined) {
    done.traces.push_back(policy::TraceOf(policy, grant, {}, &connection));
  }
  for (const catalog::Findings& findings : done.findings) {
    done.traces.push_back(policy::TraceOf(policy, grant, findings, &connection));
  }
  return done;
}

Rehearsed RehearseCall(const policy::Policy& policy, const policy::Grant& grant,
                       const policy::ConnectionRef& connection) {
  Rehearsed done;
  done.decision = policy.DecideFunctionCall(grant, &connection);
  done.traces.push_back(policy::TraceOfCall(policy, grant, &connection));
  return done;
}

}  // namespace portreeve::rehearsal
