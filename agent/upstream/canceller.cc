#include "upstream/canceller.h"

#include <sys/epoll.h>

#include <utility>

#include "wire/startup.h"

namespace portreeve::upstream {
namespace {

constexpr int64_t kTimeoutUs = 10'000'000;

}  // namespace

void Canceller::Start(std::shared_ptr<const Server> server, Resolver& resolver,
                      net::EventLoop& loop, uint32_t process_id, std::string secret,
                      std::function<void()> done) {
  std::string request;
  wire::CancelRequest{process_id, secret}.Encode(request);
  const auto canceller = std::make_shared<Canceller>(loop, std::move(request), std::move(done));
  canceller->connector_ = std::make_shared<Connector>(std::move(server), resolver, loop);
  // The timer is the owner: what is under way when the loop ends goes with it.
  canceller->timer_ = loop.RunAt(loop.now_us() + kTimeoutUs, [canceller] {
    canceller->timer_.reset();
    canceller->Finish();
  });
  canceller->connector_->Start([weak = std::weak_ptr(canceller)](auto connected) {
    if (const auto alive = weak.lock()) alive->OnConnected(std::move(connected));
  });
}

void Canceller::OnConnected(absl::StatusOr<Connected> connected) {
  if (!connected.ok() || done_ == nullptr) return Finish();
  stream_ = std::move(connected->stream);
  const iovec piece{const_cast<char*>(request_.data()), request_.size()};
  // A few bytes always fit into an empty socket.
  if (stream_->Write({&piece, 1}).bytes != request_.size() ||
      !loop_.Add(stream_->fd(), EPOLLIN, this).ok()) {
    return Finish();
  }
}

void Canceller::OnReady(uint32_t) {
  char ignored[64];
  const net::IoResult result = stream_->Read(ignored);
  if (result.state == net::IoState::kWouldBlock || result.bytes > 0) return;
  Finish();
}

void Canceller::Finish() {
  if (done_ == nullptr) return;
  loop_.KeepUntilTurnEnd(shared_from_this());
  if (timer_) loop_.CancelTimer(*timer_);
  timer_.reset();
  if (stream_ != nullptr) loop_.Remove(stream_->fd());
  connector_->Stop();
  std::exchange(done_, nullptr)();
}

}  // namespace portreeve::upstream
