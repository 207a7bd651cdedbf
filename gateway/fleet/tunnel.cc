#include "fleet/tunnel.h"

#include <set>
#include <utility>

#include "base/name.h"

namespace portreeve::fleet {
namespace {

constexpr int kMaxConnectionsPerAgent = 1'000;
constexpr size_t kMaxVersionBytes = 64;

template <typename Message>
absl::Status Parse(std::string_view payload, Message& message) {
  if (message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    return absl::OkStatus();
  }
  return base::DataLoss("an agent sent a frame that cannot be decoded");
}

// Of the frames that belong to a session.
absl::Status MayComeFromAgent(link::FrameKind kind) {
  switch (kind) {
    case link::FRAME_KIND_READY:
    case link::FRAME_KIND_FAILED:
    case link::FRAME_KIND_CREDIT:
    case link::FRAME_KIND_CLOSE:
    case link::FRAME_KIND_CANCELLED:
      return absl::OkStatus();
    default:
      return base::DataLoss("an agent sent a frame that it may not send, or not here");
  }
}

}  // namespace

bool Tunnel::Attach(uint64_t session, std::shared_ptr<TunnelSession> listener) {
  const std::lock_guard lock(mutex_);
  if (closed_ || lane_ == nullptr) return false;
  if (!sessions_.emplace(session, std::move(listener)).second) return false;
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
  if (!hello_seen_) return base::DataLoss("an agent's first frame is not HELLO");
  if (header.session == 0) return base::DataLoss("an agent sent data of no session");
  const bool begins = !std::exchange(in_frame_, !last);
  if (current_ == nullptr || current_id_ != header.session) {
    current_ = Find(header.session);
    current_id_ = header.session;
    // A session that ended here may still have bytes under way: they are dropped.
    if (current_ == nullptr) return absl::OkStatus();
    touched_.push_back(current_);
  }
  if (begins) RETURN_IF_ERROR(current_->order().Take(header.sequence));
  return current_->OnAnswer(piece);
}

absl::Status Tunnel::OnFrame(const link::FrameHeader& header, std::string_view payload) {
  if (!hello_seen_ && header.kind != link::FRAME_KIND_HELLO) {
    return base::DataLoss("an agent's first frame is not HELLO");
  }
  return header.session == 0 ? OnLaneFrame(header, payload) : OnSessionFrame(header, payload);
}

absl::Status Tunnel::OnLaneFrame(const link::FrameHeader& header, std::string_view payload) {
  switch (header.kind) {
    case link::FRAME_KIND_HELLO:
      return hello_seen_ ? base::DataLoss("an agent sent a second HELLO") : OnHello(payload);
    case link::FRAME_KIND_PING:
      OnPing(payload);
      return absl::OkStatus();
    case link::FRAME_KIND_PONG:
      return absl::OkStatus();
    case link::FRAME_KIND_DRAIN:
      draining_.store(true, std::memory_order_relaxed);
      return absl::OkStatus();
    default:
      return base::DataLoss("an agent sent a session's frame without a session");
  }
}

void Tunnel::OnPing(std::string_view payload) {
  std::shared_ptr<link::Lane> lane;
  {
    const std::lock_guard lock(mutex_);
    lane = lane_;
  }
  // An agent that asks without reading must not fill the gateway's memory with answers.
  if (lane == nullptr || lane->pending_bytes() > kMaxPendingForPong) return;
  std::string pong;
  link::AppendFrame(pong, {0, 0, link::FRAME_KIND_PONG}, payload);
  lane->Send(std::move(pong));
}

absl::Status Tunnel::OnHello(std::string_view payload) {
  RETURN_IF_ERROR(Parse(payload, hello_));
  if (hello_.connections_size() > kMaxConnectionsPerAgent) {
    return base::DataLoss("an agent names too many connections");
  }
  if (hello_.agent_version().size() > kMaxVersionBytes ||
      hello_.instance().size() > kMaxVersionBytes) {
    return base::DataLoss("an agent's version or instance is too long");
  }
  std::set<std::string_view> names;
  for (const auto& connection : hello_.connections()) {
    if (!base::IsName(connection.name()) || !names.insert(connection.name()).second) {
      return base::DataLoss("an agent names a bad connection, or one twice");
    }
  }
  hello_seen_ = true;
  listener_.OnTunnelOpen(shared_from_this());
  return absl::OkStatus();
}

absl::Status Tunnel::OnSessionFrame(const link::FrameHeader& header, std::string_view payload) {
  const std::shared_ptr<TunnelSession> session = Find(header.session);
  // A session that ended here may still have frames under way; what no agent may send is none.
  if (session == nullptr) return MayComeFromAgent(header.kind);
  switch (header.kind) {
    case link::FRAME_KIND_READY: {
      link::SessionReady ready;
      RETURN_IF_ERROR(Parse(payload, ready));
      RETURN_IF_ERROR(session->order().Take(header.sequence));
      session->OnReady(std::move(ready));
      return absl::OkStatus();
    }
    case link::FRAME_KIND_FAILED: {
      link::SessionFailed failed;
      RETURN_IF_ERROR(Parse(payload, failed));
      RETURN_IF_ERROR(session->order().Take(header.sequence));
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
      RETURN_IF_ERROR(session->order().Take(header.sequence));
      // What was read before it must be with the client first.
      session->OnBatchEnd();
      session->OnServerClosed(std::move(closed));
      return absl::OkStatus();
    }
    case link::FRAME_KIND_CANCELLED:
      session->OnCancelled();
      return absl::OkStatus();
    default:
      return MayComeFromAgent(header.kind);
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
