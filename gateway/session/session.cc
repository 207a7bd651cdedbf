// The client's side of a session, on the loop's thread. The lane's side is in session_answers.cc,
// the end in session_end.cc.

#include "session/session.h"

#include <sys/epoll.h>

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "session/greeting.h"
#include "wire/startup.h"

namespace portreeve::session {
namespace {

// Reads of one client per turn, so that a flood of one is not the others' silence.
constexpr int kReadsPerTurn = 4;
constexpr int64_t kSecondUs = 1'000'000;

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
      gatekeeper_(name_,
                  Decider(plan_.standing, {plan_.connection, plan_.labels, plan_.database},
                          sql::Limits{.max_text_bytes = plan_.statement_bytes}, loop.decisions(),
                          loop.mask_stock()),
                  loop.journal()),
      request_hand_(conversation_, answer_hand_, gatekeeper_, *this, plan_.statement_bytes),
      stream_(std::move(stream)) {
  gatekeeper_.set_search_budget({world_.rates, plan_.principal});
  Stand(plan_.standing);
  BeginNames();
}

Session::~Session() = default;

void Session::Begin() {
  // It may have been ended before it began.
  if (state_ != State::kOpening) return;
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
  SendFrame(link::FRAME_KIND_OPEN, open.SerializeAsString());
  ArmTimer();
}

void Session::SendFrame(link::FrameKind kind, std::string_view payload) {
  std::string& out = parking_ ? parked_ : loop_.Outgoing(tunnel_, *this);
  link::AppendFrame(out, {plan_.id, ++sequence_, kind}, payload);
}

void Session::SendClose(link::CloseSession::Manner manner, std::string_view reason) {
  const bool finished = manner == link::CloseSession::MANNER_FINISHED;
  if (finished && std::exchange(finished_, true)) return;
  link::CloseSession close;
  close.set_manner(manner);
  close.set_reason(std::string(reason.substr(0, 200)));
  if (finished) return SendFrame(link::FRAME_KIND_CLOSE, close.SerializeAsString());
  link::AppendFrame(loop_.Outgoing(tunnel_, *this), {plan_.id, 0, link::FRAME_KIND_CLOSE},
                    close.SerializeAsString());
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
  greeted_ = true;
  const iovec pieces[] = {{const_cast<char*>(bytes.data()), bytes.size()},
                          {early_.data(), early_.size()}};
  credit_due_ -= static_cast<int64_t>(bytes.size());
  credit_due_ += static_cast<int64_t>(output_.Write(*stream_, pieces).bytes);
  std::string().swap(early_);
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
    size_t due = 0;
    {
      const std::lock_guard lock(write_mutex_);
      credit_due_ += static_cast<int64_t>(output_.Flush(*stream_).bytes);
      due = TakeDueLocked();
      if (output_.empty()) UpdateInterestLocked();
    }
    Grant(due);
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
    if (result.state == net::IoState::kEof) {
      return FinishClient("the client closed", link::CloseSession::MANNER_ABORTED);
    }
    if (result.state == net::IoState::kError) {
      return EndOnLoop(std::nullopt, "the client went away: " + stream_->last_error(),
                       link::CloseSession::MANNER_ABORTED);
    }
    bytes_from_client_ += result.bytes;
    last_request_us_ = loop_.events().now_us();
    if (held + result.bytes < wanted_) {
      held_.append(scratch.data() + held, result.bytes);
    } else {
      std::copy(held_.begin(), held_.end(), scratch.begin());
      if (!Take({scratch.data(), held + result.bytes})) return;
    }
    // A short read has emptied the socket.
    if (result.bytes < SessionLoop::kScratchBytes) break;
  }
  // The socket does not tell of what TLS has taken from it already.
  if (state_ == State::kOpen && !paused_.load() && stream_->has_buffered_input()) ResumeSoon();
}

bool Session::Take(std::string_view bytes) {
  TakeSnapshot();
  const auto progress = request_hand_.Process(bytes, loop_.events().now_us());
  WatchStatement();
  wanted_ = progress.wanted;
  // An idle session keeps no buffer.
  std::string(bytes.substr(progress.taken)).swap(held_);
  return OnProgress(progress);
}

bool Session::OnProgress(const RequestHand::Progress& progress) {
  switch (progress.next) {
    case RequestHand::Next::kTerminate:
      // What stands behind it is nobody's business any more.
      std::string().swap(held_);
      FinishClient("the client terminated", link::CloseSession::MANNER_FINISHED);
      return false;
    case RequestHand::Next::kFatal:
      world_.logger.Info("a client broke the protocol",
                         {{"session", name_}, {"reason", request_hand_.fatal().message}});
      EndOnLoop(request_hand_.fatal(), "protocol violation by the client",
                link::CloseSession::MANNER_ABORTED);
      return false;
    case RequestHand::Next::kYield:
      SetPaused(true);
      ResumeSoon();
      return false;
    case RequestHand::Next::kWait:
    case RequestHand::Next::kMore:
      break;
  }
  // The answer may have come just before the flag stood.
  if (progress.may_wake && !wake_.exchange(true)) ResumeSoon();
  if (!progress.may_wake) wake_.store(false);
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
  if (state_ != State::kOpen || MustPause() || terminating_) return;
  const bool enough = !held_.empty() && held_.size() >= wanted_;
  if (!enough && !request_hand_.stands_alone()) {
    SetPaused(false);
  } else {
    const std::string bytes = std::move(held_);
    if (!Take(bytes)) return;
  }
  if (stream_->has_buffered_input()) ReadClient();
}

bool Session::AnswersOwed() {
  const std::lock_guard lock(conversation_.mutex());
  return conversation_.turns() > 0;
}

void Session::FinishClient(const std::string& reason, link::CloseSession::Manner manner) {
  if (parking_) {
    terminating_ = true;
    return SetPaused(true);
  }
  if (!AnswersOwed()) return EndOnLoop(std::nullopt, reason, manner);
  state_ = State::kHalfClosed;
  half_closed_us_ = loop_.events().now_us();
  SendClose(link::CloseSession::MANNER_FINISHED, reason);
  SetPaused(true);
  ArmTimer();
}

void Session::ToServer(std::string_view bytes) {
  to_server_.Spend(bytes.size());
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, link::kMaxDataBytes);
    SendFrame(link::FRAME_KIND_DATA, part);
    bytes.remove_prefix(part.size());
  }
}

void Session::HoldUntilDurable() {
  if (loop_.journal().IsDurable(gatekeeper_.position())) return;
  parking_ = true;
  loop_.AwaitDurable(weak_from_this(), gatekeeper_.position());
}

void Session::OnDurable() {
  if (state_ == State::kEnded || !parking_) return;
  // Later statements of the same batch may wait for later positions.
  if (!loop_.journal().IsDurable(gatekeeper_.position())) {
    loop_.AwaitDurable(weak_from_this(), gatekeeper_.position());
    return;
  }
  parking_ = false;
  loop_.Outgoing(tunnel_, *this).append(parked_);
  std::string().swap(parked_);
  if (terminating_) {
    return FinishClient("the client terminated", link::CloseSession::MANNER_FINISHED);
  }
  Resume();
}

void Session::OnJournalFailure() {
  // What it said last in this turn was not sent: the agent must hear that it is over.
  if (state_ == State::kEnded) {
    return SendClose(link::CloseSession::MANNER_ABORTED, "the journal cannot be written");
  }
  EndOnLoop(base::Refusal{std::string(base::sqlstate::kDiskFull),
                          "the statement cannot be recorded, so it was not executed", "",
                          "Ask the gateway's operator to look at its journal."},
            "the journal cannot be written", link::CloseSession::MANNER_ABORTED);
}

}  // namespace portreeve::session
