#include "fleet/tunnel.h"

#include <utility>

namespace portreeve::fleet {
namespace {

constexpr int kMaxConnectionsPerAgent = 1'000;
constexpr size_t kMaxNameBytes = 63;

bool IsName(const std::string& name) {
  return !name.empty() && name.size() <= kMaxNameBytes &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos;
}

template <typename Message>
absl::Status Parse(std::string_view payload, Message& message) {
  if (message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    return absl::OkStatus();
  }
  return base::DataLoss("an agent sent a frame that cannot be decoded");
}

}  // namespace

bool Tunnel::Attach(uint64_t session, std::shared_ptr<TunnelSession> listener) {
  const std::lock_guard lock(mutex_);
  if (closed_ || lane_ == nullptr) return false;
  sessions_.emplace(session, std::move(listener));
  session_count_.store(sessions_.size(), std::memory_order_relaxed);
  return true;
}

void Tunnel::Detach(uint64_t session) {
  std::shared_ptr<TunnelSession> released;
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  released = std::move(found->second);
  sessions_.erase(found);
  session_count_.store(sessions_.size(), std::memory_order_relaxed);
}

void Tunnel::Send(std::string frames) {
  std::shared_ptr<link::Lane> lane;
  {
    const std::lock_guard lock(mutex_);
    lane = lane_;
  }
  if (lane != nullptr) lane->Send(std::move(frames));
}

void Tunnel::Close(std::string_view reason) {
  std::shared_ptr<link::Lane> lane;
  {
    const std::lock_guard lock(mutex_);
    lane = lane_;
  }
  if (lane != nullptr) lane->Close(reason);
}

void Tunnel::OnOpened(std::shared_ptr<link::Lane> lane) {
  const std::lock_guard lock(mutex_);
  lane_ = std::move(lane);
}

std::shared_ptr<TunnelSession> Tunnel::Find(uint64_t session) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(session);
  return found == sessions_.end() ? nullptr : found->second;
}

absl::Status Tunnel::OnData(const link::FrameHeader& header, std::string_view piece, bool last) {
  if (current_ == nullptr || current_id_ != header.session) {
    current_ = Find(header.session);
    current_id_ = header.session;
    // A session that ended here may still have bytes under way: they are dropped.
    if (current_ == nullptr) return absl::OkStatus();
    touched_.push_back(current_);
  }
  return current_->OnAnswer(piece);
}

absl::Status Tunnel::OnFrame(const link::FrameHeader& header, std::string_view payload) {
  if (!hello_seen_) {
    if (header.kind != link::FRAME_KIND_HELLO) {
      return base::DataLoss("an agent's first frame is not HELLO");
    }
    return OnHello(payload);
  }
  switch (header.kind) {
    case link::FRAME_KIND_PING: {
      std::string pong;
      link::AppendFrame(pong, {0, 0, link::FRAME_KIND_PONG}, payload);
      Send(std::move(pong));
      return absl::OkStatus();
    }
    case link::FRAME_KIND_PONG:
      return absl::OkStatus();
    case link::FRAME_KIND_DRAIN:
      draining_.store(true, std::memory_order_relaxed);
      return absl::OkStatus();
    default:
      return OnSessionFrame(header, payload);
  }
}

absl::Status Tunnel::OnHello(std::string_view payload) {
  RETURN_IF_ERROR(Parse(payload, hello_));
  if (hello_.connections_size() > kMaxConnectionsPerAgent) {
    return base::DataLoss("an agent names too many connections");
  }
  for (const auto& connection : hello_.connections()) {
    if (!IsName(connection.name())) return base::DataLoss("an agent names a bad connection");
  }
  hello_seen_ = true;
  listener_.OnTunnelOpen(shared_from_this());
  return absl::OkStatus();
}

absl::Status Tunnel::OnSessionFrame(const link::FrameHeader& header, std::string_view payload) {
  const std::shared_ptr<TunnelSession> session = Find(header.session);
  if (session == nullptr) return absl::OkStatus();
  switch (header.kind) {
    case link::FRAME_KIND_READY: {
      link::SessionReady ready;
      RETURN_IF_ERROR(Parse(payload, ready));
      session->OnReady(std::move(ready));
      return absl::OkStatus();
    }
    case link::FRAME_KIND_FAILED: {
      link::SessionFailed failed;
      RETURN_IF_ERROR(Parse(payload, failed));
      session->OnFailed(std::move(failed));
      return absl::OkStatus();
    }
    case link::FRAME_KIND_CREDIT: {
      link::Credit credit;
      RETURN_IF_ERROR(Parse(payload, credit));
      session->OnCredit(credit.bytes());
      return absl::OkStatus();
    }
    case link::FRAME_KIND_CLOSE: {
      link::CloseSession closed;
      RETURN_IF_ERROR(Parse(payload, closed));
      // What was read before it must be with the client first.
      session->OnBatchEnd();
      session->OnServerClosed(std::move(closed));
      return absl::OkStatus();
    }
    case link::FRAME_KIND_CANCELLED:
      session->OnCancelled();
      return absl::OkStatus();
    default:
      return base::DataLoss("an agent sent a frame that only a gateway may send");
  }
}

void Tunnel::OnBatchEnd() {
  current_ = nullptr;
  current_id_ = 0;
  for (const auto& session : touched_) session->OnBatchEnd();
  touched_.clear();
}

void Tunnel::OnClosed(const absl::Status& status) {
  std::unordered_map<uint64_t, std::shared_ptr<TunnelSession>> sessions;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    lane_ = nullptr;
    sessions.swap(sessions_);
    session_count_.store(0, std::memory_order_relaxed);
  }
  for (const auto& [id, session] : sessions) session->OnLinkLost(status);
  if (hello_seen_) listener_.OnTunnelClosed(shared_from_this(), status);
}

}  // namespace portreeve::fleet
