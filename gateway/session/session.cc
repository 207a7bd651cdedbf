#include "session/session.h"

#include <sys/epoll.h>

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "session/greeting.h"
#include "wire/backend.h"
#include "wire/startup.h"

namespace portreeve::session {
namespace {

// Reads of one client per turn, so that a flood of one is not the others' silence.
constexpr int kReadsPerTurn = 4;
constexpr int64_t kOpenTimeoutUs = 30'000'000;
// How long an ended session may take to tell its client.
constexpr int64_t kLingerUs = 1'000'000;
// A client that has closed its half may wait so long for its last answers.
constexpr int64_t kHalfClosedUs = 30'000'000;
constexpr int64_t kSecondUs = 1'000'000;

base::Refusal GrantEnded(std::string_view why) {
  return {std::string(base::sqlstate::kAdminShutdown),
          "terminating connection: " + std::string(why), "", "Open a new session."};
}

}  // namespace

std::string SessionName(uint64_t id) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(id >> shift & 0xff);
  return "s-" + base::HexEncode(bytes);
}

Session::Session(SessionPlan plan, std::unique_ptr<net::Stream> stream,
                 std::shared_ptr<fleet::Tunnel> tunnel, SessionLoop& loop, SessionWorld world,
                 std::function<void(const Session&)> on_end)
    : plan_(std::move(plan)),
      tunnel_(std::move(tunnel)),
      loop_(loop),
      world_(world),
      on_end_(std::move(on_end)),
      name_(SessionName(plan_.id)),
      opened_unix_us_(world.clock.UnixMicros()),
      conversation_(*this),
      answer_hand_(conversation_),
      gatekeeper_(name_, plan_.standing, sql::Limits{.max_text_bytes = plan_.statement_bytes},
                  loop.journal()),
      request_hand_(conversation_, answer_hand_, gatekeeper_, *this, plan_.statement_bytes),
      stream_(std::move(stream)) {}

Session::~Session() = default;

void Session::Begin() {
  opened_us_ = loop_.events().now_us();
  last_request_us_ = opened_us_;
  credential_ends_us_ =
      opened_us_ + plan_.credential_ends_unix_s * kSecondUs - world_.clock.UnixMicros();
  if (!tunnel_->Attach(plan_.id, shared_from_this())) {
    EndOnLoop(base::Refusal{std::string(base::sqlstate::kCannotConnectNow),
                            "the agent of this connection has just gone", "", "Try again."},
              "no agent", link::CloseSession::MANNER_ABORTED);
    return;
  }
  link::OpenSession open;
  open.set_connection(plan_.connection);
  open.set_database(plan_.database);
  open.set_role(std::string(plan_.standing.grant->role()));
  for (const auto& [name, value] : plan_.parameters) {
    auto* parameter = open.add_parameters();
    parameter->set_name(name);
    parameter->set_value(value);
  }
  SendFrame(link::FRAME_KIND_OPEN, open.SerializeAsString(), true);
  ArmTimer();
}

void Session::SendFrame(link::FrameKind kind, std::string_view payload, bool ordered) {
  const uint64_t sequence = ordered ? ++sequence_ : 0;
  std::string& out = parking_ && ordered ? parked_ : loop_.Outgoing(tunnel_, *this);
  link::AppendFrame(out, {plan_.id, sequence, kind}, payload);
}

void Session::SendClose(link::CloseSession::Manner manner, std::string_view reason) {
  link::CloseSession close;
  close.set_manner(manner);
  close.set_reason(std::string(reason.substr(0, 200)));
  // An abort overtakes what is parked, which is never sent.
  SendFrame(link::FRAME_KIND_CLOSE, close.SerializeAsString(),
            manner == link::CloseSession::MANNER_FINISHED);
}


void Session::OnReady(link::SessionReady ready) {
  loop_.events().Post(
      [self = shared_from_this(), ready = std::move(ready)] { self->Greet(ready); });
}

void Session::OnFailed(link::SessionFailed failed) {
  base::Refusal refusal{failed.sqlstate(), failed.message(), failed.detail(), failed.hint()};
  loop_.events().Post([self = shared_from_this(), refusal = std::move(refusal)] {
    self->EndOnLoop(refusal, "the server could not be reached", link::CloseSession::MANNER_ABORTED);
  });
}

absl::Status Session::OnAnswer(std::string_view piece) {
  if (!from_server_.Arrived(piece.size())) {
    return base::DataLoss("an agent sent more than it was granted");
  }
  const size_t before = answers_.total_bytes();
  absl::Status status;
  {
    const std::lock_guard lock(conversation_.mutex());
    status = answer_hand_.Feed(piece, loop_.events().now_us(), answers_);
  }
  const size_t added = answers_.total_bytes() - before;
  if (added < piece.size()) swallowed_ += piece.size() - added;
  if (!status.ok()) {
    // The server broke the protocol: this session ends, the lane and the others go on.
    world_.logger.Error(
        "the server broke the protocol",
        {{"session", name_}, {"reason", std::string(base::FromAbsl(status.message()))}});
    End({std::string(base::sqlstate::kProtocolViolation), "the server broke the protocol", "", ""},
        "protocol violation by the server");
  }
  return absl::OkStatus();
}

void Session::OnBatchEnd() {
  if (answers_.total_bytes() == 0 && swallowed_ == 0) return;
  size_t written = swallowed_;
  swallowed_ = 0;
  {
    const std::lock_guard lock(write_mutex_);
    if (!closed_ && stream_ != nullptr) {
      const bool was_empty = output_.empty();
      const net::IoResult result = output_.Write(*stream_, answers_.pieces());
      written += result.bytes;
      if (result.state == net::IoState::kError) {
        closed_ = true;
        loop_.events().Post([self = shared_from_this()] {
          self->EndOnLoop(std::nullopt, "the client went away", link::CloseSession::MANNER_ABORTED);
        });
      } else {
        whole_messages_ = answer_hand_.at_boundary();
        if (was_empty != output_.empty()) UpdateInterestLocked();
      }
    }
  }
  bytes_to_client_.fetch_add(answers_.total_bytes(), std::memory_order_relaxed);
  answers_.Clear();
  Grant(written);
  if (paused_.load()) ResumeSoon();
}

void Session::Grant(size_t bytes) {
  const uint32_t grant = from_server_.Consumed(bytes);
  if (grant == 0) return;
  link::Credit credit;
  credit.set_bytes(grant);
  std::string frame;
  link::AppendFrame(frame, {plan_.id, 0, link::FRAME_KIND_CREDIT}, credit.SerializeAsString());
  tunnel_->Send(std::move(frame));
}

void Session::OnCredit(uint32_t bytes) {
  if (to_server_.Grant(bytes)) ResumeSoon();
}

void Session::OnServerClosed(link::CloseSession closed) {
  loop_.events().Post([self = shared_from_this(), closed = std::move(closed)] {
    // The server's own last words have been passed on already.
    self->EndOnLoop(std::nullopt, "the server closed: " + closed.reason(),
                    link::CloseSession::MANNER_FINISHED);
  });
}

void Session::OnCancelled() {
  loop_.events().Post([self = shared_from_this()] { self->RunCancels(); });
}

void Session::OnLinkLost(const absl::Status& status) {
  std::string reason = "link lost: " + std::string(base::FromAbsl(status.message()));
  loop_.events().Post([self = shared_from_this(), reason = std::move(reason)] {
    self->EndOnLoop(
        base::Refusal{std::string(base::sqlstate::kConnectionFailure),
                      "the link to the database's agent was lost",
                      "What was under way may or may not have been done.", "Open a new session."},
        reason, link::CloseSession::MANNER_ABORTED);
  });
}

void Session::OnStatementEnd(const StatementEnd& end) {
  audit::StatementOutcome outcome;
  outcome.session = name_;
  outcome.statement = end.statement;
  outcome.ending = end.ending;
  outcome.tags = end.tags;
  outcome.rows = end.rows;
  outcome.bytes_to_client = end.bytes;
  outcome.sqlstate = end.sqlstate;
  outcome.duration_us = end.duration_us;
  loop_.journal().QueueOutcome(outcome);
}


void Session::Greet(const link::SessionReady& ready) {
  if (state_ != State::kOpening) return;
  const size_t secret_bytes = plan_.protocol_version >= wire::kProtocol32 ? 32 : 4;
  cancel_key_ = world_.cancel_keys.Issue(static_cast<uint32_t>(ready.server_pid()), secret_bytes,
                                         weak_from_this());
  for (const auto& status : ready.statuses()) {
    answer_hand_.NoteParameter(status.name(), status.value());
  }
  const int64_t ends_unix_s =
      (world_.clock.UnixMicros() + EndUs() - loop_.events().now_us()) / kSecondUs;
  if (!RecordOpened(world_.journal, plan_, name_, tunnel_->agent_id(), ready, ends_unix_s).ok()) {
    return OnJournalFailure();
  }
  state_ = State::kOpen;
  ArmTimer();  // Until now it stood for the opening only.
  const std::string bytes = Greeting(plan_, ready, *cancel_key_);
  const std::lock_guard lock(write_mutex_);
  const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
  output_.Write(*stream_, {&piece, 1});
  if (!loop_.events().Add(stream_->fd(), EPOLLIN, this).ok()) {
    End({std::string(base::sqlstate::kTooManyConnections), "too many connections", "", ""},
        "no room to watch the client");
    return;
  }
  watching_ = true;
  UpdateInterestLocked();
  if (stream_->has_buffered_input()) ResumeSoon();
}

void Session::UpdateInterestLocked() {
  if (!watching_ || stream_ == nullptr) return;
  const uint32_t events =
      (paused_.load() ? 0u : uint32_t{EPOLLIN}) | (output_.empty() ? 0u : uint32_t{EPOLLOUT});
  loop_.events().Modify(stream_->fd(), events, this);
}

void Session::OnReady(uint32_t events) {
  if (state_ == State::kEnded) return OnLingering(events);
  if (events & EPOLLOUT) {
    size_t written = 0;
    {
      const std::lock_guard lock(write_mutex_);
      written = output_.Flush(*stream_).bytes;
      if (output_.empty()) UpdateInterestLocked();
    }
    Grant(written);
  }
  if (events & EPOLLIN) {
    ReadClient();
  } else if (events & (EPOLLERR | EPOLLHUP)) {
    EndOnLoop(std::nullopt, "the client went away", link::CloseSession::MANNER_ABORTED);
  }
}

void Session::ReadClient() {
  std::vector<char>& scratch = loop_.scratch();
  for (int i = 0; i < kReadsPerTurn && state_ == State::kOpen && !paused_.load(); ++i) {
    const size_t held = held_.size();
    if (scratch.size() < held + SessionLoop::kScratchBytes) {
      scratch.resize(held + SessionLoop::kScratchBytes);
    }
    const net::IoResult result = stream_->Read({scratch.data() + held, SessionLoop::kScratchBytes});
    if (result.state == net::IoState::kWouldBlock) return;
    if (result.state == net::IoState::kEof) return OnClientEof();
    if (result.state == net::IoState::kError) {
      return EndOnLoop(std::nullopt, "the client went away: " + stream_->last_error(),
                       link::CloseSession::MANNER_ABORTED);
    }
    bytes_from_client_ += result.bytes;
    last_request_us_ = loop_.events().now_us();
    std::copy(held_.begin(), held_.end(), scratch.begin());
    if (!Take({scratch.data(), held + result.bytes})) return;
    // A short read has emptied the socket.
    if (result.bytes < SessionLoop::kScratchBytes) return;
  }
}

bool Session::Take(std::string_view bytes) {
  const auto progress = request_hand_.Process(bytes, loop_.events().now_us());
  // An idle session keeps no buffer.
  std::string(bytes.substr(progress.taken)).swap(held_);
  switch (progress.next) {
    case RequestHand::Next::kTerminate:
      terminating_ = true;
      if (!parking_)
        EndOnLoop(std::nullopt, "the client terminated", link::CloseSession::MANNER_FINISHED);
      return false;
    case RequestHand::Next::kFatal:
      world_.logger.Info("a client broke the protocol",
                         {{"session", name_}, {"reason", request_hand_.fatal().message}});
      EndOnLoop(request_hand_.fatal(), "protocol violation by the client",
                link::CloseSession::MANNER_ABORTED);
      return false;
    case RequestHand::Next::kWait:
    case RequestHand::Next::kMore:
      break;
  }
  const bool wait = progress.next == RequestHand::Next::kWait || MustPause();
  SetPaused(wait);
  return !wait;
}

void Session::SetPaused(bool paused) {
  // Only this thread changes it, and the lock may be held by an answer on its way out.
  if (paused_.load() == paused) return;
  {
    const std::lock_guard lock(write_mutex_);
    paused_.store(paused);
    UpdateInterestLocked();
  }
  // What it waits for may have come about just before the flag stood.
  if (paused) ResumeSoon();
}

void Session::ResumeSoon() {
  if (resume_posted_.exchange(true)) return;
  loop_.events().Post([self = shared_from_this()] { self->Resume(); });
}

void Session::Resume() {
  resume_posted_.store(false);
  if (state_ != State::kOpen || MustPause()) return;
  if (held_.empty()) {
    SetPaused(false);
  } else {
    const std::string bytes = std::move(held_);
    if (!Take(bytes)) return;
  }
  if (stream_->has_buffered_input()) ReadClient();
}

void Session::OnClientEof() {
  bool answers_owed = false;
  {
    const std::lock_guard lock(conversation_.mutex());
    answers_owed = conversation_.turns() > 0;
  }
  if (!answers_owed) {
    return EndOnLoop(std::nullopt, "the client closed", link::CloseSession::MANNER_ABORTED);
  }
  // The client asks nothing more but may still read: its answers are brought to it, within limits.
  state_ = State::kHalfClosed;
  half_closed_us_ = loop_.events().now_us();
  SendClose(link::CloseSession::MANNER_FINISHED, "the client has closed its half");
  SetPaused(true);
  ArmTimer();
}

void Session::ToServer(std::string_view bytes) {
  to_server_.Spend(bytes.size());
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, link::kMaxDataBytes);
    SendFrame(link::FRAME_KIND_DATA, part, true);
    bytes.remove_prefix(part.size());
  }
}

void Session::HoldUntilDurable() {
  if (loop_.journal().IsDurable(gatekeeper_.position())) return;
  parking_ = true;
  loop_.AwaitDurable(std::static_pointer_cast<LoopMember>(shared_from_this()),
                     gatekeeper_.position());
}

void Session::OnDurable() {
  if (state_ == State::kEnded || !parking_) return;
  // Later statements of the same batch may wait for later positions.
  if (!loop_.journal().IsDurable(gatekeeper_.position())) {
    loop_.AwaitDurable(std::static_pointer_cast<LoopMember>(shared_from_this()),
                       gatekeeper_.position());
    return;
  }
  parking_ = false;
  loop_.Outgoing(tunnel_, *this).append(parked_);
  std::string().swap(parked_);
  if (terminating_) {
    return EndOnLoop(std::nullopt, "the client terminated", link::CloseSession::MANNER_FINISHED);
  }
  Resume();
}

void Session::OnJournalFailure() {
  EndOnLoop(base::Refusal{std::string(base::sqlstate::kDiskFull),
                          "the statement cannot be recorded, so it was not executed", "",
                          "Ask the gateway's operator to look at its journal."},
            "the journal cannot be written", link::CloseSession::MANNER_ABORTED);
}


int64_t Session::EndUs() const {
  return std::min(credential_ends_us_, opened_us_ + gatekeeper_.standing().grant->session_max_us());
}

void Session::ArmTimer() {
  if (timer_) loop_.events().CancelTimer(*timer_);
  int64_t at = opened_us_ + kOpenTimeoutUs;
  if (state_ == State::kHalfClosed) at = half_closed_us_ + kHalfClosedUs;
  if (state_ == State::kOpen) {
    const int64_t idle_us = gatekeeper_.standing().grant->session_idle_us();
    at = EndUs();
    if (idle_us > 0) at = std::min(at, last_request_us_ + idle_us);
  }
  at = std::max(at, loop_.events().now_us() + kSecondUs / 4);
  timer_ = loop_.events().RunAt(at, [self = shared_from_this()] {
    self->timer_.reset();
    self->CheckTimes();
  });
}

void Session::CheckTimes() {
  if (state_ == State::kEnded) return;
  const int64_t now = loop_.events().now_us();
  if (state_ == State::kOpening && now >= opened_us_ + kOpenTimeoutUs) {
    return EndOnLoop(base::Refusal{std::string(base::sqlstate::kCannotConnectNow),
                                   "the database did not answer in time", "", "Try again."},
                     "opening timed out", link::CloseSession::MANNER_ABORTED);
  }
  if (state_ == State::kHalfClosed && now >= half_closed_us_ + kHalfClosedUs) {
    return EndOnLoop(std::nullopt, "the client closed", link::CloseSession::MANNER_ABORTED);
  }
  if (state_ == State::kOpen) {
    const policy::Grant& grant = *gatekeeper_.standing().grant;
    if (now >= credential_ends_us_) {
      return EndOnLoop(GrantEnded("the token has expired"), "the token has expired",
                       link::CloseSession::MANNER_ABORTED);
    }
    if (now >= EndUs()) {
      return EndOnLoop(GrantEnded("the grant's session time is over"), "session.max reached",
                       link::CloseSession::MANNER_ABORTED);
    }
    bool busy = false;
    {
      const std::lock_guard lock(conversation_.mutex());
      busy = conversation_.turns() > 0;
    }
    if (busy) last_request_us_ = now;
    if (grant.session_idle_us() > 0 && now >= last_request_us_ + grant.session_idle_us()) {
      return EndOnLoop(GrantEnded("the session was idle for too long"), "session.idle reached",
                       link::CloseSession::MANNER_ABORTED);
    }
  }
  ArmTimer();
}

void Session::Adopt(const std::shared_ptr<const policy::Policy>& policy) {
  if (state_ == State::kEnded) return;
  auto opened =
      policy->Open(plan_.principal, {plan_.connection, plan_.labels}, plan_.standing.grant->name());
  const auto* session = std::get_if<policy::OpenSession>(&opened);
  if (session == nullptr || session->grant->name() != plan_.standing.grant->name() ||
      session->grant->role() != plan_.standing.grant->role()) {
    return EndOnLoop(GrantEnded("the policy has changed"), "the policy has changed",
                     link::CloseSession::MANNER_ABORTED);
  }
  gatekeeper_.set_standing({policy, session->grant});
  ArmTimer();
}

void Session::End(base::Refusal refusal, std::string reason) {
  loop_.events().Post(
      [self = shared_from_this(), refusal = std::move(refusal), reason = std::move(reason)] {
        self->EndOnLoop(refusal, reason, link::CloseSession::MANNER_ABORTED);
      });
}

void Session::Cancel(std::function<void()> done) {
  {
    const std::lock_guard lock(cancel_mutex_);
    if (!cancels_over_) cancels_.push_back(std::exchange(done, nullptr));
  }
  if (done != nullptr) return done();
  loop_.events().Post([self = shared_from_this()] {
    if (self->state_ == State::kEnded) return self->RunCancels();
    self->SendFrame(link::FRAME_KIND_CANCEL, {}, false);
  });
}

void Session::RunCancels() {
  std::vector<std::function<void()>> cancels;
  {
    const std::lock_guard lock(cancel_mutex_);
    cancels.swap(cancels_);
    cancels_over_ = state_ == State::kEnded;
  }
  for (const auto& done : cancels) done();
}

void Session::EndOnLoop(const std::optional<base::Refusal>& fatal, const std::string& reason,
                        link::CloseSession::Manner manner) {
  if (state_ == State::kEnded) return;
  const auto self = shared_from_this();
  loop_.events().KeepUntilTurnEnd(self);
  const bool was_open = state_ != State::kOpening;
  state_ = State::kEnded;
  parking_ = false;
  std::string().swap(parked_);
  std::string().swap(held_);
  if (timer_) loop_.events().CancelTimer(*timer_);
  timer_.reset();
  SendClose(manner, reason);
  tunnel_->Detach(plan_.id);
  if (cancel_key_) world_.cancel_keys.Withdraw(*cancel_key_);
  RunCancels();
  {
    const std::lock_guard lock(conversation_.mutex());
    conversation_.Abandon(loop_.events().now_us());
  }
  if (was_open) {
    RecordClosed(world_.journal, name_, reason, gatekeeper_.statements(), bytes_to_client_.load(),
                 bytes_from_client_, loop_.events().now_us() - opened_us_);
  }
  CloseClient(fatal);
  on_end_(*this);
}

void Session::CloseClient(const std::optional<base::Refusal>& fatal) {
  const std::lock_guard lock(write_mutex_);
  closed_ = true;
  if (fatal && whole_messages_) {
    output_.Append(EncodeReport(wire::ErrorResponse::kTag, "FATAL", *fatal, 0));
  }
  const bool failed = output_.Flush(*stream_).state == net::IoState::kError;
  if (failed || (!fatal && output_.empty())) {
    stream_->ShutdownWrite();
    return DropClientLocked();
  }
  if (output_.empty()) stream_->ShutdownWrite();
  // To close with unread input would reset the connection and take the last words with it.
  if (!watching_) watching_ = loop_.events().Add(stream_->fd(), EPOLLIN, this).ok();
  const uint32_t events = EPOLLIN | (output_.empty() ? 0u : uint32_t{EPOLLOUT});
  loop_.events().Modify(stream_->fd(), events, this);
  timer_ = loop_.events().RunAt(loop_.events().now_us() + kLingerUs, [self = shared_from_this()] {
    self->timer_.reset();
    const std::lock_guard inner(self->write_mutex_);
    self->DropClientLocked();
  });
}

void Session::OnLingering(uint32_t events) {
  const auto self = shared_from_this();
  const std::lock_guard lock(write_mutex_);
  if (stream_ == nullptr) return;
  bool over = (events & (EPOLLERR | EPOLLHUP)) != 0;
  if (events & EPOLLIN) {
    const net::IoResult result = stream_->Read(loop_.scratch());
    over = over || result.state == net::IoState::kEof || result.state == net::IoState::kError;
  }
  if (!over && (events & EPOLLOUT)) {
    over = output_.Flush(*stream_).state == net::IoState::kError;
    if (!over && output_.empty()) {
      stream_->ShutdownWrite();
      loop_.events().Modify(stream_->fd(), EPOLLIN, this);
    }
  }
  if (!over) return;
  if (timer_) loop_.events().CancelTimer(*timer_);
  timer_.reset();
  loop_.events().KeepUntilTurnEnd(self);
  DropClientLocked();
}

void Session::DropClientLocked() {
  if (stream_ == nullptr) return;
  if (watching_) loop_.events().Remove(stream_->fd());
  watching_ = false;
  stream_.reset();
}

}  // namespace portreeve::session
