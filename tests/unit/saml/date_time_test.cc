#include "saml/date_time.h"

#include <catch2/catch.hpp>

namespace portreeve::saml {
namespace {

TEST_CASE("a time in UTC is read and written") {
  CHECK(ParseDateTime("1970-01-01T00:00:00Z") == 0);
  CHECK(ParseDateTime("2027-01-15T08:00:00Z") == 1'800'000'000);
  CHECK(ParseDateTime("2027-01-15T08:00:00.999Z") == 1'800'000'000);
  CHECK(ParseDateTime("2024-02-29T23:59:59.123456789Z") == 1'709'251'199);
  CHECK(ParseDateTime("9999-12-31T23:59:59Z") == 253'402'300'799);
  CHECK(FormatDateTime(0) == "1970-01-01T00:00:00Z");
  CHECK(FormatDateTime(1'800'000'000) == "2027-01-15T08:00:00Z");
}

TEST_CASE("what is not a time in UTC is no time") {
  for (const char* text : {"",
                           "Z",
                           "2027-01-15",
                           "2027-01-15T08:00:00",
                           "2027-01-15T08:00:00+00:00",
                           "2027-01-15T08:00:00-01:00",
                           "2027-01-15t08:00:00Z",
                           "2027-01-15T08:00:00z",
                           "2027-01-15T08:00:00.Z",
                           "2027-01-15T08:00:00.1234567890Z",
                           "2027-01-15T08:00:00ZZ",
                           " 2027-01-15T08:00:00Z",
                           "2027-01-15T08:00:00 Z",
                           "2027-13-15T08:00:00Z",
                           "2027-02-29T08:00:00Z",
                           "2027-01-00T08:00:00Z",
                           "2027-01-15T24:00:00Z",
                           "2027-01-15T08:60:00Z",
                           "2027-01-15T08:00:60Z",
                           "1969-12-31T23:59:59Z",
                           "-2027-01-15T08:00:00Z",
                           "12027-01-15T08:00:00Z",
                           "2027-1-15T08:00:00Z",
                           "\xd9\xa2\xd9\xa0-01-15T08:00:00Z"}) {
    INFO(text);
    CHECK(ParseDateTime(text) == std::nullopt);
  }
}

}  // namespace
}  // namespace portreeve::saml
