// date_trunc.

#include "mask/calendar.h"
#include "mask/kinds.h"
#include "mask/types.h"

namespace portreeve::mask {
namespace {

// 2000-01-03 was a Monday.
constexpr int64_t kMonday = 2;

void TruncateDays(std::string_view unit, Moment& moment) {
  moment.time_us = 0;
  if (unit == "day") return;
  if (unit == "week") {
    const int64_t since_monday = ((moment.days - kMonday) % 7 + 7) % 7;
    moment.days -= since_monday;
    return;
  }
  Date date = DateOf(moment.days);
  date.day = 1;
  if (unit == "quarter") date.month -= (date.month - 1) % 3;
  if (unit == "year") date.month = 1;
  moment.days = DaysOf(date);
}

int64_t PartOfDayUs(std::string_view unit) {
  if (unit == "hour") return int64_t{3600} * 1'000'000;
  if (unit == "minute") return int64_t{60} * 1'000'000;
  if (unit == "second") return 1'000'000;
  return 0;
}

bool IsDays(std::string_view unit) {
  return unit == "year" || unit == "quarter" || unit == "month" || unit == "week";
}

}  // namespace

bool DateTruncFits(std::string_view unit, uint32_t type_oid) {
  // A day is no less than a date says.
  if (type_oid == oid::kDate) return IsDays(unit);
  if (type_oid != oid::kTimestamp && type_oid != oid::kTimestamptz) return false;
  return IsDays(unit) || unit == "day" || PartOfDayUs(unit) != 0;
}

bool DateTrunc(std::string_view unit, uint32_t type_oid, Format format, std::string_view value,
               std::string& out) {
  if (!DateTruncFits(unit, type_oid)) return false;
  auto moment = ReadMoment(type_oid, format, value);
  if (!moment) return false;
  if (moment->kind == Moment::Kind::kFinite) {
    if (const int64_t part_us = PartOfDayUs(unit); part_us != 0) {
      moment->time_us -= moment->time_us % part_us;
    } else {
      TruncateDays(unit, *moment);
    }
    if (moment->days < kFirstDay) return false;
  }
  AppendMoment(type_oid, format, *moment, out);
  return true;
}

}  // namespace portreeve::mask
