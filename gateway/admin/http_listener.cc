#include "admin/http_listener.h"

#include <utility>

namespace portreeve::admin {
namespace {

constexpr int kBacklog = 256;

}  // namespace

absl::Status HttpListener::Listen(const net::Address& address) {
  RETURN_IF_ERROR(acceptor_.Listen(address, kBacklog));
  thread_ = std::thread([this] { events_.Run(); });
  return absl::OkStatus();
}

HttpListener::~HttpListener() {
  workers_.Stop();
  events_.Stop();
  if (thread_.joinable()) thread_.join();
  // Each takes itself out of the map.
  while (!connections_.empty()) connections_.begin()->second->Drop();
}

net::Acceptor::Events HttpListener::AcceptorEvents() {
  return {
      .accepted = [this](net::Accepted accepted) { OnAccepted(std::move(accepted)); },
      .out_of_descriptors =
          [this] { logger_.Error("out of file descriptors: no HTTP request can be accepted"); }};
}

void HttpListener::OnAccepted(net::Accepted accepted) {
  if (connections_.size() >= kMaxConnections) MakeRoom();
  if (connections_.size() >= kMaxConnections) return;  // All are being answered.
  auto connection =
      std::make_shared<HttpConnection>(next_id_++, std::move(accepted), tls_, events_, *this);
  connections_.emplace(connection->id(), connection);
  connection->Start();
}

void HttpListener::MakeRoom() {
  for (const auto& [id, connection] : connections_) {
    if (!connection->answering()) return connection->Drop();
  }
}

void HttpListener::OnRequest(HttpConnection& connection, std::string request) {
  const bool waits = workers_.Do(
      [this, id = connection.id(), request = std::move(request), address = connection.address()] {
        events_.Post([this, id, answer = answerer_(request, address)] { Answer(id, answer); });
      });
  if (!waits) connection.Drop();
}

void HttpListener::Answer(uint64_t id, const std::string& answer) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  // It may take itself out of the map.
  const auto connection = found->second;
  connection->Answer(answer);
}

void HttpListener::OnGone(HttpConnection& connection) { connections_.erase(connection.id()); }

}  // namespace portreeve::admin
