#include "rehearsal/rehearsal.h"

#include <utility>
#include <variant>

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

Rehearsed Rehearse(const policy::Policy& policy, const policy::Grant& grant,
                   const policy::ConnectionRef& connection, const catalog::NameSpace& names,
                   std::string_view text) {
  Rehearsed done;
  done.facts = sql::Analyse(text, {}, {});
  done.findings = catalog::Resolve(done.facts, names);
  done.decision = policy.Decide(grant, done.facts, done.findings, &connection);
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
