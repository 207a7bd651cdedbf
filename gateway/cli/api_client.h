// The client of the gateway's HTTP API. Its one rule: a token goes only to a gateway whose
// certificate was verified, or to this machine.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace portreeve::cli {

// Where the API is and what to prove it with.
struct Endpoint {
  bool tls = false;
  std::string host;  // What the certificate must name.
  int port = 0;
  std::string connect_to;  // The address to dial if it is not that of `host`; may be empty.
  // PEM files whose certificates are trusted. Without any, the system's are.
  std::filesystem::path ca_file;
  std::filesystem::path pinned_file;  // The gateway's own certificate.
  std::string token;
  bool is_operators = true;  // The token: of the gateway's operators, not of a person or workload.

  std::string Url() const;
};

// "https://host[:port]"; kInvalidArgument with the sentence to show.
absl::StatusOr<Endpoint> ParseUrl(const std::string& url);

class ApiClient {
 public:
  static constexpr size_t kMaxAnswerBytes = size_t{16} << 20;
  static constexpr int kConnectTimeoutS = 5;
  static constexpr int kAnswerTimeoutS = 20;

  // kPermissionDenied for a token in clear over a network.
  static absl::StatusOr<ApiClient> Make(Endpoint endpoint);

  // The body of a 2xx answer, an object. Otherwise the error that the gateway gave, or why it could
  // not be asked (kUnavailable).
  absl::StatusOr<nlohmann::json> Get(const std::string& path) const;
  absl::StatusOr<nlohmann::json> Post(const std::string& path, const nlohmann::json& body) const;
  absl::StatusOr<nlohmann::json> Delete(const std::string& path) const;
  const Endpoint& endpoint() const { return endpoint_; }

 private:
  explicit ApiClient(Endpoint endpoint) : endpoint_(std::move(endpoint)) {}

  absl::StatusOr<nlohmann::json> Ask(const std::string& method, const std::string& path,
                                     const std::string& body) const;

  Endpoint endpoint_;
};

// One segment of a path, with every byte escaped that has a meaning there (RFC 3986 3.3).
std::string PathSegment(std::string_view text);

// A field that is absent or of another type reads as empty or 0.
std::string TextOf(const nlohmann::json& object, const char* field);
int64_t NumberOf(const nlohmann::json& object, const char* field);
// The objects in a list; anything else in it is passed over.
std::vector<nlohmann::json> ObjectsOf(const nlohmann::json& object, const char* field);
// All of it in one line, with its end.
std::string LineOf(const nlohmann::json& answer);

}  // namespace portreeve::cli
