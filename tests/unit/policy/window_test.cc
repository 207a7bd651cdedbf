// When a window is open, by the wall clock of its zone and whatever that clock does.

#include "policy/window.h"

#include <catch2/catch.hpp>
#include <limits>
#include <string>

namespace portreeve::policy {
namespace {

constexpr int64_t kForEver = std::numeric_limits<int64_t>::max();

int64_t At(const std::string& rfc3339) {
  absl::Time time;
  std::string error;
  REQUIRE(absl::ParseTime(absl::RFC3339_full, rfc3339, &time, &error));
  return absl::ToUnixSeconds(time);
}

Window Make(const char* zone, const char* days, const char* from, const char* to) {
  return {ParseZone(zone).value(), ParseDays(days).value(), ParseMinute(from).value(),
          ParseMinute(to).value()};
}

TEST_CASE("a window is open from its first minute, and closed at its last") {
  const Window office = Make("Europe/Berlin", "mon-fri", "08:00", "19:00");
  // 2026-11-25 is a Wednesday.
  const int64_t end = At("2026-11-25T19:00:00+01:00");
  CHECK(office.End(At("2026-11-25T08:00:00+01:00")) == end);
  CHECK(office.End(At("2026-11-25T18:59:59+01:00")) == end);
  CHECK_FALSE(office.End(At("2026-11-25T07:59:59+01:00")));
  CHECK_FALSE(office.End(end));
  CHECK_FALSE(office.End(At("2026-11-28T12:00:00+01:00")));
  CHECK(office.End(At("2026-07-01T18:30:00+02:00")) == At("2026-07-01T19:00:00+02:00"));
}

TEST_CASE("hours over midnight belong to the day on which they begin") {
  const Window night = Make("UTC", "fri", "22:00", "06:00");
  const int64_t end = At("2026-11-28T06:00:00Z");  // A Saturday.
  CHECK(night.End(At("2026-11-27T22:00:00Z")) == end);
  CHECK(night.End(At("2026-11-28T05:59:59Z")) == end);
  CHECK_FALSE(night.End(At("2026-11-27T05:00:00Z")));
  CHECK_FALSE(night.End(At("2026-11-28T22:00:00Z")));
}

TEST_CASE("hours that follow on one another are one") {
  CHECK(Make("UTC", "mon-fri", "00:00", "24:00").End(At("2026-11-25T12:00:00Z")) ==
        At("2026-11-28T00:00:00Z"));
  CHECK(Make("UTC", "mon-sun", "00:00", "24:00").End(At("2026-11-25T12:00:00Z")) == kForEver);
}

TEST_CASE("an hour that the clock skips opens at the change, one that comes twice the first time") {
  // On 2026-03-29 Berlin goes from 02:00 to 03:00, on 2026-10-25 from 03:00 back to 02:00.
  const Window spring = Make("Europe/Berlin", "sun", "02:30", "04:00");
  CHECK_FALSE(spring.End(At("2026-03-29T00:59:59Z")));
  CHECK(spring.End(At("2026-03-29T01:00:00Z")) == At("2026-03-29T02:00:00Z"));
  const Window autumn = Make("Europe/Berlin", "sun", "01:00", "02:30");
  CHECK(autumn.End(At("2026-10-24T23:30:00Z")) == At("2026-10-25T00:30:00Z"));
  CHECK_FALSE(autumn.End(At("2026-10-25T01:15:00Z")));
}

TEST_CASE("days are a day, or a range that may run over the weekend") {
  CHECK(ParseDays("mon-fri")->to_string() == "0011111");
  CHECK(ParseDays("fri-mon")->to_string() == "1110001");
  CHECK(ParseDays("sat")->to_string() == "0100000");
  CHECK(ParseDays("sun-sun")->to_string() == "1000000");
  for (const char* text : {"", "-", "mon-", "-fri", "Mon", "monday", "mon-fri-sat", "mon fri"}) {
    CHECK_FALSE(ParseDays(text));
  }
}

TEST_CASE("a time of day has two digits for each part, and ends with 24:00") {
  CHECK(ParseMinute("00:00") == 0);
  CHECK(ParseMinute("08:30") == 510);
  CHECK(ParseMinute("24:00") == 1440);
  for (const char* text : {"", "8:00", "24:01", "12:60", "12:5", "-1:00", "12-00", "12:00:00"}) {
    CHECK_FALSE(ParseMinute(text));
  }
}

TEST_CASE("a zone is one of the system's, and no path to anywhere else") {
  CHECK(ParseZone("Europe/Berlin"));
  CHECK(ParseZone("UTC"));
  for (const char* name : {"", "Europe/Nowhere", "../zoneinfo/UTC", "/usr/share/zoneinfo/UTC",
                           "Europe", "libc:localtime", "Europe/Berlin\n"}) {
    INFO(name);
    CHECK_FALSE(ParseZone(name));
  }
  CHECK_FALSE(ParseZone(std::string(65, 'a')));
}

}  // namespace
}  // namespace portreeve::policy
