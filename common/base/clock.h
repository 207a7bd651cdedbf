// The one seam to time, so that tests can move it, and time in writing.
#pragma once

#include <cstdint>
#include <string>

namespace portreeve::base {

class Clock {
 public:
  virtual ~Clock() = default;
  // Microseconds since 1970-01-01T00:00:00Z; may jump.
  virtual int64_t UnixMicros() const = 0;
  // Microseconds since some fixed point; never goes back.
  virtual int64_t MonotonicMicros() const = 0;
};

class SystemClock final : public Clock {
 public:
  int64_t UnixMicros() const override;
  int64_t MonotonicMicros() const override;
};

// RFC 3339 in UTC, to the second; the plain number where the calendar does not reach.
std::string UtcText(int64_t unix_s);

}  // namespace portreeve::base
