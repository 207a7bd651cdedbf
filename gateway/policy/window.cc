#include "policy/window.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/digits.h"

namespace portreeve::policy {
namespace {

constexpr std::array<std::string_view, 7> kDayNames = {"mon", "tue", "wed", "thu",
                                                       "fri", "sat", "sun"};
constexpr size_t kMaxZoneBytes = 64;
// Hours that follow on one another for longer than a week never end.
constexpr int kMaxFollowing = 9;

std::optional<size_t> DayOf(std::string_view name) {
  const auto found = std::find(kDayNames.begin(), kDayNames.end(), name);
  if (found == kDayNames.end()) return std::nullopt;
  return static_cast<size_t>(found - kDayNames.begin());
}

using base::IsDigit;

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

std::optional<Window::Days> ParseDays(std::string_view text) {
  const size_t dash = text.find('-');
  const auto first = DayOf(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : DayOf(text.substr(dash + 1));
  if (!first || !last) return std::nullopt;
  Window::Days days;
  for (size_t day = *first;; day = (day + 1) % kDayNames.size()) {
    days.set(day);
    if (day == *last) return days;
  }
}

std::vector<std::string_view> DayNames() { return {kDayNames.begin(), kDayNames.end()}; }

std::optional<int> ParseMinute(std::string_view text) {
  if (text.size() != 5 || text[2] != ':' || !IsDigit(text[0]) || !IsDigit(text[1]) ||
      !IsDigit(text[3]) || !IsDigit(text[4])) {
    return std::nullopt;
  }
  const int hours = (text[0] - '0') * 10 + (text[1] - '0');
  const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
  const int minute = hours * 60 + minutes;
  if (minutes > 59 || minute > kMinutesOfDay) return std::nullopt;
  return minute;
}

std::optional<absl::TimeZone> ParseZone(const std::string& name) {
  // It becomes a path below the system's folder of zones, and must stay there.
  if (name.empty() || name.size() > kMaxZoneBytes || name.front() == '/' ||
      name.find("..") != std::string::npos ||
      !std::all_of(name.begin(), name.end(), [](char character) {
        return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
               IsDigit(character) || character == '/' || character == '_' || character == '+' ||
               character == '-';
      })) {
    return std::nullopt;
  }
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(name, &zone)) return std::nullopt;
  return zone;
}

}  // namespace portreeve::policy
