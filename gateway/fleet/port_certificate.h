// The gateway's own certificate on the agents' port. Its one rule: no agent ever sees one that is
// in the second half of its life, however long the gateway runs.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "fleet/authority.h"
#include "link/server_credentials.h"

namespace portreeve::fleet {

class PortCertificate {
 public:
  static constexpr int64_t kRenewAfterUs = CertificateAuthority::kServerLifetimeUs / 2;

  // `hosts` are the names and addresses that agents dial. The rest must outlive it.
  PortCertificate(const CertificateAuthority& authority, const base::Clock& clock,
                  base::Logger& logger, std::vector<std::string> hosts)
      : authority_(authority), clock_(clock), logger_(logger), hosts_(std::move(hosts)) {}

  absl::StatusOr<link::ServerTls> Make();
  // Any thread; before each handshake. A new one when the last that was made has lived half its
  // life. If none can be made, that is logged and the last one stays for another hour.
  std::optional<link::ServerTls> Renew();

 private:
  const CertificateAuthority& authority_;
  const base::Clock& clock_;
  base::Logger& logger_;
  const std::vector<std::string> hosts_;

  std::mutex mutex_;
  int64_t renew_at_us_ = 0;  // mutex_. In wall clock time, as the certificate's own.
};

}  // namespace portreeve::fleet
