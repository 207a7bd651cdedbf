// Dates and times as PostgreSQL counts them: the Gregorian calendar extended in both directions,
// days and microseconds since 2000-01-01. Its one rule: only DateStyle ISO is read and written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mask/mask.h"

namespace portreeve::mask {

inline constexpr int64_t kDayUs = 86'400'000'000;
// 4714-11-24 BC, the first day that PostgreSQL has.
inline constexpr int64_t kFirstDay = -2'451'545;

struct Date {
  int64_t year = 2000;  // 0 is 1 BC.
  int month = 1;
  int day = 1;
};

int64_t DaysOf(const Date& date);
Date DateOf(int64_t days);

// What a date, timestamp or timestamptz says.
struct Moment {
  enum class Kind : uint8_t { kFinite, kInfinity, kMinusInfinity };
  Kind kind = Kind::kFinite;
  int64_t days = 0;
  int64_t time_us = 0;    // Of the day.
  std::string_view zone;  // In text: "+02", a view into what was read; empty for other types.
  int64_t offset_s = 0;   // What it says.
};

// nullopt: the value is none of that type, which is date, timestamp or timestamptz.
std::optional<Moment> ReadMoment(uint32_t type_oid, Format format, std::string_view value);
void AppendMoment(uint32_t type_oid, Format format, const Moment& moment, std::string& out);

// "HH:MM:SS" with up to six digits of a second; takes it off `text`.
std::optional<int64_t> TakeTimeUs(std::string_view& text);

}  // namespace portreeve::mask
