#include "mask/calendar.h"

#include <limits>

#include "mask/integers.h"
#include "mask/types.h"

namespace portreeve::mask {
namespace {

// Days from 0000-03-01 to 2000-01-01.
constexpr int64_t kShiftDays = 730'425;
constexpr int64_t kDaysOf400Years = 146'097;
// The last days of dates and of timestamps: 5874897-12-31 and 294276-12-31.
constexpr int64_t kLastDay = 2'145'031'948;
constexpr int64_t kLastDayOfTimes = 106'751'982;
constexpr int64_t kLastYear = 5'874'897;

bool TakeChar(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int64_t> TakeDigits(std::string_view& text, size_t least, size_t most) {
  size_t count = 0;
  int64_t number = 0;
  while (count < text.size() && count < most && text[count] >= '0' && text[count] <= '9') {
    number = number * 10 + (text[count++] - '0');
  }
  if (count < least) return std::nullopt;
  text.remove_prefix(count);
  return number;
}

bool TakeDate(std::string_view& text, Date& date) {
  const auto year = TakeDigits(text, 4, 7);
  if (!year || !TakeChar(text, '-')) return false;
  const auto month = TakeDigits(text, 2, 2);
  if (!month || !TakeChar(text, '-')) return false;
  const auto day = TakeDigits(text, 2, 2);
  if (!day || *year < 1 || *year > kLastYear) return false;
  date = {*year, static_cast<int>(*month), static_cast<int>(*day)};
  return true;
}

bool TakeZone(std::string_view& text, Moment& moment) {
  const std::string_view before = text;
  const bool west = !text.empty() && text.front() == '-';
  if (!TakeChar(text, west ? '-' : '+')) return false;
  int64_t seconds = 0;
  for (int64_t unit = 3600; unit >= 1; unit /= 60) {
    const auto part = TakeDigits(text, 2, 2);
    if (!part || *part >= 60) return false;
    seconds += *part * unit;
    if (unit == 1 || !TakeChar(text, ':')) break;
  }
  moment.zone = before.substr(0, before.size() - text.size());
  moment.offset_s = west ? -seconds : seconds;
  return true;
}

std::optional<Moment> ReadText(uint32_t type_oid, std::string_view text) {
  Moment moment;
  if (text == "infinity") moment.kind = Moment::Kind::kInfinity;
  if (text == "-infinity") moment.kind = Moment::Kind::kMinusInfinity;
  if (moment.kind != Moment::Kind::kFinite) return moment;
  Date date;
  if (!TakeDate(text, date)) return std::nullopt;
  if (type_oid != oid::kDate) {
    if (!TakeChar(text, ' ')) return std::nullopt;
    const auto time_us = TakeTimeUs(text);
    if (!time_us) return std::nullopt;
    moment.time_us = *time_us;
    if (type_oid == oid::kTimestamptz && !TakeZone(text, moment)) return std::nullopt;
  }
  if (text == " BC") {
    date.year = 1 - date.year;
  } else if (!text.empty()) {
    return std::nullopt;
  }
  moment.days = DaysOf(date);
  const Date back = DateOf(moment.days);
  if (back.month != date.month || back.day != date.day) return std::nullopt;
  return moment;
}

std::optional<Moment> ReadBinary(uint32_t type_oid, std::string_view value) {
  const size_t bytes = type_oid == oid::kDate ? 4 : 8;
  const auto number = ReadInteger(Format::kBinary, bytes, value);
  if (!number) return std::nullopt;
  const int64_t most = bytes == 4 ? INT32_MAX : INT64_MAX;
  Moment moment;
  if (*number == most) {
    moment.kind = Moment::Kind::kInfinity;
  } else if (*number == -most - 1) {
    moment.kind = Moment::Kind::kMinusInfinity;
  } else if (bytes == 4) {
    moment.days = *number;
  } else {
    const bool before = *number % kDayUs < 0;
    moment.days = *number / kDayUs - (before ? 1 : 0);
    moment.time_us = *number % kDayUs + (before ? kDayUs : 0);
  }
  return moment;
}

void AppendTwo(int64_t number, std::string& out) {
  out += static_cast<char>('0' + number / 10);
  out += static_cast<char>('0' + number % 10);
}

void AppendText(uint32_t type_oid, const Moment& moment, std::string& out) {
  const Date date = DateOf(moment.days);
  const int64_t year = date.year > 0 ? date.year : 1 - date.year;
  for (int64_t least = 1000; least > year; least /= 10) out += '0';
  AppendDecimal(year, out);
  out += '-';
  AppendTwo(date.month, out);
  out += '-';
  AppendTwo(date.day, out);
  if (type_oid != oid::kDate) {
    const int64_t seconds = moment.time_us / 1'000'000;
    out += ' ';
    AppendTwo(seconds / 3600, out);
    out += ':';
    AppendTwo(seconds / 60 % 60, out);
    out += ':';
    AppendTwo(seconds % 60, out);
    int64_t fraction = moment.time_us % 1'000'000;
    if (fraction != 0) out += '.';
    for (int64_t unit = 100'000; fraction != 0; unit /= 10) {
      out += static_cast<char>('0' + fraction / unit);
      fraction %= unit;
    }
    out += moment.zone;
  }
  if (date.year <= 0) out += " BC";
}

}  // namespace

// After H. Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March, so that
// the day that a leap year has more is the last one.
int64_t DaysOf(const Date& date) {
  const int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year =
      (153 * (date.month > 2 ? date.month - 3 : date.month + 9) + 2) / 5 + date.day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * kDaysOf400Years + day_of_era - kShiftDays;
}

Date DateOf(int64_t days) {
  days += kShiftDays;
  const int64_t era = (days >= 0 ? days : days - (kDaysOf400Years - 1)) / kDaysOf400Years;
  const int64_t day_of_era = days - era * kDaysOf400Years;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  Date date;
  date.day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  date.month =
      static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  date.year = year_of_era + era * 400 + (date.month <= 2 ? 1 : 0);
  return date;
}

std::optional<int64_t> TakeTimeUs(std::string_view& text) {
  const auto hour = TakeDigits(text, 2, 2);
  if (!hour || *hour > 23 || !TakeChar(text, ':')) return std::nullopt;
  const auto minute = TakeDigits(text, 2, 2);
  if (!minute || *minute > 59 || !TakeChar(text, ':')) return std::nullopt;
  const auto second = TakeDigits(text, 2, 2);
  if (!second || *second > 59) return std::nullopt;
  int64_t time_us = ((*hour * 60 + *minute) * 60 + *second) * 1'000'000;
  if (TakeChar(text, '.')) {
    const size_t before = text.size();
    const auto fraction = TakeDigits(text, 1, 6);
    if (!fraction) return std::nullopt;
    int64_t fraction_us = *fraction;
    for (size_t digits = before - text.size(); digits < 6; ++digits) fraction_us *= 10;
    time_us += fraction_us;
  }
  return time_us;
}

std::optional<Moment> ReadMoment(uint32_t type_oid, Format format, std::string_view value) {
  auto moment = format == Format::kText ? ReadText(type_oid, value) : ReadBinary(type_oid, value);
  const int64_t last = type_oid == oid::kDate ? kLastDay : kLastDayOfTimes;
  if (moment && (moment->days < kFirstDay || moment->days > last)) return std::nullopt;
  return moment;
}

void AppendMoment(uint32_t type_oid, Format format, const Moment& moment, std::string& out) {
  const bool is_date = type_oid == oid::kDate;
  if (moment.kind != Moment::Kind::kFinite) {
    const bool negative = moment.kind == Moment::Kind::kMinusInfinity;
    if (format == Format::kText) {
      out += negative ? "-infinity" : "infinity";
    } else {
      const int64_t most = is_date ? INT32_MAX : INT64_MAX;
      AppendInteger(format, is_date ? 4 : 8, negative ? -most - 1 : most, out);
    }
  } else if (format == Format::kText) {
    AppendText(type_oid, moment, out);
  } else if (is_date) {
    AppendInteger(format, 4, moment.days, out);
  } else {
    AppendInteger(format, 8, moment.days * kDayUs + moment.time_us, out);
  }
}

}  // namespace portreeve::mask
