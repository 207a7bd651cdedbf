// TLS over one connected, non-blocking socket. Its one rule: the socket must hold no bytes of ours
// that were read but not used; TLS begins and ends exactly where the caller says.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "net/stream.h"
#include "tls/context.h"

struct ssl_st;

namespace portreeve::tls {

enum class HandshakeState {
  kDone,
  kWantRead,   // Wait until the socket is readable, then call again.
  kWantWrite,  // Wait until it is writable.
  kFailed,     // last_error() says why; the peer was sent an alert where TLS has one.
};

// One thread may read while another writes: OpenSSL's object is behind a mutex that is never held
// across a wait. Calls before the handshake is done, and after a failure, give kError.
class TlsStream final : public net::Stream {
 public:
  // Server side: `context` is ForServer's. The stream owns the socket, also when this fails.
  static absl::StatusOr<std::unique_ptr<TlsStream>> Accept(const Context& context,
                                                           base::UniqueFd socket);
  // Client side. `host` is the name or address as the configuration gives it: sent as SNI when it
  // is a name, and checked against the certificate under kVerifyFull.
  static absl::StatusOr<std::unique_ptr<TlsStream>> Connect(const Context& context,
                                                            base::UniqueFd socket,
                                                            std::string_view host);
  ~TlsStream() override;
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  HandshakeState Handshake();

  // Fills `into` as far as the socket's bytes allow. kEof only after close_notify; a connection cut
  // without one is kError. What stays inside shows as has_buffered_input().
  net::IoResult Read(std::span<char> into) override;
  // Small pieces travel together in one record. After kWouldBlock or a short write the next Write
  // must begin with the bytes that were not taken and hold no fewer of them.
  net::IoResult Write(std::span<const iovec> pieces) override;
  void ShutdownWrite() override;

  int fd() const override { return socket_.fd.get(); }
  bool has_buffered_input() const override;
  std::string last_error() const override;

  // After the handshake. The protocol that ALPN settled; empty if ALPN was not used.
  std::string alpn() const;
  std::string server_name() const;  // SNI, server side; may be empty.
  std::string version() const;      // "TLSv1.3"
  // DER; empty if there is none. With kRequire the peer's certificate is not a proof of anything.
  std::string own_certificate() const;
  std::string peer_certificate() const;
  // True if the peer showed a certificate and it was verified against the configured trust.
  bool peer_verified() const;

 private:
  friend struct SocketBio;
  struct Socket {
    base::UniqueFd fd;
    int error = 0;       // errno of the last failure.
    int reads_left = 0;  // recv() calls that the current operation may still make.
    bool ended = false;  // The peer sent FIN.
  };

  TlsStream(base::UniqueFd socket, bool verifies);
  absl::Status Attach(const Context& context);
  void Fail(std::string_view during, int ssl_error);
  net::IoResult Stop(size_t moved, int ssl_error, std::string_view during);

  mutable std::mutex mutex_;  // Guards everything below, `fd` excepted.
  Socket socket_;
  ssl_st* ssl_ = nullptr;
  const bool verifies_;
  bool ready_ = false;
  bool dead_ = false;
  bool starved_ = false;     // The last read found no whole record.
  size_t unsent_bytes_ = 0;  // Plain bytes of a record that is encrypted but not wholly sent.
  std::string error_;
};

}  // namespace portreeve::tls
