#include "saml/date_time.h"

#include <array>
#include <chrono>
#include <cstdio>

#include "base/digits.h"

namespace portreeve::saml {
namespace {

constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
constexpr size_t kMaxFraction = 9;

bool HasShape(std::string_view text) {
  for (size_t i = 0; i < kShape.size(); ++i) {
    if (kShape[i] == 'd' ? !base::IsDigit(text[i]) : text[i] != kShape[i]) return false;
  }
  return true;
}

bool IsEnd(std::string_view text) {
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const size_t digits = text.find_first_not_of("0123456789");
    if (digits == 0 || digits == text.npos || digits > kMaxFraction) return false;
    text.remove_prefix(digits);
  }
  return text == "Z";
}

int Number(std::string_view text, size_t at, size_t digits) {
  int number = 0;
  for (const char digit : text.substr(at, digits)) number = number * 10 + (digit - '0');
  return number;
}

}  // namespace

std::optional<int64_t> ParseDateTime(std::string_view text) {
  if (text.size() <= kShape.size() || !HasShape(text) || !IsEnd(text.substr(kShape.size()))) {
    return std::nullopt;
  }
  const std::chrono::year_month_day day(std::chrono::year(Number(text, 0, 4)),
                                        std::chrono::month(unsigned(Number(text, 5, 2))),
                                        std::chrono::day(unsigned(Number(text, 8, 2))));
  const int hour = Number(text, 11, 2);
  const int minute = Number(text, 14, 2);
  const int second = Number(text, 17, 2);
  if (!day.ok() || int(day.year()) < 1970 || hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  const int64_t days = std::chrono::sys_days(day).time_since_epoch().count();
  return days * 86'400 + hour * 3'600 + minute * 60 + second;
}

std::string FormatDateTime(int64_t unix_s) {
  const std::chrono::sys_seconds time{std::chrono::seconds(unix_s)};
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day day(midnight);
  const int seconds = static_cast<int>((time - midnight).count());
  std::array<char, 64> text;
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ",
                                 int(day.year()), unsigned(day.month()), unsigned(day.day()),
                                 seconds / 3600, seconds / 60 % 60, seconds % 60);
  return std::string(text.data(), static_cast<size_t>(size));
}

}  // namespace portreeve::saml
