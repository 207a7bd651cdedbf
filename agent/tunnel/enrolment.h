// The agent's own certificate: made with a join token once, renewed by itself, kept in the state
// folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "link/grpc_endpoint.h"
#include "tls/certificate.h"

namespace portreeve::tunnel {

// One thread at a time.
class Identity {
 public:
  using JoinToken = std::function<absl::StatusOr<std::string>()>;

  // `gateway_ca_pem` is the only authority that is believed.
  Identity(std::filesystem::path state_dir, std::string gateway_ca_pem, const base::Clock& clock)
      : state_dir_(std::move(state_dir)),
        gateway_ca_pem_(std::move(gateway_ca_pem)),
        clock_(clock) {}

  // Loads what is in the state folder. False: there is nothing usable yet. An error: what is there
  // cannot be used.
  absl::StatusOr<bool> Load();
  // Joins with a token at the gateway (host:port). May take seconds. The token is not asked for
  // before it is sure that the certificate can be kept.
  absl::Status Enrol(const std::string& gateway, const JoinToken& join_token);
  // At half of the time that the certificate had left when it was made or loaded, asks for the next
  // one. May take seconds. True: it has changed.
  absl::StatusOr<bool> RenewIfDue(const std::string& gateway);
  // When to ask next, at least 1. What failed is tried again before the certificate has expired.
  int64_t SecondsUntilRenewal() const;

  link::ClientTls credentials() const { return {gateway_ca_pem_, certificate_pem_, key_pem_}; }

 private:
  absl::Status Keep(const std::string& key_pem, const std::string& certificate_pem);
  // Key and certificate belong together.
  absl::StatusOr<tls::Validity> Check(const std::string& key_pem,
                                      const std::string& certificate_pem) const;
  void Use(std::string key_pem, std::string certificate_pem, tls::Validity validity);
  int64_t NowS() const;

  const std::filesystem::path state_dir_;
  const std::string gateway_ca_pem_;
  const base::Clock& clock_;
  std::string key_pem_;
  std::string certificate_pem_;
  int64_t not_after_s_ = 0;
  int64_t renew_at_s_ = 0;
};

}  // namespace portreeve::tunnel
