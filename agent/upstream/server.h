// A database server the agent may dial: everything about it comes from the agent's own
// configuration, nothing from the gateway.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/status.h"
#include "tls/context.h"

namespace portreeve::upstream {

struct Server {
  std::string connection;  // The name under which gateways know it.
  std::string host;
  std::string port;
  std::string database;
  std::string user;
  // Reads the secret anew for each login, so that a rotated one is used at once; null: none is
  // needed.
  std::function<absl::StatusOr<std::string>()> password;
  bool allow_md5 = false;
  std::optional<tls::Context> tls;  // None: in clear.
  bool client_certificate = false;  // `tls` holds one.
};

}  // namespace portreeve::upstream
