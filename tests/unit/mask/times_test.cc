#include <catch2/catch.hpp>

#include "unit/mask/masks.h"

namespace portreeve::mask {
namespace {

TEST_CASE("a time that is not written in DateStyle ISO becomes NULL") {
  const Mask month = With(Kind::kDateTrunc, 0, "month");
  for (const char* date : {"02/29/2024", "29.02.2024", "29/02/2024", "Thu Feb 29 2024", "20240229",
                           "2024-02-30", "2024-13-01", "2024-2-29", "2024-02-29T00:00:00", "",
                           "2024-02-29 AD", "2024-02-29 ", "0000-01-01", "epoch", "infinite"}) {
    INFO(date);
    REQUIRE_FALSE(InText(month, oid::kDate, date).has_value());
  }
  for (const char* time : {"02/29/2024 10:11:12", "Thu Feb 29 10:11:12 2024", "2024-02-29",
                           "2024-02-29 10:11", "2024-02-29 24:00:00", "2024-02-29 10:11:12.",
                           "2024-02-29 10:11:12.1234567", "2024-02-29 10:11:12+01"}) {
    INFO(time);
    REQUIRE_FALSE(InText(month, oid::kTimestamp, time).has_value());
  }
  for (const char* time : {"2024-02-29 10:11:12", "2024-02-29 10:11:12 CET",
                           "2024-02-29 10:11:12+1", "2024-02-29 10:11:12+01:75"}) {
    INFO(time);
    REQUIRE_FALSE(InText(month, oid::kTimestamptz, time).has_value());
  }
}

TEST_CASE("a time in binary of another length, or before the first day, becomes NULL") {
  const Mask year = With(Kind::kDateTrunc, 0, "year");
  for (const char* hex : {"", "00", "0000000000", "ffda97a6", "80000001"}) {
    REQUIRE_FALSE(InBinary(year, oid::kDate, hex).has_value());
  }
  REQUIRE_FALSE(InBinary(year, oid::kTimestamp, "00000000").has_value());
  REQUIRE_FALSE(InBinary(year, oid::kTimestamp, "8000000000000001").has_value());
}

TEST_CASE("a time after the last day becomes NULL") {
  const Mask year = With(Kind::kDateTrunc, 0, "year");
  REQUIRE(InText(year, oid::kDate, "5874897-12-31") == "5874897-01-01");
  REQUIRE(InBinary(year, oid::kDate, "7fda970c").has_value());
  REQUIRE_FALSE(InBinary(year, oid::kDate, "7fda970d").has_value());
  REQUIRE(InText(year, oid::kTimestamp, "294276-12-31 23:59:59") == "294276-01-01 00:00:00");
  REQUIRE_FALSE(InText(year, oid::kTimestamp, "294277-01-01 00:00:00").has_value());
  REQUIRE_FALSE(InText(year, oid::kTimestamp, "5874897-12-31 00:00:00").has_value());
  REQUIRE_FALSE(InBinary(year, oid::kTimestamp, "7ffffffffffffffe").has_value());
}

TEST_CASE("the first year begins before there are dates") {
  REQUIRE_FALSE(InText(With(Kind::kDateTrunc, 0, "year"), oid::kDate, "4714-11-24 BC").has_value());
  REQUIRE(InText(With(Kind::kDateTrunc, 0, "year"), oid::kDate, "4713-05-01 BC") ==
          "4713-01-01 BC");
}

TEST_CASE("a unit that leaves every value as it is fits no date") {
  for (const char* unit : {"day", "hour", "minute", "second"}) {
    const Mask mask = With(Kind::kDateTrunc, 0, unit);
    REQUIRE_FALSE(Fits(mask, oid::kDate));
    REQUIRE_FALSE(InText(mask, oid::kDate, "2024-02-29").has_value());
    REQUIRE(Fits(mask, oid::kTimestamp));
    REQUIRE(Fits(mask, oid::kTimestamptz));
  }
  REQUIRE_FALSE(Fits(With(Kind::kDateTrunc, 0, "century"), oid::kTimestamp));
  REQUIRE_FALSE(Fits(With(Kind::kDateTrunc, 0, "year"), oid::kTime));
  REQUIRE_FALSE(Fits(With(Kind::kDateTrunc, 0, "year"), oid::kText));
}

TEST_CASE("an offset stays as it is shown") {
  const Mask hour = With(Kind::kDateTrunc, 0, "hour");
  REQUIRE(InText(hour, oid::kTimestamptz, "2024-02-29 10:11:12.5-09:30") ==
          "2024-02-29 10:00:00-09:30");
  REQUIRE(InText(hour, oid::kTimestamptz, "0044-03-15 10:11:12+00:53:28 BC") ==
          "0044-03-15 10:00:00+00:53:28 BC");
}

}  // namespace
}  // namespace portreeve::mask
