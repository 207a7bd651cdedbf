#include "fleet/port_certificate.h"

#include <utility>

namespace portreeve::fleet {
namespace {

constexpr int64_t kRetryUs = int64_t{3600} * 1'000'000;

}  // namespace

absl::StatusOr<link::ServerTls> PortCertificate::Make() {
  const std::lock_guard lock(mutex_);
  const int64_t now_us = clock_.UnixMicros();
  renew_at_us_ = now_us + kRetryUs;
  ASSIGN_OR_RETURN(link::ServerTls tls, authority_.MakeServerTls(hosts_));
  renew_at_us_ = now_us + kRenewAfterUs;
  return tls;
}

std::optional<link::ServerTls> PortCertificate::Renew() {
  {
    const std::lock_guard lock(mutex_);
    if (clock_.UnixMicros() < renew_at_us_) return std::nullopt;
  }
  auto tls = Make();
  if (!tls.ok()) {
    logger_.Error("the certificate of the agents' port cannot be renewed",
                  {{"reason", std::string(base::FromAbsl(tls.status().message()))}});
    return std::nullopt;
  }
  logger_.Info("the certificate of the agents' port was renewed");
  return *std::move(tls);
}

}  // namespace portreeve::fleet
