#include "tunnel/gateway_links.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/clock.h"
#include "base/random.h"

namespace portreeve::tunnel {

GatewayLinks::GatewayLinks(std::string gateway, link::Hello hello,
                           std::shared_ptr<const Servers> servers,
                           std::vector<std::unique_ptr<UpstreamLoop>>& loops,
                           link::ClientTls credentials, base::Logger& logger)
    : gateway_(std::move(gateway)),
      hello_(std::move(hello)),
      servers_(std::move(servers)),
      loops_(loops),
      logger_(logger),
      credentials_(std::move(credentials)),
      lanes_(loops.size()) {
  for (size_t i = 0; i < loops_.size(); ++i) {
    dialers_.push_back(std::make_unique<link::LinkDialer>());
  }
}

GatewayLinks::~GatewayLinks() {
  std::vector<std::shared_ptr<AgentLane>> lanes;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    lanes = lanes_;
  }
  changed_.notify_all();
  for (const auto& lane : lanes) {
    if (lane != nullptr) lane->Close("the agent stops");
  }
  for (const auto& dialer : dialers_) dialer->GiveUp();
  for (std::thread& thread : threads_) thread.join();
}

void GatewayLinks::Start() {
  for (size_t i = 0; i < loops_.size(); ++i) {
    threads_.emplace_back([this, i] { Keep(i); });
  }
}

void GatewayLinks::SetCredentials(link::ClientTls credentials) {
  const std::lock_guard lock(mutex_);
  credentials_ = std::move(credentials);
}

void GatewayLinks::Drain() {
  const std::lock_guard lock(mutex_);
  draining_ = true;
  for (const auto& lane : lanes_) {
    if (lane != nullptr) lane->Drain();
  }
}

size_t GatewayLinks::session_count() const {
  const std::lock_guard lock(mutex_);
  size_t count = 0;
  for (const auto& lane : lanes_) count += lane != nullptr ? lane->session_count() : 0;
  return count;
}

void GatewayLinks::Keep(size_t lane_index) {
  const base::SystemClock clock;
  int back_off_ms = kFirstBackOffMs;
  for (;;) {
    auto closed = std::make_shared<absl::Status>();
    auto is_closed = std::make_shared<bool>(false);
    const int64_t started_us = clock.MonotonicMicros();
    {
      std::unique_lock lock(mutex_);
      if (stopping_) return;
      auto lane =
          std::make_shared<AgentLane>(hello_, servers_, *loops_[lane_index], logger_,
                                      [this, closed, is_closed](const absl::Status& status) {
                                        const std::lock_guard inner(mutex_);
                                        *closed = status;
                                        *is_closed = true;
                                        changed_.notify_all();
                                      });
      lanes_[lane_index] = lane;
      if (draining_) lane->Drain();
      dialers_[lane_index]->Dial(link::MakeChannel(gateway_, credentials_), std::move(lane));
      changed_.wait(lock, [&] { return *is_closed; });
      lanes_[lane_index] = nullptr;
      if (stopping_) return;
    }
    logger_.Warn(
        "a link to the gateway is down",
        {{"gateway", gateway_}, {"reason", std::string(base::FromAbsl(closed->message()))}});
    if (clock.MonotonicMicros() - started_us > kStableAfterUs) back_off_ms = kFirstBackOffMs;
    WaitBackOff(back_off_ms);
  }
}

void GatewayLinks::WaitBackOff(int& back_off_ms) {
  // Between half and the whole: agents that lost one gateway together do not come back together.
  const auto jitter = static_cast<int>(base::SecureRandomUint64() % (back_off_ms / 2 + 1));
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::milliseconds(back_off_ms / 2 + jitter),
                    [this] { return stopping_; });
  back_off_ms = std::min(back_off_ms * 2, kMaxBackOffMs);
}

}  // namespace portreeve::tunnel
