#include "tls/tls_stream.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/check.h"
#include "base/openssl.h"

namespace portreeve::tls {
namespace {

// The most that one record carries (RFC 8446 5.1).
constexpr size_t kRecordBytes = 16 * 1024;
// A peer that floods us with records that carry no data gives the thread back after so many recv().
constexpr int kReadsPerCall = 64;
constexpr size_t kMaxHostBytes = 253;

bool IsAddress(const std::string& host) {
  in6_addr address;
  return inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

std::string ToDer(const X509* certificate) {
  if (certificate == nullptr) return {};
  unsigned char* data = nullptr;
  const int size = i2d_X509(certificate, &data);
  if (size <= 0) return {};
  std::string der(reinterpret_cast<char*>(data), static_cast<size_t>(size));
  OPENSSL_free(data);
  return der;
}

// What the next record carries: a view of the first piece if that fills it or is the last, else a
// copy of several pieces.
std::string_view Gather(std::span<const iovec> pieces, size_t skip, std::span<char> into) {
  const char* const first = static_cast<const char*>(pieces[0].iov_base) + skip;
  size_t size = std::min(pieces[0].iov_len - skip, into.size());
  if (size == into.size() || pieces.size() == 1) return {first, size};
  std::memcpy(into.data(), first, size);
  for (size_t i = 1; i < pieces.size() && size < into.size(); ++i) {
    const size_t part = std::min(pieces[i].iov_len, into.size() - size);
    if (part > 0) std::memcpy(into.data() + size, pieces[i].iov_base, part);
    size += part;
  }
  return {into.data(), size};
}

absl::Status NameHost(SSL* ssl, std::string host, bool check) {
  while (host.ends_with('.')) host.pop_back();
  const bool printable = std::all_of(host.begin(), host.end(), [](char c) { return c > ' '; });
  if (host.size() > kMaxHostBytes || !printable) return base::InvalidArgument("not a host name");
  if (host.empty()) {
    if (check) return base::InvalidArgument("verify-full needs the name of the host");
    return absl::OkStatus();
  }
  const bool address = IsAddress(host);
  if (!address && SSL_set_tlsext_host_name(ssl, host.c_str()) != 1) {
    return base::OpenSslStatus("cannot name the host " + host);
  }
  if (!check) return absl::OkStatus();
  X509_VERIFY_PARAM* const rules = SSL_get0_param(ssl);
  X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const int set = address ? X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str())
                          : X509_VERIFY_PARAM_set1_host(rules, host.data(), host.size());
  if (set != 1) return base::OpenSslStatus("cannot check the host " + host);
  return absl::OkStatus();
}

}  // namespace

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL and would kill the process by SIGPIPE.
struct SocketBio {
  static TlsStream::Socket& Of(BIO* bio) {
    return *static_cast<TlsStream::Socket*>(BIO_get_data(bio));
  }

  static int Write(BIO* bio, const char* data, int size) {
    BIO_clear_retry_flags(bio);
    for (;;) {
      const ssize_t put = send(Of(bio).fd.get(), data, static_cast<size_t>(size), MSG_NOSIGNAL);
      if (put >= 0) return static_cast<int>(put);
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) {
        BIO_set_retry_write(bio);
      } else {
        Of(bio).error = errno;
      }
      return -1;
    }
  }

  static int Read(BIO* bio, char* into, int size) {
    BIO_clear_retry_flags(bio);
    TlsStream::Socket& socket = Of(bio);
    if (socket.reads_left-- <= 0) {
      BIO_set_retry_read(bio);
      return -1;
    }
    for (;;) {
      const ssize_t got = recv(socket.fd.get(), into, static_cast<size_t>(size), 0);
      if (got == 0) socket.ended = true;
      if (got >= 0) return static_cast<int>(got);
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) {
        BIO_set_retry_read(bio);
      } else {
        socket.error = errno;
      }
      return -1;
    }
  }

  static long Control(BIO* bio, int command, long number, void* pointer) {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
  }

  static int Create(BIO* bio) {
    BIO_set_init(bio, 1);
    return 1;
  }

  static BIO_METHOD* MakeMethod() {
    BIO_METHOD* method =
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "portreeve socket");
    PORTREEVE_CHECK(method != nullptr);
    BIO_meth_set_write(method, Write);
    BIO_meth_set_read(method, Read);
    BIO_meth_set_ctrl(method, Control);
    BIO_meth_set_create(method, Create);
    return method;
  }

  static BIO* New(TlsStream::Socket* socket) {
    static const BIO_METHOD* const kMethod = MakeMethod();
    BIO* bio = BIO_new(kMethod);
    if (bio != nullptr) BIO_set_data(bio, socket);
    return bio;
  }
};

TlsStream::TlsStream(base::UniqueFd socket, bool verifies) : verifies_(verifies) {
  socket_.fd = std::move(socket);
}

TlsStream::~TlsStream() { SSL_free(ssl_); }

absl::Status TlsStream::Attach(const Context& context) {
  ERR_clear_error();
  ssl_ = SSL_new(context.get());
  BIO* const bio = ssl_ != nullptr ? SocketBio::New(&socket_) : nullptr;
  if (bio == nullptr) return base::OpenSslStatus("cannot make a TLS stream");
  SSL_set_bio(ssl_, bio, bio);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<TlsStream>> TlsStream::Accept(const Context& context,
                                                             base::UniqueFd socket) {
  PORTREEVE_CHECK(context.is_server());
  const bool verifies = SSL_CTX_get_verify_mode(context.get()) != SSL_VERIFY_NONE;
  std::unique_ptr<TlsStream> stream(new TlsStream(std::move(socket), verifies));
  RETURN_IF_ERROR(stream->Attach(context));
  SSL_set_accept_state(stream->ssl_);
  return stream;
}

absl::StatusOr<std::unique_ptr<TlsStream>> TlsStream::Connect(const Context& context,
                                                              base::UniqueFd socket,
                                                              std::string_view host) {
  PORTREEVE_CHECK(!context.is_server());
  const bool verifies = SSL_CTX_get_verify_mode(context.get()) != SSL_VERIFY_NONE;
  std::unique_ptr<TlsStream> stream(new TlsStream(std::move(socket), verifies));
  RETURN_IF_ERROR(stream->Attach(context));
  RETURN_IF_ERROR(NameHost(stream->ssl_, std::string(host), context.checks_host()));
  SSL_set_connect_state(stream->ssl_);
  return stream;
}

void TlsStream::Fail(std::string_view during, int ssl_error) {
  dead_ = true;
  error_ = std::string(during) + ": ";
  const long verdict = SSL_get_verify_result(ssl_);
  const std::string reasons = base::TakeOpenSslErrors();
  if (ssl_error == SSL_ERROR_SSL && !reasons.empty()) {
    error_ += reasons;
    if (verifies_ && verdict != X509_V_OK) {
      error_ += std::string(" (") + X509_verify_cert_error_string(verdict) + ")";
    }
  } else if (socket_.error != 0) {
    error_ += std::system_category().message(socket_.error);
  } else if (socket_.ended) {
    error_ += "the peer closed the connection without close_notify";
  } else {
    error_ += "TLS failed with code " + std::to_string(ssl_error);
  }
}

HandshakeState TlsStream::Handshake() {
  const std::lock_guard lock(mutex_);
  if (dead_) return HandshakeState::kFailed;
  if (ready_) return HandshakeState::kDone;
  ERR_clear_error();
  socket_.reads_left = kReadsPerCall;
  const int outcome = SSL_do_handshake(ssl_);
  if (outcome == 1) {
    ready_ = true;
    return HandshakeState::kDone;
  }
  const int ssl_error = SSL_get_error(ssl_, outcome);
  if (ssl_error == SSL_ERROR_WANT_READ) return HandshakeState::kWantRead;
  if (ssl_error == SSL_ERROR_WANT_WRITE) return HandshakeState::kWantWrite;
  Fail("TLS handshake", ssl_error);
  return HandshakeState::kFailed;
}

// How a transfer ends that OpenSSL could not go on with.
net::IoResult TlsStream::Stop(size_t moved, int ssl_error, std::string_view during) {
  const bool blocked = ssl_error == SSL_ERROR_WANT_READ || ssl_error == SSL_ERROR_WANT_WRITE;
  const bool ended = ssl_error == SSL_ERROR_ZERO_RETURN;
  if (!blocked && !ended) Fail(during, ssl_error);
  // What was moved is told first; the next call meets the end again.
  if (moved > 0) return {moved, net::IoState::kDone};
  if (blocked) return {0, net::IoState::kWouldBlock};
  return {0, ended ? net::IoState::kEof : net::IoState::kError};
}

net::IoResult TlsStream::Read(std::span<char> into) {
  const std::lock_guard lock(mutex_);
  if (dead_) return {0, net::IoState::kError};
  if (!ready_) {
    error_ = "read before the TLS handshake";
    return {0, net::IoState::kError};
  }
  ERR_clear_error();
  socket_.reads_left = kReadsPerCall;
  size_t moved = 0;
  while (moved < into.size()) {
    size_t got = 0;
    const int outcome = SSL_read_ex(ssl_, into.data() + moved, into.size() - moved, &got);
    if (outcome != 1) {
      starved_ = true;
      return Stop(moved, SSL_get_error(ssl_, outcome), "TLS read");
    }
    starved_ = false;
    moved += got;
    // Nothing is hidden inside: whether more stands in the socket is poll's to say.
    if (SSL_has_pending(ssl_) == 0) break;
  }
  return {moved, net::IoState::kDone};
}

net::IoResult TlsStream::Write(std::span<const iovec> pieces) {
  const std::lock_guard lock(mutex_);
  if (dead_) return {0, net::IoState::kError};
  if (!ready_) {
    error_ = "write before the TLS handshake";
    return {0, net::IoState::kError};
  }
  ERR_clear_error();
  char gathered[kRecordBytes];
  size_t moved = 0;
  for (size_t skip = 0;;) {
    // `skip` bytes of the first pieces are done.
    while (!pieces.empty() && skip >= pieces.front().iov_len) {
      skip -= pieces.front().iov_len;
      pieces = pieces.subspan(1);
    }
    if (pieces.empty()) return {moved, net::IoState::kDone};
    // A record that is half sent must be offered again by exactly its own size: more would make
    // OpenSSL start the next one inside the same call and then count from both.
    const size_t wanted = unsent_bytes_ > 0 ? unsent_bytes_ : kRecordBytes;
    const std::string_view record = Gather(pieces, skip, {gathered, wanted});
    if (record.size() < unsent_bytes_) {
      dead_ = true;
      error_ = "TLS write: fewer bytes than before it would block";
      return {moved, net::IoState::kError};
    }
    size_t put = 0;
    const int outcome = SSL_write_ex(ssl_, record.data(), record.size(), &put);
    if (outcome != 1) {
      const int ssl_error = SSL_get_error(ssl_, outcome);
      if (ssl_error == SSL_ERROR_WANT_WRITE) unsent_bytes_ = record.size();
      return Stop(moved, ssl_error, "TLS write");
    }
    unsent_bytes_ = 0;
    moved += put;
    skip += put;
  }
}

void TlsStream::ShutdownWrite() {
  const std::lock_guard lock(mutex_);
  // An alert cannot be put into the middle of a record that is half sent.
  if (ready_ && !dead_ && unsent_bytes_ == 0) {
    ERR_clear_error();
    SSL_shutdown(ssl_);
    ERR_clear_error();
  }
  shutdown(socket_.fd.get(), SHUT_WR);
}

bool TlsStream::has_buffered_input() const {
  const std::lock_guard lock(mutex_);
  return ready_ && !dead_ && !starved_ && SSL_has_pending(ssl_) == 1;
}

std::string TlsStream::last_error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

std::string TlsStream::alpn() const {
  const std::lock_guard lock(mutex_);
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_, &name, &size);
  return std::string(reinterpret_cast<const char*>(name), size);
}

std::string TlsStream::server_name() const {
  const std::lock_guard lock(mutex_);
  const char* name = SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name);
  return name != nullptr ? name : "";
}

std::string TlsStream::version() const {
  const std::lock_guard lock(mutex_);
  return SSL_get_version(ssl_);
}

std::string TlsStream::own_certificate() const {
  const std::lock_guard lock(mutex_);
  return ToDer(SSL_get_certificate(ssl_));
}

std::string TlsStream::peer_certificate() const {
  const std::lock_guard lock(mutex_);
  return ToDer(SSL_get0_peer_certificate(ssl_));
}

bool TlsStream::peer_verified() const {
  const std::lock_guard lock(mutex_);
  return ready_ && verifies_ && SSL_get0_peer_certificate(ssl_) != nullptr &&
         SSL_get_verify_result(ssl_) == X509_V_OK;
}

}  // namespace portreeve::tls
