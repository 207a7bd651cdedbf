// An issued, time-boxed right to open sessions on one connection under one grant. Its one rule: the
// gateway keeps of its secret only what checks it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "identity/principal.h"
#include "scram/verifier.h"

namespace portreeve::lease {

struct Lease {
  std::string id;    // "l-" and 16 hex digits; names it in lists and records.
  std::string user;  // What its holder signs in as: see IsLeaseUser().
  scram::Verifier verifier;
  identity::Principal principal;  // As the token proved it that the lease was issued for.
  std::string connection;
  std::string grant;
  int64_t created_us = 0;
  int64_t expires_us = 0;
  int64_t revoked_us = 0;  // 0: not revoked.

  bool IsLive(int64_t now_us) const { return revoked_us == 0 && now_us < expires_us; }
};

// Whether a start-up user name has a lease's form: "lease_" and 32 hex digits. Says nothing of
// whether there is such a lease.
bool IsLeaseUser(std::string_view user);

// The principal of a session that the lease opens: proved by the lease, until the lease's end.
identity::Principal PrincipalOf(const Lease& lease);

// Whether `caller` may see and revoke the lease: it was issued to the same subject of the same
// issuer, and who acts for somebody has only what it got in this way.
bool Owns(const identity::Principal& caller, const Lease& lease);

}  // namespace portreeve::lease
