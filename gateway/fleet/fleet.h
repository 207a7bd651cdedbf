// The agents that are connected now, and the way to each connection through them. Its one rule: an
// agent is believed by its certificate and cut off the moment it is revoked. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "audit/journal.h"
#include "base/clock.h"
#include "base/log.h"
#include "fleet/authority.h"
#include "fleet/tunnel.h"
#include "link/lane.h"

namespace portreeve::fleet {

struct ConnectedAgent {
  std::string id;
  std::string version;
  std::string address;
  std::string certificate_serial;
  std::vector<std::string> connections;
  size_t lanes = 0;
  size_t sessions = 0;
  int64_t connected_since_unix_us = 0;
};

class Fleet final : public TunnelListener {
 public:
  // Open lanes of one agent. It has at most 16 itself, and old ones may linger after it has dialled
  // anew.
  static constexpr size_t kMaxLanesPerAgent = 64;
  // An agent that is refused dials again and again: it is logged and on record once in this time.
  static constexpr int64_t kRefusalRecordIntervalUs = 60'000'000;

  // All must outlive the fleet.
  Fleet(CertificateAuthority& authority, audit::Journal& journal, const base::Clock& clock,
        base::Logger& logger)
      : authority_(authority), journal_(journal), clock_(clock), logger_(logger) {}

  // A lane wants in; see link::LinkServer::Acceptor.
  absl::StatusOr<std::shared_ptr<link::LaneHandler>> Admit(size_t lane_index,
                                                           const link::PeerIdentity& peer);

  // The lane with the fewest sessions among the agents that reach the connection; null: none does.
  std::shared_ptr<Tunnel> Pick(const std::string& connection) const;
  static std::vector<std::pair<std::string, std::string>> Labels(const Tunnel& tunnel,
                                                                 const std::string& connection);
  // The connection's own; empty: the agent does not say.
  static std::string Database(const Tunnel& tunnel, const std::string& connection);

  std::vector<ConnectedAgent> Agents() const;
  std::vector<std::string> Connections() const;
  // Ends every lane of the agent at once.
  void CutOff(const std::string& agent_id, std::string_view reason);

  void OnTunnelOpen(const std::shared_ptr<Tunnel>& tunnel) override;
  void OnTunnelClosed(const std::shared_ptr<Tunnel>& tunnel, const absl::Status& status) override;

 private:
  struct Presence {
    std::vector<std::shared_ptr<Tunnel>> tunnels;
    int64_t since_unix_us = 0;
    bool joined = false;  // It is on record.
  };

  bool HasRoomLocked(const std::string& agent_id);
  // Of a lane that said HELLO.
  absl::Status CheckClaim(const Tunnel& tunnel);
  void RecordRefusal(const std::string& agent_id, const std::string& address,
                     const absl::Status& reason, const std::vector<std::string>& claimed);

  CertificateAuthority& authority_;
  audit::Journal& journal_;
  const base::Clock& clock_;
  base::Logger& logger_;

  mutable std::mutex mutex_;
  std::map<std::string, Presence> agents_;  // mutex_
  // Every lane that was let in, also those that have not said HELLO.
  std::map<std::string, std::vector<std::weak_ptr<Tunnel>>> admitted_;  // mutex_
  // When the refusal of each agent last went on record, by the monotonic clock.
  std::map<std::string, int64_t> refused_us_;  // mutex_
};

}  // namespace portreeve::fleet
