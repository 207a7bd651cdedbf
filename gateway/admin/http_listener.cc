#include "admin/http_listener.h"

#include <sys/epoll.h>

#include <utility>

namespace portreeve::admin {
namespace {

constexpr int kBacklog = 256;
constexpr int kAcceptsPerTurn = 64;
// When the process is out of descriptors, accepting again at once would only spin.
constexpr int64_t kAcceptPauseUs = 100'000;

}  // namespace

absl::Status HttpListener::Listen(const net::Address& address) {
  ASSIGN_OR_RETURN(listening_, net::Listen(address, kBacklog));
  ASSIGN_OR_RETURN(const net::Address local, net::LocalAddress(listening_.get()));
  ASSIGN_OR_RETURN(const net::HostPort host_port, net::ParseHostPort(local.ToString()));
  port_ = std::stoi(host_port.port);
  RETURN_IF_ERROR(events_.Add(listening_.get(), EPOLLIN, this));
  for (size_t i = 0; i < kThreads; ++i) workers_.emplace_back([this] { Work(); });
  thread_ = std::thread([this] { events_.Run(); });
  return absl::OkStatus();
}

HttpListener::~HttpListener() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& worker : workers_) worker.join();
  events_.Stop();
  if (thread_.joinable()) thread_.join();
  // Each takes itself out of the map.
  while (!connections_.empty()) connections_.begin()->second->Drop();
}

void HttpListener::OnReady(uint32_t) {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    net::Accepted accepted;
    switch (net::Accept(listening_.get(), accepted)) {
      case net::AcceptState::kNone:
        return;
      case net::AcceptState::kFailed:
        continue;  // That caller has gone again.
      case net::AcceptState::kOutOfDescriptors:
        return PauseAccepting();
      case net::AcceptState::kAccepted:
        break;
    }
    if (connections_.size() >= kMaxConnections) MakeRoom();
    if (connections_.size() >= kMaxConnections) continue;  // All are being answered.
    auto connection =
        std::make_shared<HttpConnection>(next_id_++, std::move(accepted), tls_, events_, *this);
    connections_.emplace(connection->id(), connection);
    connection->Start();
  }
}

void HttpListener::MakeRoom() {
  for (const auto& [id, connection] : connections_) {
    if (!connection->answering()) return connection->Drop();
  }
}

void HttpListener::PauseAccepting() {
  logger_.Error("out of file descriptors: no HTTP request can be accepted");
  events_.Remove(listening_.get());
  events_.RunAt(events_.now_us() + kAcceptPauseUs, [this] {
    if (!events_.Add(listening_.get(), EPOLLIN, this).ok()) PauseAccepting();
  });
}

void HttpListener::OnRequest(HttpConnection& connection, std::string request) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({connection.id(), std::move(request), connection.address()});
  }
  changed_.notify_one();
}

void HttpListener::OnGone(HttpConnection& connection) { connections_.erase(connection.id()); }

void HttpListener::Work() {
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (stopping_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    events_.Post([this, id = job.connection, answer = answerer_(job.request, job.address)] {
      const auto found = connections_.find(id);
      if (found == connections_.end()) return;
      // It may take itself out of the map.
      const auto connection = found->second;
      connection->Answer(answer);
    });
  }
}

}  // namespace portreeve::admin
