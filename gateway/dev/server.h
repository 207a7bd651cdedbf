// The PostgreSQL that the dev world's agent dials: its own, or one that was named with --postgres.
#pragma once

#include <string>

#include "base/status.h"

namespace portreeve::dev {

struct Server {
  std::string host;  // Or the folder of a Unix socket.
  int port = 5432;
  std::string database;
  std::string user;
  std::string password;  // Empty: none.
  std::string tls_mode = "disable";
  std::string ca_file;  // Empty: none.
};

// "postgres://user:password@host:port/database?sslmode=...&sslrootcert=...", as libpq has it.
// Without `sslmode` a server on this machine is reached in clear, any other by `verify-full`.
absl::StatusOr<Server> ParseServerUrl(const std::string& url);

}  // namespace portreeve::dev
