#include "tls/context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/openssl.h"
#include "tls/pem.h"

namespace portreeve::tls {
namespace {

// ALPN's wire form: length, then the name (RFC 7301 3.1).
constexpr unsigned char kPostgresqlAlpn[] = "\x0apostgresql";
constexpr unsigned kPostgresqlAlpnBytes = sizeof kPostgresqlAlpn - 1;
// For TLS 1.2: forward secrecy and authenticated encryption only.
constexpr char kServerCiphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";

int ChooseAlpn(SSL* ssl, const unsigned char** chosen, unsigned char* chosen_bytes,
               const unsigned char* offered, unsigned offered_bytes, void* context) {
  unsigned char* match = nullptr;
  const int outcome = SSL_select_next_proto(&match, chosen_bytes, kPostgresqlAlpn,
                                            kPostgresqlAlpnBytes, offered, offered_bytes);
  if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = match;
  return SSL_TLSEXT_ERR_OK;
}

absl::StatusOr<std::string> Load(const Pem& pem, std::string_view what) {
  if (!pem.text.empty() && !pem.file.empty()) {
    return base::InvalidArgument(std::string(what) + ": give a text or a file, not both");
  }
  if (!pem.text.empty()) return pem.text;
  if (pem.file.empty()) return base::InvalidArgument(std::string(what) + " is missing");
  absl::StatusOr<std::string> text = base::ReadFile(pem.file, kMaxPemBytes);
  if (!text.ok()) return base::Annotate(text.status(), what);
  return text;
}

std::string Name(const Pem& pem, std::string_view what) {
  return pem.file.empty() ? std::string(what) : std::string(what) + " (" + pem.file + ")";
}

absl::StatusOr<std::vector<base::X509Ptr>> LoadCertificates(const Pem& pem, std::string_view what) {
  ASSIGN_OR_RETURN(const std::string text, Load(pem, what));
  absl::StatusOr<std::vector<base::X509Ptr>> certificates = ParseCertificates(text);
  if (!certificates.ok()) return base::Annotate(certificates.status(), Name(pem, what));
  return certificates;
}

absl::Status UseIdentity(SSL_CTX* context, const Pem& chain, const Pem& private_key) {
  ASSIGN_OR_RETURN(const auto certificates, LoadCertificates(chain, "certificate"));
  ASSIGN_OR_RETURN(const std::string key_text, Load(private_key, "private key"));
  absl::StatusOr<base::PkeyPtr> key = ParsePrivateKey(key_text);
  if (!key.ok()) return base::Annotate(key.status(), Name(private_key, "private key"));
  if (SSL_CTX_use_certificate(context, certificates.front().get()) != 1) {
    return base::OpenSslStatus(Name(chain, "certificate") + " cannot be used");
  }
  for (size_t i = 1; i < certificates.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, certificates[i].get()) != 1) {
      return base::OpenSslStatus(Name(chain, "certificate chain") + " cannot be used");
    }
  }
  if (SSL_CTX_use_PrivateKey(context, key->get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return base::OpenSslStatus(Name(private_key, "private key") +
                               " does not belong to the certificate");
  }
  return absl::OkStatus();
}

absl::Status Trust(SSL_CTX* context, const Pem& ca, std::string_view what) {
  ASSIGN_OR_RETURN(const auto certificates, LoadCertificates(ca, what));
  for (const base::X509Ptr& certificate : certificates) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get()) != 1) {
      return base::OpenSslStatus(Name(ca, what) + " cannot be trusted");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<SSL_CTX>> MakeBare(const SSL_METHOD* method) {
  ERR_clear_error();
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(method), SSL_CTX_free);
  if (context == nullptr) return base::OpenSslStatus("cannot make a TLS context");
  SSL_CTX* const raw = context.get();
  if (SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) != 1) {
    return base::OpenSslStatus("cannot ask for TLS 1.2");
  }
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(raw, 0);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY);
  // One recv() takes what is there, rather than one for each record's header and body.
  SSL_CTX_set_read_ahead(raw, 1);
  return context;
}

}  // namespace

absl::StatusOr<Context> Context::ForServer(const ServerOptions& options) {
  ASSIGN_OR_RETURN(std::shared_ptr<SSL_CTX> context, MakeBare(TLS_server_method()));
  RETURN_IF_ERROR(UseIdentity(context.get(), options.certificate_chain, options.private_key));
  if (SSL_CTX_set_cipher_list(context.get(), kServerCiphers) != 1) {
    return base::OpenSslStatus("cannot set the cipher list");
  }
  SSL_CTX_set_options(context.get(), SSL_OP_CIPHER_SERVER_PREFERENCE);
  if (options.client_certificates != ClientCertificates::kNotAsked) {
    RETURN_IF_ERROR(Trust(context.get(), options.client_ca, "client CA"));
    ASSIGN_OR_RETURN(const auto certificates, LoadCertificates(options.client_ca, "client CA"));
    for (const base::X509Ptr& one : certificates) SSL_CTX_add_client_CA(context.get(), one.get());
    const bool required = options.client_certificates == ClientCertificates::kRequired;
    SSL_CTX_set_verify(context.get(),
                       SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
  } else if (!options.client_ca.absent()) {
    return base::InvalidArgument("a client CA is given but client certificates are not asked for");
  }
  if (options.postgresql_alpn) SSL_CTX_set_alpn_select_cb(context.get(), ChooseAlpn, nullptr);
  return Context(std::move(context), true, false);
}

absl::StatusOr<Context> Context::ForClient(const ClientOptions& options) {
  ASSIGN_OR_RETURN(std::shared_ptr<SSL_CTX> context, MakeBare(TLS_client_method()));
  const bool full = options.mode == VerifyMode::kVerifyFull;
  const bool verify = options.mode != VerifyMode::kRequire || !options.root_ca.absent();
  if (options.system_roots) {
    if (!full || !options.root_ca.absent()) {
      return base::InvalidArgument(
          "the system's roots need verify-full and no root CA of one's own");
    }
    if (SSL_CTX_set_default_verify_paths(context.get()) != 1) {
      return base::OpenSslStatus("cannot load the system's roots");
    }
  } else if (verify) {
    RETURN_IF_ERROR(Trust(context.get(), options.root_ca, "root CA"));
  }
  SSL_CTX_set_verify(context.get(), verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (!options.certificate_chain.absent() || !options.private_key.absent()) {
    RETURN_IF_ERROR(UseIdentity(context.get(), options.certificate_chain, options.private_key));
  }
  // Returns 0 for success, against OpenSSL's custom.
  if (options.postgresql_alpn &&
      SSL_CTX_set_alpn_protos(context.get(), kPostgresqlAlpn, kPostgresqlAlpnBytes) != 0) {
    return base::OpenSslStatus("cannot offer ALPN");
  }
  return Context(std::move(context), false, full);
}

}  // namespace portreeve::tls
