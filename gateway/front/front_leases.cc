// The front's part in leases: who signs in with one, and what ends with it.
#include <utility>

#include "front/front.h"
#include "front/lease_words.h"

namespace portreeve::front {

std::optional<scram::Verifier> Front::VerifierOf(const std::string& user) {
  if (!lease::IsLeaseUser(user)) return std::nullopt;
  return leases_.Find(user).verifier;
}

void Front::OnScram(Handshake& handshake, const ClientHello& hello, bool proved) {
  // Looked up again: it may have ended between the first message and the last.
  const lease::Credential credential = leases_.Find(hello.user);
  if (!proved || credential.lease == nullptr) {
    const std::string reason =
        credential.lease == nullptr ? credential.fault : "the lease's secret is wrong";
    world_.logger.Info("a sign-in failed", {{"client", hello.client_address}, {"reason", reason}});
    identity::Principal unproved;
    unproved.method = "lease";
    RecordSignIn(hello, false, reason, unproved);
    return handshake.Refuse(LeaseNotTaken());
  }
  const auto admission = std::make_shared<Admission>();
  admission->handshake = handshakes_.at(&handshake);
  admission->hello = hello;
  admission->plan.principal = lease::PrincipalOf(*credential.lease);
  auto refusal = PlanLease(CurrentRules(), *credential.lease, *admission);
  if (!refusal) refusal = PrepareCatalog(admission);
  if (refusal) TurnAway(*admission, *refusal);
}

std::optional<base::Refusal> Front::PlanLease(const Rules& rules, const lease::Lease& lease,
                                              Admission& admission) {
  ClientHello& hello = admission.hello;
  // Clients that are given no database say the user's name.
  if (hello.database != lease.connection && hello.database != hello.user) {
    return base::Refusal{std::string(base::sqlstate::kInvalidAuthorization),
                         "this lease is for another connection", "",
                         "The database must be \"" + lease.connection + "\"."};
  }
  hello.database = lease.connection;
  hello.user = lease.grant;
  if (auto refusal = Plan(rules, admission)) return refusal;
  // The grant has gone from the policy; the lease was never for another one.
  if (admission.plan.grant_chosen_by_default) {
    return base::Refusal{std::string(base::sqlstate::kInvalidAuthorization),
                         "there is no grant \"" + lease.grant + "\" any more", "",
                         "Ask for a new lease."};
  }
  return std::nullopt;
}

bool Front::StandsOnLiveCredential(const session::SessionPlan& plan) const {
  return plan.principal.method != "lease" || leases_.IsLive(plan.principal.credential_id);
}

size_t Front::EndLease(const std::string& lease, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  size_t ended = 0;
  for (const auto& [id, session] : sessions_) {
    const identity::Principal& principal = session->plan().principal;
    if (principal.method != "lease" || principal.credential_id != lease) continue;
    session->End(LeaseRevoked(), reason);
    ++ended;
  }
  return ended;
}

}  // namespace portreeve::front
