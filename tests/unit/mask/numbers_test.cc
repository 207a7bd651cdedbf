#include <catch2/catch.hpp>

#include "unit/mask/masks.h"

namespace portreeve::mask {
namespace {

TEST_CASE("an integer is rounded before the point only") {
  for (const uint32_t type : {oid::kInt2, oid::kInt4, oid::kInt8}) {
    REQUIRE(Fits(With(Kind::kRound, -1), type));
    REQUIRE_FALSE(Fits(With(Kind::kRound, 0), type));
    REQUIRE_FALSE(InText(With(Kind::kRound, 2), type, "17").has_value());
    REQUIRE(InText(With(Kind::kRound, -3), type, "-1500") == "-2000");
    REQUIRE(InText(With(Kind::kRound, -25), type, "1500") == "0");
  }
  REQUIRE(InBinary(With(Kind::kRound, -2), oid::kInt2, "fe79") == "fe70");
  REQUIRE(InBinary(With(Kind::kRound, -2), oid::kInt4, "0000012b") == "0000012c");
}

TEST_CASE("an integer that would round to more than its type holds becomes NULL") {
  REQUIRE_FALSE(InText(With(Kind::kRound, -1), oid::kInt2, "32767").has_value());
  REQUIRE_FALSE(InText(With(Kind::kRound, -1), oid::kInt4, "2147483647").has_value());
  REQUIRE_FALSE(InText(With(Kind::kRound, -1), oid::kInt8, "9223372036854775807").has_value());
  REQUIRE_FALSE(InText(With(Kind::kRound, -19), oid::kInt8, "-9223372036854775808").has_value());
  REQUIRE(InText(With(Kind::kRound, -19), oid::kInt8, "4999999999999999999") == "0");
}

TEST_CASE("what is no number becomes NULL") {
  const Mask tens = With(Kind::kRound, -1);
  for (const char* text : {"", "-", "1x", " 1", "1 ", "0x10", "+1", "1e3", "99999999999999999999",
                           "123-45-6789", "1.", ".5", "1,5"}) {
    INFO(text);
    REQUIRE_FALSE(InText(tens, oid::kInt8, text).has_value());
    if (std::string_view(text) == "99999999999999999999") continue;
    REQUIRE_FALSE(InText(tens, oid::kNumeric, text).has_value());
  }
  for (const char* text : {"", "x", "1.5kg", "inf", "nan", "1e999", " 1"}) {
    INFO(text);
    REQUIRE_FALSE(InText(tens, oid::kFloat8, text).has_value());
  }
  for (const char* hex : {"", "00", "0001", "00010000000000", "0001000000000000",
                          "00010000100000000005", "0001000000004000ffff", "00010000000000002710",
                          "000100000000000000050000", "00010000c00000000005"}) {
    INFO(hex);
    REQUIRE_FALSE(InBinary(tens, oid::kNumeric, hex).has_value());
  }
  REQUIRE_FALSE(InBinary(tens, oid::kFloat8, "3ff00000").has_value());
}

TEST_CASE("a float is rounded by the digits that it is written with") {
  REQUIRE(InText(With(Kind::kRound, 2), oid::kFloat8, "1.005") == "1.01");
  REQUIRE(InText(With(Kind::kRound, 0), oid::kFloat8, "-2.5") == "-3");
  REQUIRE(InText(With(Kind::kRound, -2), oid::kFloat8, "1e+15") == "1e+15");
  REQUIRE(InText(With(Kind::kRound, -3), oid::kFloat8, "1.2345e+15") == "1.2345e+15");
  REQUIRE(InText(With(Kind::kRound, -13), oid::kFloat8, "1.2345e+15") == "1.23e+15");
  REQUIRE(InText(With(Kind::kRound, 3), oid::kFloat8, "1e-05") == "0");
  REQUIRE(InText(With(Kind::kRound, 2), oid::kFloat4, "0.335") == "0.34");
  REQUIRE(InText(With(Kind::kRound, 1), oid::kFloat8, "5e-324") == "0");
  REQUIRE(InText(With(Kind::kRound, -38), oid::kFloat4, "3.4028235e+38") == "3e+38");
  REQUIRE_FALSE(InText(With(Kind::kRound, -39), oid::kFloat4, "3.4028235e+38") == "3.4028235e+38");
}

TEST_CASE("money, dates and texts are not rounded") {
  constexpr uint32_t kMoney = 790;
  for (const uint32_t type : {kMoney, oid::kText, oid::kDate, oid::kBool, uint32_t{0}}) {
    REQUIRE_FALSE(Fits(With(Kind::kRound, -1), type));
    REQUIRE_FALSE(InText(With(Kind::kRound, -1), type, "17").has_value());
  }
}

}  // namespace
}  // namespace portreeve::mask
