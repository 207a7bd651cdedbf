// A lease as the gateway handed it out, in the forms that clients read. Its one rule: every value
// is quoted as its form needs it, whatever the gateway said.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/status.h"
#include "cli/api_client.h"

namespace portreeve::cli {

struct LeaseLogin {
  std::string id;
  std::string user;
  std::string password;
  std::string host;
  int64_t port = 0;
  std::string database;
  std::string ssl_mode;       // libpq's.
  std::string ssl_root_cert;  // Empty: none is known.
  std::string expires_at;
};

// From the answer to POST /api/v1/leases. The certificates that vouch for the HTTP listener vouch
// for the PostgreSQL port as well. kInternal: it is no such answer.
absl::StatusOr<LeaseLogin> LoginOf(const nlohmann::json& answer, const Endpoint& endpoint);

std::string UriText(const LeaseLogin& login);          // libpq's, and that of most drivers.
std::string JdbcText(const LeaseLogin& login);         // pgjdbc's.
std::string EnvironmentText(const LeaseLogin& login);  // PGHOST=... in lines, for a shell.
// A section of a service file (PostgreSQL 34.17). `name` must be plain.
std::string ServiceText(const LeaseLogin& login, std::string_view name);
nlohmann::json JsonOf(const LeaseLogin& login);

}  // namespace portreeve::cli
