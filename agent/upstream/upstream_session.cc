#include "upstream/upstream_session.h"

#include <sys/epoll.h>

#include <array>
#include <utility>

#include "portreeve/link.pb.h"
#include "upstream/canceller.h"

namespace portreeve::upstream {
namespace {

constexpr int kReadsPerTurn = 4;
constexpr int64_t kLoginTimeoutUs = 15'000'000;
// A server that is told to stop is asked again at this pace: a cancel can fall between two
// statements.
constexpr int64_t kCancelIntervalUs = 200'000;
constexpr int kMaxCancels = 25;
constexpr int64_t kFinishTimeoutUs = 60'000'000;

// What a server says at login that the caller can act on. Everything else, above all about the
// credential, is for the agent's log only.
constexpr std::array<std::string_view, 6> kTellable = {"3D000", "53300", "57P03",
                                                       "22023", "42704", "57P01"};

base::Refusal CannotReach() {
  return {std::string(base::sqlstate::kCannotConnectNow), "the database server cannot be reached",
          "", "The agent's log says why."};
}

}  // namespace

UpstreamSession::UpstreamSession(uint64_t id, std::shared_ptr<const Server> server,
                                 std::string database,
                                 std::vector<std::pair<std::string, std::string>> parameters,
                                 std::shared_ptr<FrameOutput> output, UpstreamWorld world)
    : id_(id),
      server_(std::move(server)),
      database_(std::move(database)),
      parameters_(std::move(parameters)),
      output_frames_(std::move(output)),
      world_(world),
      pace_(world.loop) {}

void UpstreamSession::Open() {
  world_.loop.Post([self = shared_from_this()] {
    if (self->state_ != State::kConnecting) return;
    self->connector_ =
        std::make_shared<Connector>(self->server_, self->world_.resolver, self->world_.loop);
    // The session owns the connector: neither may keep the other when the loop has ended.
    self->connector_->Start([weak = std::weak_ptr(self)](auto connected) {
      if (const auto session = weak.lock()) session->StartLogin(std::move(connected));
    });
  });
}

void UpstreamSession::StartLogin(absl::StatusOr<Connected> connected) {
  if (state_ != State::kConnecting) return;
  connector_.reset();
  if (!connected.ok()) return FailLogin(connected.status());
  LoginRequest request;
  request.user = server_->user;
  request.database = database_.empty() ? server_->database : database_;
  if (server_->password != nullptr) {
    auto password = server_->password();
    if (!password.ok()) return FailLogin(password.status());
    request.password = *std::move(password);
  }
  request.parameters = std::move(parameters_);
  request.tls_verified = connected->tls_verified;
  request.client_certificate = server_->client_certificate;
  request.binding_data = std::move(connected->binding_data);
  request.allow_md5 = server_->allow_md5;
  login_ = std::make_unique<ServerLogin>(std::move(request));
  auto start = login_->Start();
  if (!start.ok()) return FailLogin(start.status());
  state_ = State::kLogin;
  stream_ = std::move(connected->stream);
  if (!world_.loop.Add(stream_->fd(), EPOLLIN, this).ok()) {
    return FailLogin(base::ResourceExhausted("no room to watch a server's socket"));
  }
  watching_ = true;
  const iovec piece{start->data(), start->size()};
  output_.Write(*stream_, {&piece, 1});
  timer_ = world_.loop.RunAt(world_.loop.now_us() + kLoginTimeoutUs, [self = shared_from_this()] {
    self->timer_.reset();
    if (self->state_ == State::kLogin) {
      self->FailLogin(base::Unavailable("the server did not finish the login in time"));
    }
  });
}

void UpstreamSession::ContinueLogin() {
  std::vector<char>& scratch = world_.scratch;
  const net::IoResult result = stream_->Read(scratch);
  if (result.state == net::IoState::kWouldBlock) return;
  if (result.state != net::IoState::kDone) {
    return FailLogin(base::Unavailable("the server closed during the login"));
  }
  std::string reply;
  const auto progress = login_->Feed({scratch.data(), result.bytes}, reply);
  if (!progress.ok()) return FailLogin(progress.status());
  if (!reply.empty()) {
    const iovec piece{reply.data(), reply.size()};
    output_.Write(*stream_, {&piece, 1});
  }
  if (*progress == Progress::kRefused) return FailRefused(login_->refusal());
  if (*progress == Progress::kDone) FinishLogin();
}

void UpstreamSession::FinishLogin() {
  if (timer_) world_.loop.CancelTimer(*timer_);
  timer_.reset();
  const ServerSession& session = login_->session();
  process_id_ = session.process_id;
  secret_ = session.secret;
  link::SessionReady ready;
  ready.set_server_pid(static_cast<int32_t>(session.process_id));
  for (const auto& [name, value] : session.parameters) {
    auto* status = ready.add_statuses();
    status->set_name(name);
    status->set_value(value);
  }
  for (const std::string& notice : session.notices) *ready.mutable_notices() += notice;
  std::string payload = ready.SerializeAsString();
  if (payload.size() > link::kMaxControlBytes) {
    return FailLogin(base::ResourceExhausted("the server said too much at the login"));
  }
  const std::string leftover = login_->leftover();
  login_.reset();
  state_ = State::kPassing;
  {
    const std::lock_guard lock(write_mutex_);
    passing_ = true;
  }
  output_frames_->Queue({id_, ++sequence_, link::FRAME_KIND_READY}, payload);
  if (!leftover.empty()) {
    to_gateway_.Spend(leftover.size());
    output_frames_->Queue({id_, ++sequence_, link::FRAME_KIND_DATA}, leftover);
  }
}

void UpstreamSession::FailLogin(const absl::Status& status) {
  world_.logger.Warn("a server cannot be reached",
                     {{"connection", server_->connection},
                      {"reason", std::string(base::FromAbsl(status.message()))}});
  SendFailed(CannotReach());
}

void UpstreamSession::FailRefused(const base::Refusal& refusal) {
  world_.logger.Warn("a server refused the login", {{"connection", server_->connection},
                                                    {"sqlstate", refusal.sqlstate},
                                                    {"reason", refusal.message}});
  for (const std::string_view sqlstate : kTellable) {
    if (refusal.sqlstate == sqlstate) return SendFailed(refusal);
  }
  SendFailed(CannotReach());
}

void UpstreamSession::SendFailed(const base::Refusal& refusal) {
  link::SessionFailed failed;
  failed.set_sqlstate(refusal.sqlstate);
  failed.set_message(refusal.message);
  failed.set_detail(refusal.detail);
  failed.set_hint(refusal.hint);
  output_frames_->Queue({id_, ++sequence_, link::FRAME_KIND_FAILED}, failed.SerializeAsString());
  End();
}

void UpstreamSession::OnReady(uint32_t events) {
  world_.loop.KeepUntilTurnEnd(shared_from_this());
  if (events & EPOLLOUT) FlushServer();
  switch (state_) {
    case State::kLogin:
      return ContinueLogin();
    case State::kPassing:
      if (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) ReadServer();
      // The end of a server is reported whether it is asked for or not, while it must wait here.
      if (state_ == State::kPassing && (events & (EPOLLERR | EPOLLHUP))) LookAwayIfPaused();
      return;
    case State::kAborting:
      return DrainAborting();
    case State::kConnecting:
    case State::kOver:
      return;
  }
}

void UpstreamSession::ReadServer() {
  std::vector<char>& scratch = world_.scratch;
  size_t total = 0;
  for (int i = 0; i < kReadsPerTurn; ++i) {
    if (to_gateway_.exhausted()) {
      SetPaused(true);
      break;
    }
    const net::IoResult result = stream_->Read({scratch.data(), kReadBytes});
    if (result.state == net::IoState::kWouldBlock) break;
    if (result.state == net::IoState::kEof) return OnServerGone("end of the server's answers");
    if (result.state == net::IoState::kError) return OnServerGone(stream_->last_error());
    to_gateway_.Spend(result.bytes);
    output_frames_->Queue({id_, ++sequence_, link::FRAME_KIND_DATA},
                          {scratch.data(), result.bytes});
    total += result.bytes;
    if (result.bytes < kReadBytes) break;
  }
  pace_.Note(stream_->fd(), total);
}

void UpstreamSession::OnServerGone(const std::string& reason) {
  link::CloseSession close;
  close.set_manner(link::CloseSession::MANNER_FINISHED);
  close.set_reason(reason);
  output_frames_->Queue({id_, ++sequence_, link::FRAME_KIND_CLOSE}, close.SerializeAsString());
  End();
}

absl::Status UpstreamSession::OnRequest(std::string_view piece) {
  if (!from_gateway_.Arrived(piece.size())) {
    return base::ResourceExhausted("the gateway sent more than it was granted");
  }
  pieces_.push_back({const_cast<char*>(piece.data()), piece.size()});
  return absl::OkStatus();
}

void UpstreamSession::OnBatchEnd() {
  size_t written = 0;
  {
    const std::lock_guard lock(write_mutex_);
    if (passing_) {
      const bool was_empty = output_.empty();
      const net::IoResult result = output_.Write(*stream_, pieces_);
      written = result.bytes;
      // A dead socket is noticed by the reading side.
      if (was_empty != output_.empty()) UpdateInterestLocked();
    }
  }
  pieces_.clear();
  Grant(written);
}

void UpstreamSession::Grant(size_t bytes) {
  const uint32_t grant = from_gateway_.Consumed(bytes);
  if (grant == 0) return;
  link::Credit credit;
  credit.set_bytes(grant);
  output_frames_->SendNow({id_, 0, link::FRAME_KIND_CREDIT}, credit.SerializeAsString());
}

void UpstreamSession::FlushServer() {
  size_t written = 0;
  {
    const std::lock_guard lock(write_mutex_);
    if (stream_ == nullptr) return;
    written = output_.Flush(*stream_).bytes;
    if (output_.empty()) {
      UpdateInterestLocked();
      if (finishing_) stream_->ShutdownWrite();
    }
  }
  Grant(written);
}

void UpstreamSession::OnCredit(uint32_t bytes) {
  if (to_gateway_.Grant(bytes)) ResumeSoon();
}

void UpstreamSession::SetPaused(bool paused) {
  {
    const std::lock_guard lock(write_mutex_);
    if (paused_.exchange(paused) == paused) return;
    UpdateInterestLocked();
  }
  // The credit may have come just before the flag stood.
  if (paused && !to_gateway_.exhausted()) ResumeSoon();
}

void UpstreamSession::ResumeSoon() {
  world_.loop.Post([self = shared_from_this()] {
    if (self->state_ != State::kPassing || self->to_gateway_.exhausted()) return;
    if (!self->LookAgain()) return self->OnServerGone("no room to watch the server's socket");
    self->SetPaused(false);
    if (self->stream_->has_buffered_input()) self->ReadServer();
  });
}

void UpstreamSession::UpdateInterestLocked() {
  if (!watching_ || stream_ == nullptr) return;
  const uint32_t events =
      (paused_.load() ? 0u : uint32_t{EPOLLIN}) | (output_.empty() ? 0u : uint32_t{EPOLLOUT});
  world_.loop.Modify(stream_->fd(), events, this);
}

void UpstreamSession::LookAwayIfPaused() {
  const std::lock_guard lock(write_mutex_);
  if (!paused_.load() || !watching_) return;
  world_.loop.Remove(stream_->fd());
  watching_ = false;
}

bool UpstreamSession::LookAgain() {
  const std::lock_guard lock(write_mutex_);
  if (watching_) return true;
  watching_ = world_.loop.Add(stream_->fd(), EPOLLIN, this).ok();
  return watching_;
}

void UpstreamSession::Cancel() {
  world_.loop.Post([self = shared_from_this()] {
    const auto done = [self] {
      self->output_frames_->Queue({self->id_, 0, link::FRAME_KIND_CANCELLED}, {});
    };
    if (self->state_ != State::kPassing || self->process_id_ == 0) return done();
    Canceller::Start(self->server_, self->world_.resolver, self->world_.loop, self->process_id_,
                     self->secret_, done);
  });
}

void UpstreamSession::FinishRequests() {
  world_.loop.Post([self = shared_from_this()] {
    if (self->state_ != State::kPassing) return self->Abort();
    self->finishing_ = true;
    {
      const std::lock_guard lock(self->write_mutex_);
      if (self->output_.empty()) self->stream_->ShutdownWrite();
    }
    self->timer_ = self->world_.loop.RunAt(self->world_.loop.now_us() + kFinishTimeoutUs, [self] {
      self->timer_.reset();
      self->Abort();
    });
  });
}

void UpstreamSession::Abort() {
  world_.loop.Post([self = shared_from_this()] {
    if (self->state_ == State::kAborting || self->state_ == State::kOver) return;
    if (self->timer_) self->world_.loop.CancelTimer(*self->timer_);
    self->timer_.reset();
    if (self->state_ != State::kPassing) return self->End();
    if (!self->LookAgain()) return self->End();
    self->state_ = State::kAborting;
    {
      const std::lock_guard lock(self->write_mutex_);
      self->passing_ = false;
      self->output_ = net::OutputQueue();
      self->paused_.store(false);
      self->UpdateInterestLocked();
      // What runs is cancelled; behind it the server finds the end of its input and rolls back.
      self->stream_->ShutdownWrite();
    }
    self->CancelUntilGone();
    self->DrainAborting();
  });
}

void UpstreamSession::CancelUntilGone() {
  if (state_ != State::kAborting) return;
  if (cancels_sent_ == kMaxCancels) {
    world_.logger.Error("a server session does not end", {{"connection", server_->connection}});
    return End();
  }
  ++cancels_sent_;
  if (process_id_ != 0) {
    Canceller::Start(server_, world_.resolver, world_.loop, process_id_, secret_, [] {});
  }
  timer_ = world_.loop.RunAt(world_.loop.now_us() + kCancelIntervalUs, [self = shared_from_this()] {
    self->timer_.reset();
    self->CancelUntilGone();
  });
}

void UpstreamSession::DrainAborting() {
  for (int i = 0; i < kReadsPerTurn; ++i) {
    const net::IoResult result = stream_->Read(world_.scratch);
    if (result.state == net::IoState::kWouldBlock) return;
    if (result.state != net::IoState::kDone) return End();
  }
}

void UpstreamSession::End() {
  if (state_ == State::kOver) return;
  world_.loop.KeepUntilTurnEnd(shared_from_this());
  state_ = State::kOver;
  if (timer_) world_.loop.CancelTimer(*timer_);
  timer_.reset();
  if (connector_ != nullptr) connector_->Stop();
  connector_.reset();
  pace_.Stop();
  {
    const std::lock_guard lock(write_mutex_);
    passing_ = false;
    if (stream_ != nullptr && watching_) world_.loop.Remove(stream_->fd());
    watching_ = false;
    stream_.reset();
  }
  output_frames_->Forget(id_);
}

}  // namespace portreeve::upstream
