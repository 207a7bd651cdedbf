// The gRPC face of enrolment. Join attempts are bounded in size and rate, since anybody who reaches
// the port may try.
#pragma once

#include <cstdint>
#include <mutex>

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

  CertificateAuthority& authority_;
  audit::Journal& journal_;
  const base::Clock& clock_;
  base::Logger& logger_;

  std::mutex mutex_;
  int64_t second_ = 0;  // mutex_
  int tries_ = 0;       // mutex_
};

}  // namespace portreeve::fleet
