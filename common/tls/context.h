// What one side of TLS is configured with: certificate, trust and rules. Its one rule: what cannot
// be verified as configured is an error when the context is made, not a surprise in a handshake.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"

struct ssl_ctx_st;

namespace portreeve::tls {

// Every context: TLS 1.2 or newer, no renegotiation, compression, tickets or session cache.

// A PEM text, or the path of a file that holds it. Both set is an error, neither means absent.
struct Pem {
  std::string text;
  std::string file;

  bool absent() const { return text.empty() && file.empty(); }
};

enum class ClientCertificates {
  kNotAsked,
  kOptional,  // Verified if one is shown.
  kRequired,
};

struct ServerOptions {
  Pem certificate_chain;  // Leaf first, then intermediates.
  Pem private_key;
  Pem client_ca;  // Needed unless kNotAsked.
  ClientCertificates client_certificates = ClientCertificates::kNotAsked;
  // Choose `postgresql` when ALPN is offered, end the handshake when it is offered without it
  // (PostgreSQL 55.2.10). A client without ALPN is served: ask TlsStream::alpn() for direct TLS.
  bool postgresql_alpn = false;
};

// libpq's sslmode, without those that fall back to clear text (PostgreSQL 34.19.1).
enum class VerifyMode {
  kRequire,     // Encrypted; verified like kVerifyCa only if a root CA is given, as libpq does.
  kVerifyCa,    // The chain must end in the given root CA.
  kVerifyFull,  // And the certificate must be for the host that was dialled.
};

struct ClientOptions {
  VerifyMode mode = VerifyMode::kVerifyFull;
  Pem root_ca;
  bool system_roots = false;  // Instead of root_ca; only with kVerifyFull, as libpq insists.
  Pem certificate_chain;      // With private_key, or both absent.
  Pem private_key;
  bool postgresql_alpn = false;  // Offer ALPN `postgresql`.
};

// An immutable, shared handle; thread-safe. Streams keep what they need of it alive.
class Context {
 public:
  // Errors name the file or field and give OpenSSL's reasons; never key material.
  static absl::StatusOr<Context> ForServer(const ServerOptions& options);
  static absl::StatusOr<Context> ForClient(const ClientOptions& options);

  bool is_server() const { return is_server_; }
  bool checks_host() const { return checks_host_; }
  ssl_ctx_st* get() const { return context_.get(); }

 private:
  Context(std::shared_ptr<ssl_ctx_st> context, bool is_server, bool checks_host)
      : context_(std::move(context)), is_server_(is_server), checks_host_(checks_host) {}

  std::shared_ptr<ssl_ctx_st> context_;
  bool is_server_;
  bool checks_host_;
};

}  // namespace portreeve::tls
