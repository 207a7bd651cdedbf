// What holds for any value: with thousands of random ones.
#include <catch2/catch.hpp>
#include <functional>
#include <random>
#include <vector>

#include "unit/mask/masks.h"

namespace portreeve::mask {
namespace {

constexpr int kValues = 2'000;

class Values {
 public:
  int64_t Number(int64_t most) { return std::uniform_int_distribution<int64_t>(0, most)(random_); }
  std::string Of(std::string_view characters, size_t bytes) {
    std::string text;
    while (text.size() < bytes) {
      text += characters[static_cast<size_t>(Number(static_cast<int64_t>(characters.size()) - 1))];
    }
    return text;
  }
  std::string Padded(int64_t number, size_t digits) {
    const std::string text = std::to_string(number);
    return std::string(digits - std::min(digits, text.size()), '0') + text;
  }

  std::string Text() { return Of("abcdefghijklmnopqrstuvwxyz .-ABCDEF0123456789", 12 + Length()); }
  std::string Integer() { return (Number(1) == 0 ? "-" : "") + std::to_string(1 + Number(2e9)); }
  std::string Decimal() {
    return Integer() + (Number(1) == 0 ? "" : "." + Of("0123456789", 1 + Length()));
  }
  std::string Float() {
    return std::to_string(1 + Number(9)) + "." + Of("123456789", 5) + "e" +
           std::to_string(Number(60) - 30);
  }
  std::string Date() {
    return Padded(1 + Number(9'999), 4) + "-" + Padded(1 + Number(11), 2) + "-" +
           Padded(1 + Number(27), 2);
  }
  std::string Time() {
    return Date() + " " + Padded(Number(23), 2) + ":" + Padded(Number(59), 2) + ":" +
           Padded(Number(59), 2) + "." + Of("0123456789", 5) + "7";
  }
  std::string Uuid() {
    const std::string_view hex = "0123456789abcdef";
    return Of(hex, 8) + "-" + Of(hex, 4) + "-" + Of(hex, 4) + "-" + Of(hex, 4) + "-" + Of(hex, 12);
  }
  std::string Bytea() { return "\\x" + Of("0123456789abcdef", 2 * (8 + Length())); }
  std::string Json() { return "{\"a\":\"" + Of("abcdefgh", 8 + Length()) + "\"}"; }

 private:
  size_t Length() { return static_cast<size_t>(Number(30)); }

  std::mt19937_64 random_{17};
};

struct Type {
  uint32_t type_oid;
  std::function<std::string(Values&)> value;
};

std::vector<Type> Types() {
  return {{oid::kText, &Values::Text},
          {oid::kVarchar, &Values::Text},
          {oid::kBpchar, &Values::Text},
          {oid::kInt4, &Values::Integer},
          {oid::kInt8, &Values::Integer},
          {oid::kNumeric, &Values::Decimal},
          {oid::kFloat4, &Values::Float},
          {oid::kFloat8, &Values::Float},
          {oid::kDate, &Values::Date},
          {oid::kTimestamp, &Values::Time},
          {oid::kTimestamptz, [](Values& values) { return values.Time() + "+00"; }},
          {oid::kUuid, &Values::Uuid},
          {oid::kBytea, &Values::Bytea},
          {oid::kJson, &Values::Json},
          {oid::kJsonb, &Values::Json}};
}

std::vector<Mask> Masks() {
  std::vector<Mask> masks = {With(Kind::kRedact),       With(Kind::kNullValue),
                             With(Kind::kPartialEmail), With(Kind::kHash),
                             With(Kind::kKeepLast, 4),  With(Kind::kRound, 2),
                             With(Kind::kRound, -3)};
  for (const char* unit : {"year", "quarter", "month", "week", "day", "hour", "minute", "second"}) {
    masks.push_back(With(Kind::kDateTrunc, 0, unit));
  }
  return masks;
}

// A constant is read as its type and written in binary: a second way from text to binary.
std::optional<std::string> ToBinary(uint32_t type_oid, std::string_view text) {
  return Masked(With(Kind::kConstant, 0, std::string(text)), type_oid, Format::kBinary, "");
}

TEST_CASE("what a mask makes is a value of the type, the same in text and in binary") {
  Values values;
  for (const Type& type : Types()) {
    for (int i = 0; i < kValues; ++i) {
      const std::string value = type.value(values);
      const auto binary = ToBinary(type.type_oid, value);
      REQUIRE(binary.has_value());
      for (const Mask& mask : Masks()) {
        const auto masked = InText(mask, type.type_oid, value);
        const auto masked_binary = Masked(mask, type.type_oid, Format::kBinary, *binary);
        if (masked.has_value() != masked_binary.has_value() ||
            (masked && ToBinary(type.type_oid, *masked) != masked_binary)) {
          FAIL(type.type_oid << " " << value << " gives " << masked.value_or("NULL"));
        }
      }
    }
  }
}

TEST_CASE("a mask that fits gives a value for every valid one, and one that does not gives NULL") {
  Values values;
  for (const Type& type : Types()) {
    for (const Mask& mask : Masks()) {
      const bool fits = Fits(mask, type.type_oid) && mask.kind != Kind::kNullValue;
      for (int i = 0; i < 20; ++i) {
        const std::string value = type.value(values);
        // An int4 may have too little room for what it rounds to.
        const bool tight = type.type_oid == oid::kInt4 && mask.kind == Kind::kRound;
        if (InText(mask, type.type_oid, value).has_value() != fits && !tight) {
          FAIL(type.type_oid << " " << value << " under kind " << static_cast<int>(mask.kind));
        }
      }
    }
  }
}

TEST_CASE("nothing that is hidden comes out, be it a part of four characters") {
  Values values;
  for (int i = 0; i < kValues; ++i) {
    // Letters that are in no token and in no fixed text.
    const std::string value = values.Of("GHIJKLMNOPQRSTUVWXYZ", 8 + static_cast<size_t>(i % 40));
    for (const Mask& mask : Masks()) {
      const auto masked = InText(mask, oid::kText, value);
      if (!masked) continue;
      const size_t kept = mask.kind == Kind::kKeepLast ? 4 : 0;
      for (size_t at = 0; at + 4 < value.size() - kept; ++at) {
        if (masked->find(value.substr(at, 4)) != std::string::npos) FAIL(value << " " << *masked);
      }
    }
  }
}

TEST_CASE("bytes that are no value of the type give NULL, or a text without them") {
  Values values;
  for (const Type& type : Types()) {
    for (int i = 0; i < kValues; ++i) {
      const std::string garbage = values.Of("\xff\xc0\x80;'\"{}(/", 5 + static_cast<size_t>(i % 9));
      for (const Mask& mask : Masks()) {
        const auto masked = InText(mask, type.type_oid, garbage);
        if (masked && masked->find(garbage) != std::string::npos) {
          FAIL(type.type_oid << " " << base::HexEncode(garbage) << " " << *masked);
        }
      }
    }
  }
}

}  // namespace
}  // namespace portreeve::mask
