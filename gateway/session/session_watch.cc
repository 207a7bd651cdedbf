// What a session does by itself for the limits of its grant and for what it knows of its database.
// Loop thread.

#include <algorithm>
#include <utility>

#include "session/session.h"
#include "sql/characters.h"
#include "sql/startup_options.h"

namespace portreeve::session {
namespace {

// A server that has not stopped is asked again, ever more rarely: it may be waiting for its client.
constexpr int64_t kAskAgainUs = 1'000'000;
constexpr int kMaxDoublings = 6;
constexpr int64_t kReadAgainUs = 5'000'000;

bool IsSearchPath(std::string_view name) { return sql::EqualsIgnoringCase(name, "search_path"); }

// `options` come first, whatever the order (PostgreSQL's process_startup_options).
std::optional<std::string> AskedSearchPath(
    const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::optional<std::string> path;
  for (const auto& [name, value] : parameters) {
    if (name != "options") continue;
    const auto options = sql::ParseStartupOptions(value);
    if (!options.ok()) continue;
    for (const auto& [option, setting] : *options) {
      if (IsSearchPath(option)) path = setting;
    }
  }
  for (const auto& [name, value] : parameters) {
    if (IsSearchPath(name)) path = value;
  }
  return path;
}

}  // namespace

void Session::Stand(Standing standing) {
  const policy::Grant& grant = *standing.grant;
  std::shared_ptr<RateMeter> meter;
  if (grant.limits.per_minute > 0) {
    meter = world_.rates.Of(plan_.principal.issuer, plan_.principal.subject, grant.name(),
                            world_.clock.MonotonicMicros());
  }
  gatekeeper_.set_standing(std::move(standing), std::move(meter));
  request_hand_.NoteStanding();
}

void Session::BeginNames() {
  NameSpaceTracker& names = request_hand_.name_space();
  names.Begin(std::string(plan_.standing.grant->role()), AskedSearchPath(plan_.parameters));
  TakeSnapshot();
}

void Session::TakeSnapshot() {
  if (plan_.catalog == nullptr || catalog_lost_) return;
  const uint64_t generation = plan_.catalog->generation();
  if (generation == generation_) return;
  generation_ = generation;
  request_hand_.name_space().set_snapshot(plan_.catalog->Current());
}

void Session::OnCatalogChanged() {
  if (plan_.catalog == nullptr) return;
  const bool needed = gatekeeper_.standing().needs_catalog();
  // Nobody else does either.
  if (!needed && plan_.catalog->generation() == 0) return;
  request_hand_.set_awaits_catalog(needed);
  ReadCatalog();
}

void Session::ReadCatalog() {
  const uint64_t number = ++refreshes_;
  plan_.catalog->Refresh([weak = weak_from_this(), number](const absl::Status& status) {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->loop_.events().Post([self, number, status] { self->OnCatalogRead(number, status); });
  });
}

// After a failure nothing is known until it has been read again.
void Session::OnCatalogRead(uint64_t number, const absl::Status& status) {
  if (number != refreshes_ || state_ == State::kEnded) return;
  catalog_lost_ = !status.ok();
  if (catalog_lost_) {
    request_hand_.name_space().set_snapshot(nullptr);
    world_.logger.Info(
        "names are unknown to a session: the catalog could not be read",
        {{"session", name_}, {"reason", std::string(base::FromAbsl(status.message()))}});
    loop_.events().RunAt(loop_.events().now_us() + kReadAgainUs, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self != nullptr && self->catalog_lost_ && self->state_ == State::kOpen) {
        self->ReadCatalog();
      }
    });
  } else {
    request_hand_.name_space().ForgetMade();
    generation_ = 0;
    TakeSnapshot();
  }
  request_hand_.set_awaits_catalog(false);
  Resume();
}

// Only what has kept others waiting can have changed meanwhile.
void Session::TakeCatalogChange() {
  bool changed = false;
  {
    const std::lock_guard lock(conversation_.mutex());
    changed = conversation_.TakeCatalogChanged();
  }
  if (changed && state_ == State::kOpen) OnCatalogChanged();
}

void Session::CancelForLimit() {
  if (cancelling_) return;
  cancelling_ = true;
  {
    const std::lock_guard lock(cancel_mutex_);
    cancels_.emplace_back([this] {
      cancelling_ = false;
      if (state_ != State::kEnded) Resume();
    });
  }
  SendCancel();
  SetPaused(true);
}

void Session::OnLimitReached() {
  if (state_ != State::kOpen && state_ != State::kHalfClosed) return;
  {
    const std::lock_guard lock(conversation_.mutex());
    if (!conversation_.over_limit()) return;
  }
  CancelForLimit();
}

void Session::WatchStatement() {
  const int64_t limit_us = gatekeeper_.limits().statement_time_us();
  if (limit_us == 0 || statement_timer_) return;
  std::optional<int64_t> since_us;
  {
    const std::lock_guard lock(conversation_.mutex());
    since_us = conversation_.running_since_us();
  }
  if (!since_us) return;
  cancels_in_vain_ = 0;
  WatchAgainAt(*since_us + limit_us);
}

void Session::WatchAgainAt(int64_t at_us) {
  statement_timer_ = loop_.events().RunAt(at_us, [self = shared_from_this()] {
    self->statement_timer_.reset();
    self->OnStatementTime();
  });
}

void Session::OnStatementTime() {
  const int64_t limit_us = gatekeeper_.limits().statement_time_us();
  if (state_ != State::kOpen || limit_us == 0) return;
  const int64_t now_us = loop_.events().now_us();
  {
    const std::lock_guard lock(conversation_.mutex());
    const auto since_us = conversation_.running_since_us();
    if (!since_us) return;
    if (now_us < *since_us + limit_us) return WatchAgainAt(*since_us + limit_us);
    conversation_.NoteTimedOut(TookTooLong(gatekeeper_.limits().grant(), limit_us));
  }
  CancelForLimit();
  WatchAgainAt(now_us + (kAskAgainUs << std::min(cancels_in_vain_, kMaxDoublings)));
  ++cancels_in_vain_;
}

}  // namespace portreeve::session
