#include "admin/http_connection.h"

#include <sys/epoll.h>

#include <utility>

#include "admin/http_request.h"

namespace portreeve::admin {
namespace {

constexpr size_t kReadBytes = 16 * 1024;
// Then the others have their turn.
constexpr int kDiscardsPerTurn = 8;

std::string RefusalText(const RequestVerdict& verdict) {
  const std::string body = std::string(R"({"error":")") + verdict.fault + "\"}";
  return std::string("HTTP/1.1 ") + verdict.status_line +
         "\r\nContent-Type: application/json\r\nCache-Control: no-store\r\nConnection: close\r\n"
         "Content-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

HttpConnection::HttpConnection(uint64_t id, net::Accepted accepted,
                               const std::optional<tls::Context>& tls, net::EventLoop& loop,
                               HttpConnectionListener& listener)
    : id_(id), loop_(loop), listener_(listener), address_(accepted.peer.ToString()) {
  if (!tls) {
    stream_ = std::make_unique<net::SocketStream>(std::move(accepted.fd));
    return;
  }
  auto secured = tls::TlsStream::Accept(*tls, std::move(accepted.fd));
  if (!secured.ok()) return;
  step_ = Step::kTls;
  tls_ = secured->get();
  stream_ = *std::move(secured);
}

void HttpConnection::Start() {
  if (stream_ == nullptr || !loop_.Add(stream_->fd(), EPOLLIN, this).ok()) return Drop();
  SetDeadline(kRequestUs);
}

void HttpConnection::SetDeadline(int64_t in_us) {
  if (timer_) loop_.CancelTimer(*timer_);
  timer_ = loop_.RunAt(loop_.now_us() + in_us, [self = shared_from_this()] {
    self->timer_.reset();
    self->Drop();
  });
}

void HttpConnection::Watch(uint32_t events) { loop_.Modify(stream_->fd(), events, this); }

void HttpConnection::OnReady(uint32_t events) {
  const auto self = shared_from_this();
  loop_.KeepUntilTurnEnd(self);
  if (step_ == Step::kTls) ContinueTls();
  if (step_ == Step::kReading) return ContinueReading();
  if (step_ == Step::kWriting) return ContinueWriting();
  if (step_ == Step::kLingering) return Discard();
  // Nothing is watched while the answer is made, but an end tells itself.
  if (step_ == Step::kAnswering && (events & (EPOLLERR | EPOLLHUP))) Drop();
}

void HttpConnection::ContinueTls() {
  switch (tls_->Handshake()) {
    case tls::HandshakeState::kDone:
      step_ = Step::kReading;
      return Watch(EPOLLIN);
    case tls::HandshakeState::kWantRead:
      return Watch(EPOLLIN);
    case tls::HandshakeState::kWantWrite:
      return Watch(EPOLLOUT);
    case tls::HandshakeState::kFailed:
      return Drop();
  }
}

void HttpConnection::ContinueReading() {
  char chunk[kReadBytes];
  // Ends: a request that becomes too long is refused.
  for (;;) {
    const net::IoResult result = stream_->Read(chunk);
    if (result.state == net::IoState::kWouldBlock) return;
    if (result.state != net::IoState::kDone) return Drop();
    request_.append(chunk, result.bytes);
    // A body that comes in crumbs does not have its head read again for each.
    if (request_.size() < wanted_) continue;
    const RequestVerdict verdict = ExamineRequest(request_);
    if (verdict.state == RequestVerdict::State::kIncomplete) {
      wanted_ = verdict.bytes;
      continue;
    }
    if (verdict.state == RequestVerdict::State::kRefused) return Answer(RefusalText(verdict));
    step_ = Step::kAnswering;
    if (timer_) loop_.CancelTimer(*timer_);
    timer_.reset();
    Watch(0);
    // What stands behind it is answered by the end of the connection.
    request_.resize(verdict.bytes);
    return listener_.OnRequest(*this, std::exchange(request_, {}));
  }
}

void HttpConnection::Answer(std::string answer) {
  if (step_ == Step::kGone) return;
  std::string().swap(request_);
  step_ = Step::kWriting;
  SetDeadline(kAnswerUs);
  output_.Append(answer);
  ContinueWriting();
}

void HttpConnection::ContinueWriting() {
  if (output_.Flush(*stream_).state == net::IoState::kError) return Drop();
  if (!output_.empty()) return Watch(EPOLLOUT);
  stream_->ShutdownWrite();
  // Closing a socket with bytes unread would cut off the answer that is still on its way.
  step_ = Step::kLingering;
  SetDeadline(kLingerUs);
  Watch(EPOLLIN);
  Discard();
}

void HttpConnection::Discard() {
  char ignored[kReadBytes];
  for (int i = 0; i < kDiscardsPerTurn; ++i) {
    const net::IoState state = stream_->Read(ignored).state;
    if (state == net::IoState::kWouldBlock) return;
    if (state != net::IoState::kDone) return Drop();
  }
}

void HttpConnection::Drop() {
  if (step_ == Step::kGone) return;
  const auto self = shared_from_this();
  loop_.KeepUntilTurnEnd(self);
  step_ = Step::kGone;
  if (timer_) loop_.CancelTimer(*timer_);
  timer_.reset();
  if (stream_ != nullptr) loop_.Remove(stream_->fd());
  stream_.reset();
  listener_.OnGone(*this);
}

}  // namespace portreeve::admin
