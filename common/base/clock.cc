#include "base/clock.h"

#include <ctime>

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

}  // namespace portreeve::base
