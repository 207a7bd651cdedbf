// Certificates and pairs of connected streams for the tests of this module.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <ctime>
#include <memory>
#include <string>
#include <utility>

#include "tls/certificate.h"
#include "tls/tls_stream.h"

namespace portreeve::tls {

struct Issued {
  std::string certificate;
  std::string key;
};

class TestCa {
 public:
  explicit TestCa(const std::string& name = "test CA") {
    key_ = MakePrivateKey().value();
    certificate_ = MakeCaCertificate(key_, name, {Now() - 30 * kDay, Now() + 30 * kDay}).value();
  }

  static int64_t Now() { return std::time(nullptr); }

  Issued Issue(const std::string& host, Validity validity = {Now() - kDay, Now() + kDay}) const {
    IssueOptions options;
    options.subject.common_name = host;
    options.subject.dns = {host};
    options.subject.ip = {"127.0.0.1"};
    options.validity = validity;
    options.server_auth = true;
    options.client_auth = true;
    return Issue(options);
  }

  Issued Issue(const IssueOptions& options) const {
    const std::string key = MakePrivateKey().value();
    const std::string request = MakeSigningRequest(key, "ignored").value();
    auto certificate = IssueCertificate(certificate_, key_, request, options);
    INFO(certificate.status());
    REQUIRE(certificate.ok());
    return {*certificate, key};
  }

  const std::string& certificate() const { return certificate_; }
  const std::string& key() const { return key_; }

  static constexpr int64_t kDay = 86'400;

 private:
  std::string key_;
  std::string certificate_;
};

inline std::pair<base::UniqueFd, base::UniqueFd> ConnectedSockets(int buffer_bytes = 0) {
  int fds[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
  for (const int fd : fds) {
    if (buffer_bytes > 0) {
      setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes);
    }
  }
  return {base::UniqueFd(fds[0]), base::UniqueFd(fds[1])};
}

struct Pair {
  std::unique_ptr<TlsStream> server;
  std::unique_ptr<TlsStream> client;
};

inline Pair MakePair(const Context& server, const Context& client, const std::string& host,
                     int buffer_bytes = 0) {
  auto [left, right] = ConnectedSockets(buffer_bytes);
  Pair pair;
  pair.server = std::move(TlsStream::Accept(server, std::move(left)).value());
  pair.client = std::move(TlsStream::Connect(client, std::move(right), host).value());
  return pair;
}

// Both sides in turn until each is done or has failed.
inline std::pair<HandshakeState, HandshakeState> Pump(Pair& pair) {
  HandshakeState server = HandshakeState::kWantRead;
  HandshakeState client = HandshakeState::kWantRead;
  auto open = [](HandshakeState state) {
    return state == HandshakeState::kWantRead || state == HandshakeState::kWantWrite;
  };
  for (int turn = 0; turn < 10'000 && (open(server) || open(client)); ++turn) {
    client = pair.client->Handshake();
    server = pair.server->Handshake();
    // Under TLS 1.3 a client is done before the server has judged its certificate.
    if (client == HandshakeState::kFailed && open(server)) pair.client->ShutdownWrite();
    if (server == HandshakeState::kFailed && open(client)) pair.server->ShutdownWrite();
  }
  return {server, client};
}

inline net::IoResult WriteText(net::Stream& stream, std::string_view text) {
  const iovec piece{const_cast<char*>(text.data()), text.size()};
  return stream.Write({&piece, 1});
}

inline std::string ReadSome(net::Stream& stream, size_t limit = 64 * 1024) {
  std::string text(limit, '\0');
  const net::IoResult result = stream.Read(text);
  text.resize(result.bytes);
  return text;
}

inline Context ServerContext(const Issued& identity, bool alpn = false) {
  ServerOptions options;
  options.certificate_chain.text = identity.certificate;
  options.private_key.text = identity.key;
  options.postgresql_alpn = alpn;
  auto context = Context::ForServer(options);
  INFO(context.status());
  REQUIRE(context.ok());
  return *context;
}

inline Context ClientContext(VerifyMode mode, const std::string& root_ca, bool alpn = false) {
  ClientOptions options;
  options.mode = mode;
  options.root_ca.text = root_ca;
  options.postgresql_alpn = alpn;
  auto context = Context::ForClient(options);
  INFO(context.status());
  REQUIRE(context.ok());
  return *context;
}

}  // namespace portreeve::tls
