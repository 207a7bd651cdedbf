// How a session comes to its end, in time or before it.

#include <sys/epoll.h>

#include <algorithm>
#include <utility>

#include "session/greeting.h"
#include "session/session.h"
#include "wire/backend.h"

namespace portreeve::session {
namespace {

constexpr int64_t kSecondUs = 1'000'000;
constexpr int64_t kYearS = 366 * 24 * 3'600;
// How often a grant's window is looked at, for clocks that are set and machines that sleep.
constexpr int64_t kWindowCheckUs = 30 * kSecondUs;
constexpr int64_t kOpenTimeoutUs = 30 * kSecondUs;
// How long an ended session waits for its client to close, and to take what is still on its way.
constexpr int64_t kLingerUs = kSecondUs;
constexpr int64_t kDrainUs = 10 * kSecondUs;
// A client that has closed its half may wait so long for its last answers.
constexpr int64_t kHalfClosedUs = 30 * kSecondUs;

base::Refusal GrantEnded(std::string_view why) {
  return {std::string(base::sqlstate::kAdminShutdown),
          "terminating connection: " + std::string(why), "", "Open a new session."};
}

}  // namespace

int64_t Session::EndUs() const {
  return std::min({credential_ends_us_, WindowEndUs(),
                   opened_us_ + gatekeeper_.standing().grant->session_max_us()});
}

int64_t Session::WindowEndUs() const {
  const int64_t unix_us = world_.clock.UnixMicros();
  const auto end_s = gatekeeper_.standing().grant->WindowEnd(unix_us / kSecondUs);
  const int64_t now = loop_.events().now_us();
  if (!end_s) return now;
  // No window is open for longer than this.
  return now + std::min(*end_s - unix_us / kSecondUs, kYearS) * kSecondUs;
}

void Session::ArmTimer() {
  if (timer_) loop_.events().CancelTimer(*timer_);
  int64_t at = opened_us_ + kOpenTimeoutUs;
  if (state_ == State::kHalfClosed) at = half_closed_us_ + kHalfClosedUs;
  if (state_ == State::kOpen) {
    const int64_t idle_us = gatekeeper_.standing().grant->session_idle_us();
    at = EndUs();
    if (idle_us > 0) at = std::min(at, last_request_us_ + idle_us);
    if (gatekeeper_.standing().grant->window) {
      at = std::min(at, loop_.events().now_us() + kWindowCheckUs);
    }
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
      const char* why =
          plan_.principal.method == "lease" ? "the lease has ended" : "the token has expired";
      return EndOnLoop(GrantEnded(why), why, link::CloseSession::MANNER_ABORTED);
    }
    if (now >= WindowEndUs()) {
      return EndOnLoop(GrantEnded("the grant's window has closed"), "session.window closed",
                       link::CloseSession::MANNER_ABORTED);
    }
    if (now >= EndUs()) {
      return EndOnLoop(GrantEnded("the grant's session time is over"), "session.max reached",
                       link::CloseSession::MANNER_ABORTED);
    }
    if (AnswersOwed()) last_request_us_ = now;
    if (grant.session_idle_us() > 0 && now >= last_request_us_ + grant.session_idle_us()) {
      return EndOnLoop(GrantEnded("the session was idle for too long"), "session.idle reached",
                       link::CloseSession::MANNER_ABORTED);
    }
  }
  ArmTimer();
}

void Session::Adopt(const std::shared_ptr<const policy::Policy>& policy) {
  if (state_ == State::kEnded) return;
  // Roles, settings and names may be such as no statement could have made them.
  if (gatekeeper_.standing().policy->observes() && !policy->observes()) {
    return EndOnLoop(GrantEnded("the policy is enforced now"), "the policy is enforced now",
                     link::CloseSession::MANNER_ABORTED);
  }
  auto opened = policy->Open(plan_.principal, {plan_.connection, plan_.labels, plan_.database},
                             plan_.standing.grant->name());
  const auto* session = std::get_if<policy::OpenSession>(&opened);
  if (session == nullptr || session->grant->name() != plan_.standing.grant->name() ||
      session->grant->role() != plan_.standing.grant->role()) {
    return EndOnLoop(GrantEnded("the policy has changed"), "the policy has changed",
                     link::CloseSession::MANNER_ABORTED);
  }
  const bool needed = gatekeeper_.standing().needs_catalog();
  Standing standing{
      policy, session->grant,
      policy::MasksFor(policy, plan_.principal, {plan_.connection, plan_.labels, plan_.database})};
  // What it has read and kept before would not be masked.
  const auto& before = gatekeeper_.standing().masks;
  if (standing.masks != nullptr && (before == nullptr || before->key != standing.masks->key)) {
    return EndOnLoop(GrantEnded("the policy masks other columns now"), "the policy has changed",
                     link::CloseSession::MANNER_ABORTED);
  }
  Stand(std::move(standing));
  // What was set meanwhile was not looked at.
  if (gatekeeper_.standing().needs_catalog() && !needed) {
    request_hand_.name_space().Doubt();
    OnCatalogChanged();
  }
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
    self->SendCancel();
  });
}

// One at a time: its answer tells those who asked before it was sent, and nobody else. What a
// client asked for later could otherwise reach the server when it runs the next statement.
void Session::SendCancel() {
  if (cancel_under_way_) return;
  {
    const std::lock_guard lock(cancel_mutex_);
    riding_cancels_.swap(cancels_);
  }
  if (riding_cancels_.empty()) return;
  cancel_under_way_ = true;
  // What the client wants to stop may still be parked; what is over a limit runs.
  std::string& out = parking_ && !cancelling_ ? parked_ : loop_.Outgoing(tunnel_, *this);
  link::AppendFrame(out, {plan_.id, 0, link::FRAME_KIND_CANCEL}, {});
}

void Session::OnCancelTaken() {
  if (state_ == State::kEnded || !std::exchange(cancel_under_way_, false)) return;
  for (const auto& done : std::exchange(riding_cancels_, {})) done();
  SendCancel();
}

// The session has ended: nobody waits any longer.
void Session::RunCancels() {
  std::vector<std::function<void()>> cancels = std::exchange(riding_cancels_, {});
  {
    const std::lock_guard lock(cancel_mutex_);
    cancels.insert(cancels.end(), cancels_.begin(), cancels_.end());
    cancels_.clear();
    cancels_over_ = true;
  }
  for (const auto& done : cancels) done();
}

void Session::EndOnLoop(const std::optional<base::Refusal>& fatal, const std::string& reason,
                        link::CloseSession::Manner manner) {
  if (state_ == State::kEnded) return;
  const auto self = shared_from_this();
  loop_.events().KeepUntilTurnEnd(self);
  state_ = State::kEnded;
  parking_ = false;
  std::string().swap(parked_);
  std::string().swap(held_);
  if (timer_) loop_.events().CancelTimer(*timer_);
  timer_.reset();
  if (statement_timer_) loop_.events().CancelTimer(*statement_timer_);
  statement_timer_.reset();
  SendClose(manner, reason);
  tunnel_->Detach(plan_.id);
  if (cancel_key_) world_.cancel_keys.Withdraw(*cancel_key_);
  RunCancels();
  {
    const std::lock_guard lock(conversation_.mutex());
    conversation_.Abandon(loop_.events().now_us());
  }
  const int64_t duration_us = opened_us_ == 0 ? 0 : loop_.events().now_us() - opened_us_;
  RecordClosed(world_.journal, name_, reason, gatekeeper_.statements(), bytes_to_client_.load(),
               bytes_from_client_, duration_us);
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
  const int64_t wait_us = output_.empty() ? kLingerUs : kDrainUs;
  timer_ = loop_.events().RunAt(loop_.events().now_us() + wait_us, [self = shared_from_this()] {
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
