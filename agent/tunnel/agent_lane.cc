#include "tunnel/agent_lane.h"

#include <utility>

#include "base/refusal.h"

namespace portreeve::tunnel {
namespace {

// A backend whose client vanished without a word notices it within this time even in mid-statement
// (PostgreSQL 14 and later).
constexpr char kConnectionCheckInterval[] = "2s";

template <typename Message>
absl::Status Parse(std::string_view payload, Message& message) {
  if (message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    return absl::OkStatus();
  }
  return base::DataLoss("the gateway sent a frame that cannot be decoded");
}

}  // namespace

UpstreamLoop::UpstreamLoop(base::Logger& logger)
    : logger_(logger), scratch_(upstream::UpstreamSession::kReadBytes) {
  events_.set_turn_end([this] {
    const auto work = std::exchange(at_turn_end_, {});
    for (const auto& item : work) item();
  });
  thread_ = std::thread([this] { events_.Run(); });
}

UpstreamLoop::~UpstreamLoop() {
  events_.Stop();
  thread_.join();
}

void AgentLane::OnOpened(std::shared_ptr<link::Lane> lane) {
  std::string greeting;
  link::AppendFrame(greeting, {0, 0, link::FRAME_KIND_HELLO}, hello_.SerializeAsString());
  const std::lock_guard lock(mutex_);
  if (closing_) return lane->Close("the agent stops");
  if (draining_) link::AppendFrame(greeting, {0, 0, link::FRAME_KIND_DRAIN}, {});
  // Under the lock: whoever finds the lane sends behind HELLO.
  lane->Send(std::move(greeting));
  lane_ = std::move(lane);
}

void AgentLane::Drain() {
  {
    const std::lock_guard lock(mutex_);
    draining_ = true;
  }
  SendNow({0, 0, link::FRAME_KIND_DRAIN}, {});
}

void AgentLane::Close(std::string_view reason) {
  std::shared_ptr<link::Lane> lane;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    lane = lane_;
  }
  if (lane != nullptr) lane->Close(reason);
}

std::shared_ptr<upstream::UpstreamSession> AgentLane::Find(uint64_t session) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(session);
  return found == sessions_.end() ? nullptr : found->second;
}

absl::Status AgentLane::OnData(const link::FrameHeader& header, std::string_view piece, bool last) {
  const bool begins = !std::exchange(in_frame_, !last);
  if (current_ == nullptr || current_id_ != header.session) {
    current_ = Find(header.session);
    current_id_ = header.session;
    // A session that ended here may still have requests under way: they are dropped.
    if (current_ == nullptr) return absl::OkStatus();
    touched_.push_back(current_);
  }
  if (begins) RETURN_IF_ERROR(current_->order().Take(header.sequence));
  return current_->OnRequest(piece);
}

void AgentLane::OnBatchEnd() {
  current_ = nullptr;
  current_id_ = 0;
  for (const auto& session : touched_) session->OnBatchEnd();
  touched_.clear();
}

absl::Status AgentLane::OnFrame(const link::FrameHeader& header, std::string_view payload) {
  if (header.kind == link::FRAME_KIND_OPEN) return OnOpen(header, payload);
  if (header.kind == link::FRAME_KIND_PING) {
    OnPing(payload);
    return absl::OkStatus();
  }
  if (header.kind == link::FRAME_KIND_PONG || header.kind == link::FRAME_KIND_DRAIN) {
    return absl::OkStatus();
  }
  const auto session = Find(header.session);
  switch (header.kind) {
    case link::FRAME_KIND_CREDIT: {
      link::Credit credit;
      RETURN_IF_ERROR(Parse(payload, credit));
      if (session != nullptr) session->OnCredit(credit.bytes());
      return absl::OkStatus();
    }
    case link::FRAME_KIND_CANCEL:
      if (session != nullptr) {
        session->OnBatchEnd();
        session->Cancel();
      } else {
        SendNow({header.session, 0, link::FRAME_KIND_CANCELLED}, {});
      }
      return absl::OkStatus();
    case link::FRAME_KIND_CLOSE: {
      link::CloseSession close;
      RETURN_IF_ERROR(Parse(payload, close));
      if (session == nullptr) return absl::OkStatus();
      // Requests that came before it must reach the server first.
      session->OnBatchEnd();
      if (close.manner() == link::CloseSession::MANNER_FINISHED) {
        RETURN_IF_ERROR(session->order().Take(header.sequence));
        session->FinishRequests();
      } else {
        session->Abort();
      }
      return absl::OkStatus();
    }
    default:
      return base::DataLoss("the gateway sent a frame that only an agent may send");
  }
}

void AgentLane::OnPing(std::string_view payload) {
  std::shared_ptr<link::Lane> lane;
  {
    const std::lock_guard lock(mutex_);
    lane = lane_;
  }
  if (lane == nullptr || lane->pending_bytes() > kMaxPendingForPong) return;
  SendNow({0, 0, link::FRAME_KIND_PONG}, payload);
}

absl::Status AgentLane::OnOpen(const link::FrameHeader& header, std::string_view payload) {
  link::OpenSession open;
  RETURN_IF_ERROR(Parse(payload, open));
  if (header.session == 0 || Find(header.session) != nullptr) {
    return base::DataLoss("the gateway opened a session without a number of its own");
  }
  const auto server = servers_->find(open.connection());
  if (server == servers_->end()) {
    Refuse(header.session, "57P03", "this agent has no such connection");
    return absl::OkStatus();
  }
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const auto& parameter : open.parameters()) {
    parameters.emplace_back(parameter.name(), parameter.value());
  }
  // Set at start-up, both outlive RESET ALL and DISCARD ALL.
  if (!open.role().empty() && open.role() != server->second->user) {
    parameters.emplace_back("role", open.role());
  }
  parameters.emplace_back("client_connection_check_interval", kConnectionCheckInterval);
  auto session = std::make_shared<upstream::UpstreamSession>(header.session, server->second,
                                                             open.database(), std::move(parameters),
                                                             shared_from_this(), loop_.world());
  RETURN_IF_ERROR(session->order().Take(header.sequence));
  {
    const std::lock_guard lock(mutex_);
    if (sessions_.size() < kMaxSessions && sessions_.emplace(header.session, session).second) {
      session_count_.store(sessions_.size());
      session->Open();
      return absl::OkStatus();
    }
  }
  Refuse(header.session, "53300", "the agent has too many sessions");
  return absl::OkStatus();
}

void AgentLane::Refuse(uint64_t session, const char* sqlstate, const std::string& message) {
  link::SessionFailed failed;
  failed.set_sqlstate(sqlstate);
  failed.set_message(message);
  SendNow({session, 1, link::FRAME_KIND_FAILED}, failed.SerializeAsString());
}

void AgentLane::Queue(const link::FrameHeader& header, std::string_view payload) {
  if (batch_.empty()) {
    loop_.AtTurnEnd([self = shared_from_this()] { self->SendBatch(); });
  }
  link::AppendFrame(batch_, header, payload);
  if (batch_.size() >= kMaxBatchBytes) SendBatch();
}

void AgentLane::SendBatch() {
  if (batch_.empty()) return;
  std::shared_ptr<link::Lane> lane;
  {
    const std::lock_guard lock(mutex_);
    lane = lane_;
  }
  if (lane != nullptr) lane->Send(std::exchange(batch_, {}));
  batch_.clear();
}

void AgentLane::SendNow(const link::FrameHeader& header, std::string_view payload) {
  std::shared_ptr<link::Lane> lane;
  {
    const std::lock_guard lock(mutex_);
    lane = lane_;
  }
  if (lane == nullptr) return;
  std::string frame;
  link::AppendFrame(frame, header, payload);
  lane->Send(std::move(frame));
}

void AgentLane::Forget(uint64_t session) {
  std::shared_ptr<upstream::UpstreamSession> released;
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  released = std::move(found->second);
  sessions_.erase(found);
  session_count_.store(sessions_.size());
}

void AgentLane::OnClosed(const absl::Status& status) {
  std::unordered_map<uint64_t, std::shared_ptr<upstream::UpstreamSession>> sessions;
  {
    const std::lock_guard lock(mutex_);
    lane_ = nullptr;
    // From here on each session keeps itself until it is over. What the lane held would hold the
    // lane, for ever if their loop has ended.
    sessions.swap(sessions_);
    session_count_.store(0);
  }
  // Their gateway is gone: no transaction may stay open.
  for (const auto& [id, session] : sessions) session->Abort();
  closed_(status);
}

}  // namespace portreeve::tunnel
