// Signing in at an issuer without a browser of one's own: the device authorization grant (RFC
// 8628). Its one rule: what the issuer says is shown to a person only if it is plain text or a URL.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"
#include "oidc/discovery.h"
#include "oidc/endpoint_url.h"
#include "oidc/fetcher.h"

namespace portreeve::oidc {

struct DeviceClient {
  std::string client_id;
  std::string scope = "openid";
  std::string resource;  // RFC 8707; empty: none.
};

struct DeviceCode {
  std::string device_code;
  std::string user_code;
  std::string verification_uri;           // Where the person goes, and enters the code.
  std::string verification_uri_complete;  // With the code in it; may be empty.
  int64_t expires_in_s = 0;
  int64_t interval_s = 5;
};

struct Tokens {
  std::string access_token;
  std::string id_token;       // May be empty.
  std::string refresh_token;  // May be empty.
};

absl::StatusOr<DeviceCode> ParseDeviceCode(std::string_view json, const EndpointUrl& issuer);
absl::StatusOr<Tokens> ParseTokens(std::string_view json);

// One thread; everything waits for the network.
class DeviceLogin {
 public:
  static constexpr int64_t kMostWaitS = 1'800;  // However long the issuer would give.

  using Sleep = std::function<void(int64_t seconds)>;

  static absl::StatusOr<std::unique_ptr<DeviceLogin>> Discover(const EndpointUrl& issuer,
                                                               std::filesystem::path ca_file);

  absl::StatusOr<DeviceCode> Begin(const DeviceClient& client);
  // Asks until the person has decided or the code has expired: kUnauthenticated then.
  absl::StatusOr<Tokens> Await(const DeviceClient& client, const DeviceCode& code,
                               const Sleep& sleep);
  // kUnauthenticated: the person must sign in again.
  absl::StatusOr<Tokens> Refresh(const DeviceClient& client, const std::string& refresh_token);

 private:
  DeviceLogin(EndpointUrl issuer, std::filesystem::path ca_file)
      : issuer_(std::move(issuer)), fetcher_(std::move(ca_file)) {}

  absl::StatusOr<HttpAnswer> Post(const std::string& endpoint, const Form& form);

  const EndpointUrl issuer_;
  Fetcher fetcher_;
  Metadata metadata_;
};

}  // namespace portreeve::oidc
