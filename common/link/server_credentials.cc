#include "link/server_credentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include <utility>

namespace portreeve::link {
namespace {

// gRPC's C++ interface takes a certificate once and for all; the C interface below it asks.
class RenewedCredentials final : public grpc::ServerCredentials {
 public:
  RenewedCredentials(ServerTls first, TlsRenewal renewal)
      : next_(std::move(first)), renewal_(std::move(renewal)) {
    auto* options = grpc_ssl_server_credentials_create_options_using_config_fetcher(
        GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY, &RenewedCredentials::Fetch, this);
    credentials_ = grpc_ssl_server_credentials_create_with_options(options);
  }
  ~RenewedCredentials() override { grpc_server_credentials_release(credentials_); }

  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  // gRPC holds a lock around it.
  static grpc_ssl_certificate_config_reload_status Fetch(
      void* credentials, grpc_ssl_server_certificate_config** config) {
    auto& self = *static_cast<RenewedCredentials*>(credentials);
    std::optional<ServerTls> tls = std::exchange(self.next_, std::nullopt);
    if (!tls && self.renewal_) tls = self.renewal_();
    if (!tls) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    const grpc_ssl_pem_key_cert_pair pair = {tls->private_key_pem.c_str(),
                                             tls->certificate_chain_pem.c_str()};
    *config = grpc_ssl_server_certificate_config_create(tls->client_ca_pem.c_str(), &pair, 1);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  std::optional<ServerTls> next_;
  const TlsRenewal renewal_;
  grpc_server_credentials* credentials_ = nullptr;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(ServerTls first,
                                                               TlsRenewal renewal) {
  return std::make_shared<RenewedCredentials>(std::move(first), std::move(renewal));
}

}  // namespace portreeve::link
