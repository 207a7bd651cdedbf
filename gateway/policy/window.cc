#include "policy/window.h"

#include <limits>

namespace portreeve::policy {
namespace {

// Hours that follow on one another for longer than a week never end.
constexpr int kMaxFollowing = 9;

}  // namespace

int64_t Window::InstantOf(absl::CivilDay day, int minute) const {
  const absl::CivilMinute civil = absl::CivilMinute(day) + minute;
  const absl::TimeZone::TimeInfo info = zone_.At(absl::CivilSecond(civil));
  const bool skipped = info.kind == absl::TimeZone::TimeInfo::SKIPPED;
  return absl::ToUnixSeconds(skipped ? info.trans : info.pre);
}

std::optional<int64_t> Window::NextEnd(int64_t unix_s) const {
  const auto today = absl::CivilDay(zone_.At(absl::FromUnixSeconds(unix_s)).cs);
  const int to = to_minute_ > from_minute_ ? to_minute_ : to_minute_ + kMinutesOfDay;
  for (const absl::CivilDay day : {today - 1, today}) {
    if (!days_[static_cast<size_t>(absl::GetWeekday(day))]) continue;
    const int64_t end = InstantOf(day, to);
    if (unix_s >= InstantOf(day, from_minute_) && unix_s < end) return end;
  }
  return std::nullopt;
}

std::optional<int64_t> Window::End(int64_t unix_s) const {
  auto end = NextEnd(unix_s);
  if (!end) return std::nullopt;
  for (int i = 0; i < kMaxFollowing; ++i) {
    const auto following = NextEnd(*end);
    if (!following) return end;
    end = following;
  }
  return std::numeric_limits<int64_t>::max();
}

}  // namespace portreeve::policy
