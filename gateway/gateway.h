// The running gateway: makes every part in the order in which they need each other, and ends them
// in the reverse. The one place besides main() that shows what exists.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "admin/http_server.h"
#include "admin/lease_api.h"
#include "admin/operator_api.h"
#include "audit/journal.h"
#include "base/clock.h"
#include "base/log.h"
#include "fleet/authority.h"
#include "fleet/enrolment_service.h"
#include "fleet/fleet.h"
#include "fleet/port_certificate.h"
#include "front/front.h"
#include "introspect/catalog_store.h"
#include "lease/lease_book.h"
#include "link/grpc_endpoint.h"
#include "session/cancel_keys.h"
#include "session/rates.h"
#include "session/session_loop.h"
#include "settings.h"
#include "store/sqlite_store.h"

namespace portreeve {

class Gateway {
 public:
  // Listens on all its ports when it returns. Errors are sentences for the operator. `logger` must
  // outlive the gateway.
  static absl::StatusOr<std::unique_ptr<Gateway>> Start(Settings settings, std::string version,
                                                        base::Logger& logger);
  // Ends what is still open; the clients hear a FATAL.
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // New policy, issuers and certificate for clients. What can only change by a restart is logged.
  void Reload(Settings settings);
  // A configuration that could not be loaded: the old one stays, and that is on record.
  void NoteFailedReload(const std::string& errors);
  // No new clients from now on.
  void Drain();
  size_t session_count() const { return front_->session_count(); }

 private:
  Gateway(Settings settings, std::string version, base::Logger& logger)
      : settings_(std::move(settings)), version_(std::move(version)), logger_(logger) {}

  absl::Status OpenState();
  absl::Status StartLink();
  absl::Status StartFront();
  absl::Status StartHttp();
  void RecordStart();
  void RecordLoaded(const std::string& policy_version, bool ok, const std::string& errors);

  Settings settings_;
  const std::string version_;
  base::Logger& logger_;
  const base::SystemClock clock_;
  std::string instance_;
  std::atomic<bool> draining_{false};

  std::unique_ptr<audit::Journal> journal_;
  std::unique_ptr<store::SqliteStore> store_;
  std::unique_ptr<fleet::CertificateAuthority> authority_;
  std::unique_ptr<fleet::Fleet> fleet_;
  std::unique_ptr<introspect::CatalogStore> catalogs_;
  std::unique_ptr<lease::LeaseBook> leases_;
  std::unique_ptr<fleet::EnrolmentService> enrolment_;
  std::unique_ptr<fleet::PortCertificate> port_certificate_;
  session::Rates rates_;
  session::CancelKeys cancel_keys_;
  std::vector<std::unique_ptr<session::SessionLoop>> loops_;
  std::unique_ptr<link::LinkServer> link_;
  std::unique_ptr<front::Front> front_;
  std::unique_ptr<admin::OperatorApi> api_;
  std::unique_ptr<admin::LeaseApi> lease_api_;
  std::unique_ptr<admin::HttpServer> http_;
};

}  // namespace portreeve
