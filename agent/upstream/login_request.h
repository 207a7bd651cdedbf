// With what the agent logs in to a server, and what it asks of the server in return.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"

namespace portreeve::upstream {

struct LoginRequest {
  std::string user;
  std::string database;
  // nullopt: the server is expected to ask for none (trust, peer, client certificate).
  std::optional<std::string> password;
  // Further start-up parameters (PostgreSQL 55.2.1), in this order; never `user` or `database`.
  std::vector<std::pair<std::string, std::string>> parameters;

  // The channel is TLS and the server's certificate and name were checked: a password may go
  // through it in clear.
  bool tls_verified = false;
  // A client certificate was presented: the server may be content with it.
  bool client_certificate = false;
  // tls-server-end-point of this channel (RFC 5929 section 4); nullopt: no TLS, or no such hash.
  std::optional<std::string> binding_data;
  bool require_channel_binding = false;
  bool allow_md5 = false;

  // The client's SCRAM nonce. Empty: a random one is made; tests give their own.
  std::string scram_nonce;
};

// The start-up packet, protocol 3.0. kInvalidArgument: a NUL or an empty name in it, a parameter
// that is named twice, or more than a server takes.
absl::StatusOr<std::string> EncodeStartup(const LoginRequest& request);

}  // namespace portreeve::upstream
