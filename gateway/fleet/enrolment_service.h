// The gRPC face of enrolment. Join attempts are bounded in size and rate, since anybody who reaches
// the port may try.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "audit/journal.h"
#include "base/clock.h"
#include "base/log.h"
#include "fleet/authority.h"
#include "portreeve/enrolment.grpc.pb.h"

namespace portreeve::fleet {

class EnrolmentService final : public enrolment::Enrolment::Service {
 public:
  // Tries in any one second, over all callers.
  static constexpr int kMaxTriesPerSecond = 20;
  static constexpr size_t kMaxFieldBytes = 16 * 1024;
  // An agent may renew once in this time: each renewal is a signature and a row.
  static constexpr int64_t kRenewalIntervalUs = 5'000'000;

  // All must outlive the service.
  EnrolmentService(CertificateAuthority& authority, audit::Journal& journal,
                   const base::Clock& clock, base::Logger& logger)
      : authority_(authority), journal_(journal), clock_(clock), logger_(logger) {}

  grpc::Status Enrol(grpc::ServerContext* context, const enrolment::EnrolRequest* request,
                     enrolment::EnrolResponse* response) override;
  grpc::Status Renew(grpc::ServerContext* context, const enrolment::RenewRequest* request,
                     enrolment::RenewResponse* response) override;

 private:
  bool TakeTry();
  bool TakeRenewal(const std::string& agent_id);

  CertificateAuthority& authority_;
  audit::Journal& journal_;
  const base::Clock& clock_;
  base::Logger& logger_;

  std::mutex mutex_;
  int64_t second_ = 0;  // mutex_
  int tries_ = 0;       // mutex_
  // When each agent last renewed, by the monotonic clock. As many as there are agents.
  std::map<std::string, int64_t> renewed_us_;  // mutex_
};

}  // namespace portreeve::fleet
