// Hours of the week in which a grant is open, by the wall clock of a time zone. A value; what time
// it is comes as an argument.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace portreeve::policy {

inline constexpr int kMinutesOfDay = 24 * 60;

class Window {
 public:
  using Days = std::bitset<7>;  // From Monday. The day on which the hours begin.

  // In minutes from midnight; `to_minute` at or before `from_minute` is on the day after. Neither
  // is in question when clocks change: what is skipped opens and closes at the change, what comes
  // twice at its first time.
  Window(absl::TimeZone zone, Days days, int from_minute, int to_minute)
      : zone_(zone), days_(days), from_minute_(from_minute), to_minute_(to_minute) {}

  // Until when it stays open; INT64_MAX: it never closes. None: it is closed.
  std::optional<int64_t> End(int64_t unix_s) const;

 private:
  // When it next closes, if it is open.
  std::optional<int64_t> NextEnd(int64_t unix_s) const;
  int64_t InstantOf(absl::CivilDay day, int minute) const;

  absl::TimeZone zone_;
  Days days_;
  int from_minute_;
  int to_minute_;
};

// "mon-fri", "fri-mon", "sat". None: not a day or a range of days.
std::optional<Window::Days> ParseDays(std::string_view text);
// "mon" to "sun".
std::vector<std::string_view> DayNames();
// "08:00" to "24:00", in minutes.
std::optional<int> ParseMinute(std::string_view text);
// A name of the IANA database. None: there is no such zone on this machine.
std::optional<absl::TimeZone> ParseZone(const std::string& name);

}  // namespace portreeve::policy
