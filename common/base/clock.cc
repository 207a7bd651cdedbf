#include "base/clock.h"

#include <ctime>
#include <string>

namespace portreeve::base {
namespace {

int64_t Read(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
}

}  // namespace

int64_t SystemClock::UnixMicros() const { return Read(CLOCK_REALTIME); }
int64_t SystemClock::MonotonicMicros() const { return Read(CLOCK_MONOTONIC); }

std::string UtcText(int64_t unix_s) {
  const time_t when = unix_s;
  tm utc{};
  char text[32];
  if (gmtime_r(&when, &utc) == nullptr ||
      std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0) {
    return std::to_string(unix_s);
  }
  return text;
}

}  // namespace portreeve::base
