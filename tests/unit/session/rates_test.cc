#include "session/rates.h"

#include <catch2/catch.hpp>

#include "hands.h"

namespace portreeve::session {
namespace {

constexpr int64_t kSecondUs = 1'000'000;

TEST_CASE("a minute's statements may be sent at once, and then as many as time gives") {
  RateMeter meter;
  for (int i = 0; i < 60; ++i) CHECK(meter.Take(1, 60, 5) == 0);
  CHECK(meter.Take(1, 60, 5) == kSecondUs);
  CHECK(meter.Take(1, 60, 5 + kSecondUs) == 0);
  CHECK(meter.Take(2, 60, 5 + 2 * kSecondUs) == kSecondUs);
  // What was not given was not taken.
  CHECK(meter.Take(1, 60, 5 + 2 * kSecondUs) == 0);
}

TEST_CASE("a bucket never holds more than a minute's") {
  RateMeter meter;
  CHECK(meter.Take(10, 10, 0) == 0);
  CHECK(meter.Take(11, 10, 3'600 * kSecondUs) > 0);
  CHECK(meter.Take(10, 10, 3'600 * kSecondUs) == 0);
}

TEST_CASE("sessions of one principal under one grant share a meter, others do not") {
  Rates rates;
  const auto meter = rates.Of("issuer", "ann", "read", 0);
  CHECK(rates.Of("issuer", "ann", "read", 0) == meter);
  CHECK(rates.Of("issuer", "ann", "write", 0) != meter);
  CHECK(rates.Of("issuer", "bob", "read", 0) != meter);
  CHECK(rates.Of("other", "ann", "read", 0) != meter);
}

TEST_CASE("a new session begins with what the last one left") {
  Rates rates;
  CHECK(rates.Of("issuer", "ann", "read", 0)->Take(5, 5, 0) == 0);
  for (int i = 0; i < 1'000; ++i) rates.Of("issuer", std::to_string(i), "read", kSecondUs);
  CHECK(rates.Of("issuer", "ann", "read", kSecondUs)->Take(1, 5, kSecondUs) > 0);
  // Those that say nothing any more are let go.
  CHECK(rates.size() < 200);
}

TEST_CASE("statements beyond per_minute are refused, but not what ends a transaction") {
  policy::Limits limits;
  limits.per_minute = 2;
  Hands hands(kAnything, 1024 * 1024, limits);
  CHECK(hands.Client(Query("BEGIN")) == Query("BEGIN"));
  CHECK(hands.Client(Query("SELECT 1")) == Query("SELECT 1"));
  const std::string run = Parse("", "SELECT 2") + Bind("", "") + Execute("") + Sync();
  CHECK(hands.Client(run) == run);
  CHECK(hands.Client(Query("SELECT 3")) != Query("SELECT 3"));
  CHECK(hands.LastRecord().rule() == "grants/test/limits/per_minute");
  CHECK(hands.Client(Query("ROLLBACK")) == Query("ROLLBACK"));
  hands.now_us += 31 * kSecondUs;
  CHECK(hands.Client(Query("SELECT 4")) == Query("SELECT 4"));
  const std::string heard =
      hands.Server(Complete("BEGIN") + Ready('T') + Complete("SELECT 1") + Ready('T') + Parsed() +
                   Bound() + Complete("SELECT 1") + Ready('T') + Error("42601"));
  CHECK(heard.find("53400") != std::string::npos);
  CHECK(heard.find("Try again in") != std::string::npos);
}

}  // namespace
}  // namespace portreeve::session
