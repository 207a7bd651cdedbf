// The gateway's own certificate authority for the link: its server certificate, the agents'
// certificates, and the question whether an agent is still welcome. Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "link/grpc_endpoint.h"
#include "store/store.h"

namespace portreeve::fleet {

struct NewJoinToken {
  std::string token;  // Shown once; the store keeps its hash.
  std::string id;     // The first digits of the hash, for the record.
  int64_t expires_us = 0;
};

struct IssuedCertificate {
  std::string agent_id;
  std::string certificate_pem;
  std::string serial;
  int64_t not_after_us = 0;
  std::vector<std::string> connections;  // What the agent may serve; empty: any.
};

class CertificateAuthority {
 public:
  // Loads ca.key (mode 0600) and ca.crt from the folder, or makes them. Both arguments must outlive
  // it.
  static absl::StatusOr<std::unique_ptr<CertificateAuthority>> Open(
      const std::filesystem::path& folder, store::Store& store, const base::Clock& clock,
      int64_t agent_lifetime_us);

  const std::string& ca_pem() const { return ca_pem_; }
  static constexpr int64_t kServerLifetimeUs = int64_t{365} * 24 * 3600 * 1'000'000;
  // A fresh server certificate for the agents' port, with these names and addresses in it.
  absl::StatusOr<link::ServerTls> MakeServerTls(const std::vector<std::string>& hosts) const;

  // `connections` is what the agent may serve that joins with it; empty: any.
  absl::StatusOr<NewJoinToken> CreateJoinToken(const std::string& name, int64_t lifetime_us,
                                               const std::vector<std::string>& connections = {});
  // kPermissionDenied for a token that is unknown, used or expired: the three are not told apart.
  absl::StatusOr<IssuedCertificate> Enrol(const std::string& token, const std::string& request_pem);
  absl::StatusOr<IssuedCertificate> Renew(const std::string& agent_id,
                                          const std::string& request_pem);
  absl::Status Revoke(const std::string& agent_id);
  // OK while the agent is not revoked and the certificate is one of its own and has not expired;
  // kPermissionDenied says that it is not so, any other error that the store failed.
  absl::Status IsAllowed(const std::string& agent_id, const std::string& serial) const;
  // kPermissionDenied names the first of `connections` that the agent may not serve.
  absl::Status MayServe(const std::string& agent_id,
                        const std::vector<std::string>& connections) const;

 private:
  CertificateAuthority(store::Store& store, const base::Clock& clock, int64_t agent_lifetime_us)
      : store_(store), clock_(clock), agent_lifetime_us_(agent_lifetime_us) {}

  absl::StatusOr<IssuedCertificate> Issue(const store::Agent& agent,
                                          const std::string& request_pem);

  store::Store& store_;
  const base::Clock& clock_;
  const int64_t agent_lifetime_us_;
  std::string key_pem_;
  std::string ca_pem_;
};

}  // namespace portreeve::fleet
