#include "upstream/connector.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "tls/channel_binding.h"
#include "wire/startup.h"

namespace portreeve::upstream {
namespace {

constexpr int64_t kConnectTimeoutUs = 10'000'000;

}  // namespace

void Connector::Start(Done done) {
  done_ = std::move(done);
  const auto self = shared_from_this();
  timer_ = loop_.RunAt(loop_.now_us() + kConnectTimeoutUs, [self] {
    self->timer_.reset();
    self->Finish(base::Unavailable("the server did not answer in time"));
  });
  resolver_.Resolve(server_->host, server_->port, loop_, [self](auto addresses) {
    if (self->done_ == nullptr) return;
    if (!addresses.ok()) return self->Finish(addresses.status());
    self->addresses_ = *std::move(addresses);
    self->TryNextAddress();
  });
}

void Connector::Stop() {
  done_ = nullptr;
  Unwatch();
  if (timer_) loop_.CancelTimer(*timer_);
  timer_.reset();
}

void Connector::TryNextAddress() {
  while (next_address_ < addresses_.size()) {
    auto fd = net::StartConnect(addresses_[next_address_++]);
    if (!fd.ok()) {
      last_failure_ = fd.status();
      continue;
    }
    fd_ = *std::move(fd);
    step_ = Step::kConnecting;
    if (const auto status = loop_.Add(fd_.get(), EPOLLOUT, this); !status.ok()) {
      return Finish(status);
    }
    return;
  }
  Finish(last_failure_.ok() ? base::Unavailable("the host has no address") : last_failure_);
}

void Connector::OnReady(uint32_t) {
  loop_.KeepUntilTurnEnd(shared_from_this());
  switch (step_) {
    case Step::kConnecting:
      return OnConnected();
    case Step::kAskingTls:
      return OnTlsAnswer();
    case Step::kHandshake:
      return OnHandshake();
  }
}

void Connector::OnConnected() {
  if (const absl::Status status = net::ConnectResult(fd_.get()); !status.ok()) {
    last_failure_ = status;
    Unwatch();
    fd_.Reset();
    return TryNextAddress();
  }
  if (!server_->tls) {
    Unwatch();
    return Finish(Connected{std::make_unique<net::SocketStream>(std::move(fd_)), false, {}});
  }
  std::string request;
  wire::SslRequest{}.Encode(request);
  // Eight bytes always fit into an empty socket.
  if (send(fd_.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    return Fail(base::ErrnoStatus("cannot ask for TLS", errno));
  }
  step_ = Step::kAskingTls;
  loop_.Modify(fd_.get(), EPOLLIN, this);
}

void Connector::OnTlsAnswer() {
  char answer = 0;
  // One byte and no more: what follows belongs to the handshake.
  const ssize_t got = recv(fd_.get(), &answer, 1, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got != 1) return Fail(base::Unavailable("the server closed when it was asked for TLS"));
  if (answer != 'S') {
    return Fail(base::PermissionDenied("the server does not offer TLS, which is configured"));
  }
  Unwatch();
  auto stream = tls::TlsStream::Connect(*server_->tls, std::move(fd_), server_->host);
  if (!stream.ok()) return Finish(stream.status());
  tls_ = *std::move(stream);
  step_ = Step::kHandshake;
  if (const auto status = loop_.Add(tls_->fd(), EPOLLOUT, this); !status.ok()) {
    return Finish(status);
  }
}

void Connector::OnHandshake() {
  switch (tls_->Handshake()) {
    case tls::HandshakeState::kWantRead:
      return loop_.Modify(tls_->fd(), EPOLLIN, this);
    case tls::HandshakeState::kWantWrite:
      return loop_.Modify(tls_->fd(), EPOLLOUT, this);
    case tls::HandshakeState::kFailed:
      return Fail(base::Unavailable("TLS with the server failed: " + tls_->last_error()));
    case tls::HandshakeState::kDone:
      break;
  }
  Unwatch();
  auto binding = tls::ServerEndPoint(tls_->peer_certificate());
  Connected connected{nullptr, tls_->peer_verified() && server_->tls->checks_host(), std::nullopt};
  if (binding.ok()) connected.binding_data = *std::move(binding);
  connected.stream = std::move(tls_);
  Finish(std::move(connected));
}

void Connector::Unwatch() {
  const int fd = tls_ != nullptr ? tls_->fd() : fd_.get();
  if (fd >= 0) loop_.Remove(fd);
}

void Connector::Fail(const absl::Status& status) {
  Unwatch();
  Finish(status);
}

void Connector::Finish(absl::StatusOr<Connected> result) {
  if (timer_) loop_.CancelTimer(*timer_);
  timer_.reset();
  if (done_ == nullptr) return;
  if (!result.ok()) Unwatch();
  const Done done = std::exchange(done_, nullptr);
  done(std::move(result));
}

}  // namespace portreeve::upstream
