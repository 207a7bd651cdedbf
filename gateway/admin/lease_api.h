// What people and workloads may ask of a running gateway, as values: JSON in, JSON out, no HTTP.
// Its one rule: everybody sees and ends their own leases only; operators see and end all of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "audit/journal.h"
#include "base/clock.h"
#include "base/status.h"
#include "fleet/fleet.h"
#include "front/front.h"
#include "identity/principal.h"
#include "lease/lease_book.h"

namespace portreeve::admin {

struct ApiCaller {
  bool is_operator = false;
  identity::Principal principal;  // Not of an operator.
  std::string address;
};

// Where clients reach the gateway's PostgreSQL port.
struct PublicAddress {
  std::string host;
  int port = 0;
  bool tls = false;
};

// Answers and errors as OperatorApi's; moreover kUnauthenticated: nobody is known by this token;
// kPermissionDenied: the policy does not allow it; kResourceExhausted: there are too many;
// kUnavailable: no agent serves the connection. Thread-safe.
class LeaseApi {
 public:
  // All must outlive it.
  LeaseApi(front::Front& front, fleet::Fleet& fleet, lease::LeaseBook& leases,
           audit::Journal& journal, const base::Clock& clock, PublicAddress address)
      : front_(front),
        fleet_(fleet),
        leases_(leases),
        journal_(journal),
        clock_(clock),
        address_(std::move(address)) {}

  // Who the caller is by the token of an issuer in its `Authorization` header. A failure is on
  // record.
  absl::StatusOr<ApiCaller> Identify(std::string_view authorization,
                                     const std::string& client_address);

  // {"connection": "...", "grant": "...", "ttl": seconds}; the last two are optional. The answer
  // holds the secret, once.
  absl::StatusOr<std::string> Issue(const ApiCaller& caller, std::string_view body);
  absl::StatusOr<std::string> List(const ApiCaller& caller) const;
  // Sessions of the lease end at once.
  absl::StatusOr<std::string> Revoke(const ApiCaller& caller, const std::string& id);
  // The connections that are served now, with the grants that the caller may use on each.
  absl::StatusOr<std::string> ListConnections(const ApiCaller& caller) const;

 private:
  absl::StatusOr<lease::LeaseRequest> Plan(const ApiCaller& caller, std::string_view body) const;

  front::Front& front_;
  fleet::Fleet& fleet_;
  lease::LeaseBook& leases_;
  audit::Journal& journal_;
  const base::Clock& clock_;
  const PublicAddress address_;
};

}  // namespace portreeve::admin
