#include "admin/operator_api.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "admin/json_body.h"
#include "base/name.h"

namespace portreeve::admin {
namespace {

using nlohmann::json;

constexpr int64_t kSecondUs = 1'000'000;
constexpr int64_t kDefaultTokenLifetimeS = 3600;
constexpr char kOperator[] = "operator";

// None where the field is missing: an empty list would look like a limit and be none.
absl::StatusOr<std::vector<std::string>> ConnectionsOf(const json& body) {
  std::vector<std::string> names;
  const auto found = body.find("connections");
  if (found == body.end()) return names;
  if (!found->is_array() || found->empty() || found->size() > OperatorApi::kMaxTokenConnections) {
    return base::InvalidArgument("connections must be a list of 1 to 100 names");
  }
  for (const json& entry : *found) {
    const auto* name = entry.get_ptr<const std::string*>();
    if (name == nullptr || !base::IsName(*name)) {
      return base::InvalidArgument("a connection's name has 1 to 63 of a-z, 0-9, - and _, not " +
                                   ToText(entry));
    }
    if (std::find(names.begin(), names.end(), *name) == names.end()) names.push_back(*name);
  }
  return names;
}

absl::StatusOr<int64_t> LifetimeOf(const json& body) {
  const auto found = body.find("expires_in_s");
  if (found == body.end()) return kDefaultTokenLifetimeS;
  if (!found->is_number_integer() || *found < 1 || *found > OperatorApi::kMaxTokenLifetimeS) {
    return base::InvalidArgument("expires_in_s must be a number of seconds, at most a week");
  }
  return found->get<int64_t>();
}

}  // namespace

absl::StatusOr<std::string> OperatorApi::CreateJoinToken(std::string_view body) {
  ASSIGN_OR_RETURN(const json request, ParseBody(body, {"name", "connections", "expires_in_s"}));
  ASSIGN_OR_RETURN(const std::string name, TextOf(request, "name", "agent"));
  ASSIGN_OR_RETURN(const auto connections, ConnectionsOf(request));
  ASSIGN_OR_RETURN(const int64_t lifetime_s, LifetimeOf(request));
  ASSIGN_OR_RETURN(const auto created,
                   authority_.CreateJoinToken(name, lifetime_s * kSecondUs, connections));
  proto::audit::Record record;
  auto& event = *record.mutable_join_token_created();
  event.set_join_token_id(created.id);
  event.set_by(kOperator);
  event.set_expires_unix_s(created.expires_us / kSecondUs);
  event.set_uses(1);
  event.mutable_connections()->Assign(connections.begin(), connections.end());
  // A token that is not on record is not handed out.
  RETURN_IF_ERROR(journal_.control().Append(std::move(record)));
  return ToText({{"token", created.token},
                 {"id", created.id},
                 {"name", name},
                 {"connections", connections},
                 {"expires_unix_s", created.expires_us / kSecondUs}});
}

absl::StatusOr<std::string> OperatorApi::ListAgents() const {
  std::map<std::string, fleet::ConnectedAgent> connected;
  for (auto& agent : fleet_.Agents()) connected.emplace(agent.id, std::move(agent));
  ASSIGN_OR_RETURN(const auto known, store_.ListAgents());
  json agents = json::array();
  for (const store::Agent& agent : known) {
    const auto found = connected.find(agent.id);
    const bool is_connected = found != connected.end();
    json entry = {{"id", agent.id},
                  {"name", agent.name},
                  {"state", agent.revoked_us != 0 ? "revoked"
                            : is_connected        ? "connected"
                                                  : "offline"},
                  {"may_serve", agent.connections},
                  {"enrolled_unix_s", agent.created_us / kSecondUs}};
    if (is_connected) {
      const fleet::ConnectedAgent& live = found->second;
      entry.update({{"version", live.version},
                    {"address", live.address},
                    {"connections", live.connections},
                    {"lanes", live.lanes},
                    {"sessions", live.sessions},
                    {"connected_since_unix_s", live.connected_since_unix_us / kSecondUs}});
      ASSIGN_OR_RETURN(const auto certificate, store_.FindCertificate(live.certificate_serial));
      entry["certificate_expires_unix_s"] = certificate.not_after_us / kSecondUs;
    }
    agents.push_back(std::move(entry));
  }
  return ToText({{"agents", std::move(agents)}});
}

absl::StatusOr<std::string> OperatorApi::RevokeAgent(const std::string& agent_id,
                                                     std::string_view body) {
  ASSIGN_OR_RETURN(const json request, ParseBody(body, {"reason"}));
  ASSIGN_OR_RETURN(const std::string reason, TextOf(request, "reason", "revoked by an operator"));
  ASSIGN_OR_RETURN(const store::Agent agent, store_.FindAgent(agent_id));
  proto::audit::Record record;
  auto& event = *record.mutable_agent_revoked();
  event.set_agent(agent.id);
  event.set_by(kOperator);
  event.set_reason(reason);
  RETURN_IF_ERROR(journal_.control().Append(std::move(record)));
  RETURN_IF_ERROR(authority_.Revoke(agent.id));
  fleet_.CutOff(agent.id, "the agent is revoked");
  return std::string("{}");
}

absl::StatusOr<std::string> OperatorApi::ListSessions() const {
  json sessions = json::array();
  for (const front::SessionSummary& session : front_.Sessions()) {
    sessions.push_back({{"id", session.id},
                        {"subject", session.subject},
                        {"grant", session.grant},
                        {"connection", session.connection},
                        {"client_address", session.client_address},
                        {"agent", session.agent},
                        {"opened_unix_s", session.opened_unix_us / kSecondUs}});
  }
  return ToText(
      {{"sessions", std::move(sessions)}, {"now_unix_s", clock_.UnixMicros() / kSecondUs}});
}

absl::StatusOr<std::string> OperatorApi::KillSession(const std::string& session,
                                                     std::string_view body) {
  ASSIGN_OR_RETURN(const json request, ParseBody(body, {"reason"}));
  ASSIGN_OR_RETURN(const std::string reason, TextOf(request, "reason", "ended by an operator"));
  // The record of the session's end tells the reason.
  if (!front_.Kill(session, reason)) return base::NotFound("there is no session " + session);
  return std::string("{}");
}

}  // namespace portreeve::admin
