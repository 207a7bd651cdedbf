#include "fleet/fleet.h"

#include <algorithm>
#include <set>
#include <utility>

#include "tls/certificate.h"

namespace portreeve::fleet {
namespace {

std::vector<std::string> ConnectionsOf(const Tunnel& tunnel) {
  std::vector<std::string> names;
  for (const auto& connection : tunnel.hello().connections()) names.push_back(connection.name());
  return names;
}

// Null: the agent does not serve it.
const link::Hello::Connection* Find(const Tunnel& tunnel, const std::string& name) {
  const auto& connections = tunnel.hello().connections();
  const auto found = std::find_if(connections.begin(), connections.end(),
                                  [&](const auto& entry) { return entry.name() == name; });
  return found == connections.end() ? nullptr : &*found;
}

}  // namespace

absl::StatusOr<std::shared_ptr<link::LaneHandler>> Fleet::Admit(size_t lane_index,
                                                                const link::PeerIdentity& peer) {
  if (peer.certificate_pem.empty()) {
    return base::PermissionDenied("a lane needs an agent's certificate: enrol first");
  }
  ASSIGN_OR_RETURN(const auto certificate, tls::ReadCertificate(peer.certificate_pem));
  const absl::Status allowed =
      authority_.IsAllowed(certificate.common_name, certificate.serial_hex);
  if (!allowed.ok()) {
    RecordRefusal(certificate.common_name, peer.address, allowed, {});
    return allowed;
  }
  const std::lock_guard lock(mutex_);
  if (!HasRoomLocked(certificate.common_name)) {
    return base::ResourceExhausted("the agent has too many lanes");
  }
  auto tunnel = std::make_shared<Tunnel>(lane_index, certificate.common_name,
                                         certificate.serial_hex, peer.address, *this);
  admitted_[certificate.common_name].push_back(tunnel);
  return tunnel;
}

bool Fleet::HasRoomLocked(const std::string& agent_id) {
  std::vector<std::weak_ptr<Tunnel>>& lanes = admitted_[agent_id];
  std::erase_if(lanes, [](const std::weak_ptr<Tunnel>& lane) {
    const auto tunnel = lane.lock();
    return tunnel == nullptr || tunnel->closed();
  });
  return lanes.size() < kMaxLanesPerAgent;
}

absl::Status Fleet::CheckClaim(const Tunnel& tunnel) {
  const std::vector<std::string> claimed = ConnectionsOf(tunnel);
  const absl::Status allowed = authority_.MayServe(tunnel.agent_id(), claimed);
  if (!allowed.ok()) RecordRefusal(tunnel.agent_id(), tunnel.address(), allowed, claimed);
  return allowed;
}

void Fleet::RecordRefusal(const std::string& agent_id, const std::string& address,
                          const absl::Status& status, const std::vector<std::string>& claimed) {
  {
    const std::lock_guard lock(mutex_);
    const int64_t now = clock_.MonotonicMicros();
    const auto [entry, is_first] = refused_us_.emplace(agent_id, now);
    if (!is_first && now - entry->second < kRefusalRecordIntervalUs) return;
    entry->second = now;
  }
  const std::string reason(base::FromAbsl(status.message()));
  logger_.Warn("an agent was turned away",
               {{"agent", agent_id}, {"address", address}, {"reason", reason}});
  proto::audit::Record record;
  auto& refused = *record.mutable_agent_refused();
  refused.set_agent(agent_id);
  refused.set_client_address(address);
  refused.set_reason(reason);
  refused.mutable_connections()->Assign(claimed.begin(), claimed.end());
  journal_.control().Queue(std::move(record));
}

void Fleet::OnTunnelOpen(const std::shared_ptr<Tunnel>& tunnel) {
  // Before anybody can pick it.
  if (const absl::Status allowed = CheckClaim(*tunnel); !allowed.ok()) {
    return tunnel->Close(base::FromAbsl(allowed.message()));
  }
  {
    const std::lock_guard lock(mutex_);
    Presence& presence = agents_[tunnel->agent_id()];
    if (presence.tunnels.empty()) presence.since_unix_us = clock_.UnixMicros();
    presence.tunnels.push_back(tunnel);
  }
  // Revoked between the admission and this moment? From here on CutOff finds it.
  const absl::Status allowed =
      authority_.IsAllowed(tunnel->agent_id(), tunnel->certificate_serial());
  if (!allowed.ok()) return tunnel->Close(base::FromAbsl(allowed.message()));
  {
    const std::lock_guard lock(mutex_);
    const auto found = agents_.find(tunnel->agent_id());
    if (found == agents_.end() || std::exchange(found->second.joined, true)) return;
  }
  logger_.Info("an agent joined", {{"agent", tunnel->agent_id()}, {"address", tunnel->address()}});
  proto::audit::Record record;
  auto& joined = *record.mutable_agent_joined();
  joined.set_agent(tunnel->agent_id());
  joined.set_client_address(tunnel->address());
  joined.set_version(tunnel->hello().agent_version());
  for (std::string& name : ConnectionsOf(*tunnel)) joined.add_connections(std::move(name));
  journal_.control().Queue(std::move(record));
}

void Fleet::OnTunnelClosed(const std::shared_ptr<Tunnel>& tunnel, const absl::Status& status) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = agents_.find(tunnel->agent_id());
    if (found == agents_.end()) return;
    std::erase(found->second.tunnels, tunnel);
    if (!found->second.tunnels.empty()) return;
    const bool joined = found->second.joined;
    agents_.erase(found);
    if (!joined) return;
  }
  const std::string reason(base::FromAbsl(status.message()));
  logger_.Info("an agent left", {{"agent", tunnel->agent_id()}, {"reason", reason}});
  proto::audit::Record record;
  record.mutable_agent_left()->set_agent(tunnel->agent_id());
  record.mutable_agent_left()->set_reason(reason);
  journal_.control().Queue(std::move(record));
}

std::shared_ptr<Tunnel> Fleet::Pick(const std::string& connection) const {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Tunnel> best;
  for (const auto& [id, presence] : agents_) {
    for (const auto& tunnel : presence.tunnels) {
      if (tunnel->draining() || Find(*tunnel, connection) == nullptr) continue;
      if (best == nullptr || tunnel->session_count() < best->session_count()) best = tunnel;
    }
  }
  return best;
}

std::vector<std::pair<std::string, std::string>> Fleet::Labels(const Tunnel& tunnel,
                                                               const std::string& connection) {
  std::vector<std::pair<std::string, std::string>> labels;
  if (const auto* found = Find(tunnel, connection)) {
    labels.assign(found->labels().begin(), found->labels().end());
  }
  std::sort(labels.begin(), labels.end());
  return labels;
}

std::string Fleet::Database(const Tunnel& tunnel, const std::string& connection) {
  const auto* found = Find(tunnel, connection);
  return found == nullptr ? std::string() : found->database();
}

std::vector<ConnectedAgent> Fleet::Agents() const {
  const std::lock_guard lock(mutex_);
  std::vector<ConnectedAgent> agents;
  for (const auto& [id, presence] : agents_) {
    ConnectedAgent agent;
    agent.id = id;
    agent.connected_since_unix_us = presence.since_unix_us;
    agent.lanes = presence.tunnels.size();
    for (const auto& tunnel : presence.tunnels) agent.sessions += tunnel->session_count();
    if (!presence.tunnels.empty()) {
      const Tunnel& tunnel = *presence.tunnels.front();
      agent.version = tunnel.hello().agent_version();
      agent.address = tunnel.address();
      agent.certificate_serial = tunnel.certificate_serial();
      agent.connections = ConnectionsOf(tunnel);
    }
    agents.push_back(std::move(agent));
  }
  return agents;
}

std::vector<std::string> Fleet::Connections() const {
  std::set<std::string> names;
  for (const ConnectedAgent& agent : Agents()) {
    names.insert(agent.connections.begin(), agent.connections.end());
  }
  return {names.begin(), names.end()};
}

void Fleet::CutOff(const std::string& agent_id, std::string_view reason) {
  std::vector<std::shared_ptr<Tunnel>> tunnels;
  {
    const std::lock_guard lock(mutex_);
    const auto found = agents_.find(agent_id);
    if (found != agents_.end()) tunnels = found->second.tunnels;
  }
  for (const auto& tunnel : tunnels) tunnel->Close(reason);
}

}  // namespace portreeve::fleet
