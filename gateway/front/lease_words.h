// What clients hear of leases.
#pragma once

#include <string>

#include "base/refusal.h"

namespace portreeve::front {

// The same for a wrong secret, an unknown user and a lease that has ended.
inline base::Refusal LeaseNotTaken() {
  return {std::string(base::sqlstate::kInvalidPassword), "authentication failed", "",
          "The secret is wrong or the lease has ended: ask for a new one."};
}

inline base::Refusal LeaseRevoked() {
  return {std::string(base::sqlstate::kAdminShutdown),
          "terminating connection: the lease is revoked", "", "Ask for a new lease."};
}

}  // namespace portreeve::front
