// What an operator may ask of a running gateway, as values: JSON in, JSON out, no HTTP. Its one
// rule: what changes anything is on record before it is done.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "audit/journal.h"
#include "base/clock.h"
#include "base/status.h"
#include "fleet/authority.h"
#include "fleet/fleet.h"
#include "front/front.h"
#include "store/store.h"

namespace portreeve::admin {

// Answers are JSON texts. kInvalidArgument: the request is wrong; kNotFound: there is no such
// thing; every other error is a failure of the gateway. Thread-safe.
class OperatorApi {
 public:
  static constexpr size_t kMaxTokenConnections = 100;
  static constexpr int64_t kMaxTokenLifetimeS = 7 * 24 * 3600;

  // All must outlive it.
  OperatorApi(front::Front& front, fleet::Fleet& fleet, fleet::CertificateAuthority& authority,
              store::Store& store, audit::Journal& journal, const base::Clock& clock)
      : front_(front),
        fleet_(fleet),
        authority_(authority),
        store_(store),
        journal_(journal),
        clock_(clock) {}

  // {"name": "...", "connections": ["orders"], "expires_in_s": 3600}, all optional. Without
  // connections the agent may serve any. The answer holds the token, once.
  absl::StatusOr<std::string> CreateJoinToken(std::string_view body);
  absl::StatusOr<std::string> ListAgents() const;
  // {"reason": "..."}, optional. The agent's lanes and sessions end at once.
  absl::StatusOr<std::string> RevokeAgent(const std::string& agent_id, std::string_view body);
  absl::StatusOr<std::string> ListSessions() const;
  // {"reason": "..."}, optional.
  absl::StatusOr<std::string> KillSession(const std::string& session, std::string_view body);

 private:
  front::Front& front_;
  fleet::Fleet& fleet_;
  fleet::CertificateAuthority& authority_;
  store::Store& store_;
  audit::Journal& journal_;
  const base::Clock& clock_;
};

}  // namespace portreeve::admin
