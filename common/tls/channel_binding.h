// Channel binding `tls-server-end-point`: ties a login to the certificate that TLS showed, so that
// nobody can stand between (RFC 5929 section 4).
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace portreeve::tls {

// Hash of the server's certificate (DER: TlsStream::own_certificate() on the server's side,
// peer_certificate() on the client's) by the hash of its signature, SHA-256 in place of MD5 and
// SHA-1. kInvalidArgument where the RFC defines none (Ed25519): do not offer SCRAM-*-PLUS then.
absl::StatusOr<std::string> ServerEndPoint(std::string_view certificate_der);

}  // namespace portreeve::tls
