// TLS of the agents' port, whose certificate changes while it listens. Its one rule: a handshake
// shows the newest certificate, and lanes that are open never notice.
#pragma once

#include <grpcpp/security/server_credentials.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace portreeve::link {

struct ServerTls {
  std::string certificate_chain_pem;
  std::string private_key_pem;
  std::string client_ca_pem;
};

// Asked before each handshake, by threads of gRPC: what to show from now on, or nothing while the
// last one stays good.
using TlsRenewal = std::function<std::optional<ServerTls>()>;

// Asks for a client's certificate and verifies one that is shown. Without `renewal` the first
// certificate stays.
std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(ServerTls first, TlsRenewal renewal);

}  // namespace portreeve::link
