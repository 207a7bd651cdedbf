// The gate: accepts clients, sees them through the handshake, and opens sessions for those who
// prove who they are and have a grant. Everything before a session runs on one thread of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "audit/journal.h"
#include "base/clock.h"
#include "base/log.h"
#include "fleet/fleet.h"
#include "front/handshake.h"
#include "front/token_judge.h"
#include "identity/token_verifier.h"
#include "introspect/catalog_store.h"
#include "lease/lease_book.h"
#include "net/acceptor.h"
#include "net/event_loop.h"
#include "policy/policy.h"
#include "session/cancel_keys.h"
#include "session/session.h"
#include "session/session_loop.h"

namespace portreeve::front {

// What is in force; replaced as a whole by a reload.
struct Rules {
  std::shared_ptr<const policy::Policy> policy;
  std::shared_ptr<const identity::TokenVerifier> verifier;
  HandshakeOptions handshake;
};

struct FrontOptions {
  net::Address listen;
  size_t half_open_connections = 1'000;
  size_t sessions = 10'000;
  size_t statement_bytes = 1024 * 1024;
};

struct SessionSummary {
  std::string id;
  std::string subject;
  std::string grant;
  std::string connection;
  std::string client_address;
  std::string agent;
  int64_t opened_unix_us = 0;
};

class Front final : public HandshakeListener {
 public:
  // All must outlive the front; the loops must be started by the caller.
  Front(FrontOptions options, fleet::Fleet& fleet, std::vector<session::SessionLoop*> loops,
        introspect::CatalogStore& catalogs, lease::LeaseBook& leases, session::SessionWorld world,
        Rules rules);
  ~Front() override;

  absl::Status Listen();
  int port() const { return acceptor_.port(); }
  // Any thread. Open sessions go on under the new policy, or end; `done` runs on whatever thread
  // when all of them have taken it.
  void Reload(Rules rules, std::function<void()> done);
  // Any thread. No new clients; those that are here may finish.
  void Drain();
  // Any thread. Ends every session with a FATAL 57P01.
  void EndSessions(const std::string& reason);
  // Nothing of the front runs any more; no session begins.
  void Stop();
  std::vector<SessionSummary> Sessions() const;
  // False: there is none of that id.
  bool Kill(const std::string& session, const std::string& reason);
  // Any thread. Ends the sessions that the lease has opened, which must be revoked by now, and says
  // how many they were.
  size_t EndLease(const std::string& lease, const std::string& reason);
  size_t session_count() const;
  // Any thread. What is in force now.
  Rules CurrentRules() const;

  void OnCancel(uint32_t process_id, std::string secret, const std::string& client_address,
                std::function<void()> done) override;
  void OnPassword(Handshake& handshake, const ClientHello& hello, std::string password) override;
  // front_leases.cc.
  std::optional<scram::Verifier> VerifierOf(const std::string& user) override;
  void OnScram(Handshake& handshake, const ClientHello& hello, bool proved) override;
  void OnGone(Handshake& handshake) override;

 private:
  net::Acceptor::Events AcceptorEvents();
  void OnAccepted(net::Accepted accepted);
  // A client that is authenticated and what it is to get.
  struct Admission {
    std::shared_ptr<Handshake> handshake;
    ClientHello hello;
    session::SessionPlan plan;
    std::shared_ptr<fleet::Tunnel> tunnel;
  };

  void OnJudged(const std::shared_ptr<Admission>& admission, TokenJudge::Verdict verdict);
  // Settles the plan and picks the tunnel, or says why there is no session.
  std::optional<base::Refusal> Plan(const Rules& rules, Admission& admission);
  // What a lease allows less than its principal's token would.
  std::optional<base::Refusal> PlanLease(const Rules& rules, const lease::Lease& lease,
                                         Admission& admission);
  // What the gateway must know of the database before the first statement.
  std::optional<base::Refusal> PrepareCatalog(const std::shared_ptr<Admission>& admission);
  void OnCatalog(const std::shared_ptr<Admission>& admission, const absl::Status& status);
  void Admit(Admission& admission);
  void TurnAway(Admission& admission, const base::Refusal& refusal);
  std::optional<base::Refusal> CheckParameters(const session::SessionPlan& plan) const;
  void RecordSignIn(const ClientHello& hello, bool ok, const std::string& reason,
                    const identity::Principal& principal);
  // None of a lease that was revoked while its client was being judged.
  bool StandsOnLiveCredential(const session::SessionPlan& plan) const;
  void StartSession(session::SessionPlan plan, std::unique_ptr<net::Stream> stream,
                    std::shared_ptr<fleet::Tunnel> tunnel);

  const FrontOptions options_;
  fleet::Fleet& fleet_;
  introspect::CatalogStore& catalogs_;
  lease::LeaseBook& leases_;
  const std::vector<session::SessionLoop*> loops_;
  session::SessionWorld world_;
  net::EventLoop events_;
  std::thread thread_;
  net::Acceptor acceptor_{events_, AcceptorEvents()};
  std::unordered_map<Handshake*, std::shared_ptr<Handshake>> handshakes_;  // Front loop.
  TokenJudge judge_{events_, world_.clock, [this] { return CurrentRules().verifier; }};

  mutable std::mutex mutex_;
  Rules rules_;                                                               // mutex_
  uint64_t next_session_;                                                     // mutex_
  std::unordered_map<uint64_t, std::shared_ptr<session::Session>> sessions_;  // mutex_
};

}  // namespace portreeve::front
