#include "front/handshake.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "session/answer_hand.h"
#include "wire/backend.h"
#include "wire/framing.h"
#include "wire/frontend.h"

namespace portreeve::front {
namespace {

constexpr char kTlsRecordHandshake = 0x16;
constexpr int64_t kLingerUs = 1'000'000;
constexpr std::string_view kProtocolOptionPrefix = "_pq_.";

}  // namespace

Handshake::Handshake(net::Accepted accepted, const HandshakeOptions& options, net::EventLoop& loop,
                     HandshakeListener& listener, base::Logger& logger)
    : options_(options),
      loop_(loop),
      listener_(listener),
      logger_(logger),
      client_address_(accepted.peer.ToString()),
      stream_(std::make_unique<net::SocketStream>(std::move(accepted.fd))) {}

Handshake::~Handshake() = default;

void Handshake::Start() {
  if (!loop_.Add(stream_->fd(), EPOLLIN, this).ok()) return Drop("no room to watch it");
  timer_ = loop_.RunAt(loop_.now_us() + options_.timeout_us, [self = shared_from_this()] {
    self->timer_.reset();
    self->Drop("it took too long to authenticate");
  });
}

void Handshake::OnReady(uint32_t events) {
  const auto self = shared_from_this();
  loop_.KeepUntilTurnEnd(self);
  if (step_ == Step::kWaiting && (events & (EPOLLHUP | EPOLLERR))) return Drop("it went away");
  if ((events & EPOLLOUT) && !output_.empty() && step_ != Step::kTls) {
    if (output_.Flush(*stream_).state == net::IoState::kError) return Drop("it went away");
    if (output_.empty()) {
      Watch(EPOLLIN);
      if (step_ == Step::kClosing) stream_->ShutdownWrite();
    }
  }
  Advance();
}

void Handshake::Advance() {
  for (bool more = true; more;) {
    switch (step_) {
      case Step::kFirstByte:
        more = OnFirstByte();
        break;
      case Step::kTls:
        more = OnTlsHandshake();
        break;
      case Step::kStartupLength:
        more = OnStartupLength();
        break;
      case Step::kStartupBody:
        more = OnStartupBody();
        break;
      case Step::kPasswordHeader:
        more = OnPasswordHeader();
        break;
      case Step::kPasswordBody:
        more = OnPasswordBody();
        break;
      case Step::kWaiting:
        PeekForTheEnd();
        more = false;
        break;
      case Step::kClosing: {
        // Nothing may come now; what does is not looked at.
        char ignored[512];
        const net::IoResult result = stream_->Read(ignored);
        if (result.state == net::IoState::kEof || result.state == net::IoState::kError) {
          Drop("it went away");
        }
        more = false;
        break;
      }
      case Step::kGone:
        more = false;
        break;
    }
  }
}

bool Handshake::ReadExactly(size_t wanted) {
  while (buffer_.size() < wanted) {
    char chunk[4096];
    const size_t missing = std::min(wanted - buffer_.size(), sizeof chunk);
    const net::IoResult result = stream_->Read({chunk, missing});
    if (result.state == net::IoState::kWouldBlock) return false;
    if (result.state != net::IoState::kDone) {
      Drop("it went away");
      return false;
    }
    buffer_.append(chunk, result.bytes);
  }
  return true;
}

// What comes before the listener has judged is for the session, so it stays where it is.
void Handshake::PeekForTheEnd() {
  char next = 0;
  const ssize_t got = recv(stream_->fd(), &next, 1, MSG_PEEK);
  if (got > 0) return Watch(output_.empty() ? 0U : uint32_t{EPOLLOUT});
  if (got == 0 || (errno != EAGAIN && errno != EINTR)) Drop("it went away");
}

bool Handshake::OnFirstByte() {
  char first = 0;
  const ssize_t got = recv(stream_->fd(), &first, 1, MSG_PEEK);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (got <= 0) {
    Drop("it went away");
    return false;
  }
  if (first == kTlsRecordHandshake && options_.tls) {
    direct_tls_ = true;
    return BeginTls();
  }
  step_ = Step::kStartupLength;
  return true;
}

bool Handshake::BeginTls() {
  auto* plain = static_cast<net::SocketStream*>(stream_.get());
  loop_.Remove(plain->fd());
  auto secured = tls::TlsStream::Accept(*options_.tls, plain->Release());
  if (!secured.ok()) {
    step_ = Step::kGone;
    listener_.OnGone(*this);
    return false;
  }
  tls_ = secured->get();
  stream_ = *std::move(secured);
  if (!loop_.Add(stream_->fd(), EPOLLIN, this).ok()) {
    Drop("no room to watch it");
    return false;
  }
  step_ = Step::kTls;
  return true;
}

bool Handshake::OnTlsHandshake() {
  switch (tls_->Handshake()) {
    case tls::HandshakeState::kWantRead:
      Watch(EPOLLIN);
      return false;
    case tls::HandshakeState::kWantWrite:
      Watch(EPOLLOUT);
      return false;
    case tls::HandshakeState::kFailed:
      Drop("TLS failed: " + tls_->last_error());
      return false;
    case tls::HandshakeState::kDone:
      break;
  }
  // Without ALPN another protocol's client could be led to this port (PostgreSQL 55.2.11).
  if (direct_tls_ && tls_->alpn() != "postgresql") {
    Drop("direct TLS without ALPN `postgresql`");
    return false;
  }
  hello_.tls = true;
  Watch(EPOLLIN);
  step_ = Step::kStartupLength;
  return true;
}

bool Handshake::OnStartupLength() {
  if (!ReadExactly(4)) return false;
  const uint32_t length = *wire::ReadStartupLength(buffer_);
  if (!wire::CheckStartupLength(length).ok()) {
    Drop("the start-up packet has a wrong length");
    return false;
  }
  expected_ = length;
  step_ = Step::kStartupBody;
  return true;
}

bool Handshake::OnStartupBody() {
  if (!ReadExactly(expected_)) return false;
  const std::string body = buffer_.substr(4);
  buffer_.clear();
  step_ = Step::kStartupLength;
  const auto packet = wire::DecodeStartupPacket(body);
  if (!packet.ok()) return Violation(base::FromAbsl(packet.status().message()));
  if (std::holds_alternative<wire::SslRequest>(*packet)) return OnSslRequest();
  if (std::holds_alternative<wire::GssEncRequest>(*packet)) return OnGssEncRequest();
  if (const auto* cancel = std::get_if<wire::CancelRequest>(&*packet)) {
    return OnCancelRequest(*cancel);
  }
  return OnStartupMessage(std::get<wire::StartupMessage>(*packet));
}

bool Handshake::OnSslRequest() {
  if (tls_ != nullptr) return Violation("SSLRequest inside TLS");
  if (!options_.tls) {
    if (std::exchange(tls_refused_, true)) return Violation("SSLRequest twice");
    Send("N");
    return true;
  }
  Send("S");
  return BeginTls();
}

bool Handshake::OnGssEncRequest() {
  if (tls_ != nullptr || std::exchange(gss_refused_, true)) {
    return Violation("GSSENCRequest where it may not be");
  }
  Send("N");
  return true;
}

bool Handshake::OnCancelRequest(const wire::CancelRequest& request) {
  step_ = Step::kWaiting;
  listener_.OnCancel(request.process_id, std::string(request.secret), client_address_,
                     [weak = weak_from_this(), &loop = loop_] {
                       loop.Post([weak] {
                         if (const auto self = weak.lock()) self->Drop("");
                       });
                     });
  return false;
}

bool Handshake::OnStartupMessage(const wire::StartupMessage& message) {
  if (options_.tls && tls_ == nullptr) {
    Refuse({std::string(base::sqlstate::kInvalidAuthorization),
            "this gateway takes connections in TLS only", "", "Use sslmode=verify-full."});
    return false;
  }
  Negotiate(message);
  hello_.client_address = client_address_;
  for (const auto& [name, value] : message.parameters) {
    if (name == "user") {
      hello_.user = value;
    } else if (name == "database") {
      hello_.database = value;
    } else if (!name.starts_with(kProtocolOptionPrefix)) {
      hello_.parameters.emplace_back(name, value);
    }
  }
  if (hello_.user.empty()) {
    Refuse({std::string(base::sqlstate::kInvalidAuthorization),
            "no user name in the start-up packet", "", ""});
    return false;
  }
  if (hello_.database.empty()) hello_.database = hello_.user;
  Send(hello_.preamble + AskForProof());
  step_ = Step::kPasswordHeader;
  return true;
}

// PostgreSQL 55.2.1: newer minor versions and unknown options are talked down, not refused.
void Handshake::Negotiate(const wire::StartupMessage& message) {
  hello_.protocol_version = std::min(message.version, wire::kProtocol32);
  wire::NegotiateProtocolVersion negotiate;
  negotiate.version = hello_.protocol_version;
  for (const auto& [name, value] : message.parameters) {
    if (name.starts_with(kProtocolOptionPrefix)) negotiate.refused_options.push_back(name);
  }
  if (message.version > wire::kProtocol32 || !negotiate.refused_options.empty()) {
    negotiate.Encode(hello_.preamble);
  }
}

bool Handshake::Violation(std::string_view what) {
  logger_.Info("a client broke the protocol before it was authenticated",
               {{"client", client_address_}, {"reason", std::string(what)}});
  Refuse({std::string(base::sqlstate::kProtocolViolation), std::string(what), "", ""});
  return false;
}

void Handshake::Send(std::string_view bytes) {
  const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
  output_.Write(*stream_, {&piece, 1});
  if (!output_.empty()) Watch(EPOLLIN | EPOLLOUT);
}

void Handshake::Watch(uint32_t events) { loop_.Modify(stream_->fd(), events, this); }

void Handshake::Refuse(const base::Refusal& refusal) {
  if (step_ == Step::kGone) return;
  Watch(EPOLLIN);
  Send(session::EncodeReport(wire::ErrorResponse::kTag, "FATAL", refusal, 0));
  if (output_.empty()) stream_->ShutdownWrite();
  step_ = Step::kClosing;
  // To close with unread input would reset the connection and take the last words with it.
  if (timer_) loop_.CancelTimer(*timer_);
  timer_ = loop_.RunAt(loop_.now_us() + kLingerUs, [self = shared_from_this()] {
    self->timer_.reset();
    self->Drop("");
  });
}

std::unique_ptr<net::Stream> Handshake::Take() {
  loop_.KeepUntilTurnEnd(shared_from_this());
  loop_.Remove(stream_->fd());
  if (timer_) loop_.CancelTimer(*timer_);
  timer_.reset();
  step_ = Step::kGone;
  auto stream = std::move(stream_);
  listener_.OnGone(*this);
  return stream;
}

void Handshake::Drop(std::string_view why) {
  if (step_ == Step::kGone) return;
  loop_.KeepUntilTurnEnd(shared_from_this());
  if (!why.empty() && step_ != Step::kClosing) {
    logger_.Info("a client left before it was authenticated",
                 {{"client", client_address_}, {"reason", std::string(why)}});
  }
  if (stream_ != nullptr && stream_->fd() >= 0) {
    loop_.Remove(stream_->fd());
    stream_->ShutdownWrite();
  }
  if (timer_) loop_.CancelTimer(*timer_);
  timer_.reset();
  step_ = Step::kGone;
  stream_.reset();
  listener_.OnGone(*this);
}

}  // namespace portreeve::front
