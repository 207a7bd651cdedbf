// A demo identity provider in a folder: an Ed25519 key, the key set that a gateway believes, and
// tokens signed with it. For trying and tests: whoever can read the folder can be anybody.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"

namespace portreeve::dev {

struct TokenRequest {
  std::string subject;
  std::vector<std::string> groups;
  std::string audience = "portreeve";
  int64_t lifetime_s = 3600;
};

class Issuer {
 public:
  // What gateways accept at most.
  static constexpr int64_t kMaxLifetimeS = int64_t{24} * 3600;

  // Makes key.pem (mode 0600), jwks.json and issuer.txt in the folder, or takes those that are
  // there. kAlreadyExists if the folder is that of another issuer.
  static absl::StatusOr<Issuer> Make(const std::filesystem::path& folder, const std::string& url);
  // kNotFound if there is none.
  static absl::StatusOr<Issuer> Open(const std::filesystem::path& folder);

  // A JWT signed with EdDSA (RFC 8037), in compact form. kInvalidArgument for a request that no
  // gateway would take.
  absl::StatusOr<std::string> Sign(const TokenRequest& request, int64_t now_unix_s) const;

  const std::string& url() const { return url_; }

 private:
  Issuer(std::string url, std::string key_pem, std::string kid)
      : url_(std::move(url)), key_pem_(std::move(key_pem)), kid_(std::move(kid)) {}

  std::string url_;
  std::string key_pem_;
  std::string kid_;
};

}  // namespace portreeve::dev
