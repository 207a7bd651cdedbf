#include <catch2/catch.hpp>

#include "unit/mask/masks.h"

namespace portreeve::mask {
namespace {

constexpr std::string_view kUuid = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";

TEST_CASE("redact puts a text of the type in the place of texts, and NULL in that of others") {
  const Mask redact = With(Kind::kRedact);
  for (const uint32_t type : {oid::kText, oid::kVarchar, oid::kBpchar, oid::kName, oid::kXml}) {
    REQUIRE(Fits(redact, type));
    REQUIRE(InText(redact, type, "secret") == "[redacted]");
    REQUIRE(Masked(redact, type, Format::kBinary, "secret") == "[redacted]");
  }
  REQUIRE(InText(redact, oid::kJson, "{}") == "\"[redacted]\"");
  REQUIRE(InText(redact, oid::kJsonb, "{}") == "\"[redacted]\"");
  REQUIRE(Masked(redact, oid::kJsonb, Format::kBinary, "\1{}") == "\1\"[redacted]\"");
  for (const uint32_t type :
       {oid::kInt4, oid::kBytea, oid::kDate, oid::kTextArray, oid::kRecord, uint32_t{20000}}) {
    REQUIRE_FALSE(Fits(redact, type));
    REQUIRE_FALSE(InText(redact, type, "secret").has_value());
  }
}

TEST_CASE("null_value fits everything") {
  REQUIRE(Fits(With(Kind::kNullValue), oid::kInt4));
  REQUIRE(Fits(With(Kind::kNullValue), 20000));
  REQUIRE_FALSE(InText(With(Kind::kNullValue), oid::kText, "secret").has_value());
}

TEST_CASE("partial_email keeps the first character and the domain") {
  const Mask mask = With(Kind::kPartialEmail);
  REQUIRE(InText(mask, oid::kText, "ada.lovelace@example.com") == "a***@example.com");
  REQUIRE(InText(mask, oid::kVarchar, "Åsa@exämple.se") == "Å***@exämple.se");
  REQUIRE(InText(mask, oid::kText, "a@example.com") == "***@example.com");
  REQUIRE(InText(mask, oid::kBpchar, "ada@example.com    ") == "a***@example.com");
  REQUIRE(InText(mask, oid::kText, "root@localhost") == "r***@localhost");
}

TEST_CASE("partial_email shows nothing of what is no address") {
  const Mask mask = With(Kind::kPartialEmail);
  for (const char* text : {"", "secret", "@example.com", "ada@", "ada@exa mple.com", "a@b@c.com",
                           "\"x@y\"@example.com", "ada@example.com, bob@example.com",
                           "ada@example.com<secret>", "\xff@example.com", "ada@example.com."}) {
    INFO(text);
    REQUIRE(InText(mask, oid::kText, text) == "***");
  }
  REQUIRE_FALSE(Fits(mask, oid::kJson));
}

TEST_CASE("keep_last keeps characters, and never more than half of them") {
  const Mask four = With(Kind::kKeepLast, 4);
  REQUIRE(InText(four, oid::kText, "4111111111111111") == "************1111");
  REQUIRE(InText(four, oid::kText, "12345678") == "****5678");
  REQUIRE(InText(four, oid::kText, "1234567") == "****567");
  REQUIRE(InText(four, oid::kText, "12") == "*2");
  REQUIRE(InText(four, oid::kText, "1") == "*");
  REQUIRE(InText(four, oid::kText, "").value() == "");
  REQUIRE(InText(four, oid::kText, "Größenwahn€äöü") == "**********€äöü");
  REQUIRE(InText(four, oid::kBpchar, "12345678  ") == "****5678");
  REQUIRE_FALSE(InText(four, oid::kText, "12345678\xff").has_value());
  REQUIRE_FALSE(Fits(With(Kind::kKeepLast, 0), oid::kText));
  REQUIRE_FALSE(Fits(With(Kind::kKeepLast, -1), oid::kText));
  REQUIRE_FALSE(Fits(four, oid::kInt8));
}

TEST_CASE("hash gives the same token for the same value, in either format") {
  const Mask hash = With(Kind::kHash);
  // HMAC-SHA-256 of "text", a zero byte and "ada", by `openssl dgst -sha256 -hmac`.
  REQUIRE(InText(hash, oid::kText, "ada") == "4f54e97d53b5e7ec0f79efe4b5dfcdc3");
  REQUIRE(Masked(hash, oid::kVarchar, Format::kBinary, "ada") == InText(hash, oid::kText, "ada"));
  REQUIRE(InText(hash, oid::kBpchar, "ada   ") == InText(hash, oid::kText, "ada"));
  REQUIRE(InText(hash, oid::kText, "ada ") != InText(hash, oid::kText, "ada"));
  const std::string four = InText(hash, oid::kInt4, "-17").value();
  const std::string eight = InText(hash, oid::kInt8, "-17").value();
  REQUIRE(std::stoll(four) == (std::stoll(eight) & 0x7fffffff));
  REQUIRE(std::stoll(eight) > 0);
  const std::string wide = InBinary(hash, oid::kInt8, "ffffffffffffffef").value();
  REQUIRE(std::stoll(wide, nullptr, 16) == std::stoll(eight));
  const std::string bytes = InText(hash, oid::kBytea, "\\x005c41ff27").value();
  REQUIRE(InText(hash, oid::kBytea, "\\000\\\\A\\377'") == bytes);
  REQUIRE("\\x" + InBinary(hash, oid::kBytea, "005c41ff27").value() == bytes);
  const std::string uuid = InText(hash, oid::kUuid, kUuid).value();
  REQUIRE(uuid.size() == kUuid.size());
  REQUIRE(uuid[14] == '8');
  std::string digits = uuid;
  std::erase(digits, '-');
  REQUIRE(InBinary(hash, oid::kUuid, "a0eebc999c0b4ef8bb6d6bb9bd380a11") == digits);
}

TEST_CASE("hash makes NULL of what is no value of its type") {
  const Mask hash = With(Kind::kHash);
  REQUIRE_FALSE(InText(hash, oid::kInt4, "2147483648").has_value());
  REQUIRE_FALSE(InText(hash, oid::kInt4, "x").has_value());
  REQUIRE_FALSE(InBinary(hash, oid::kInt4, "0000").has_value());
  REQUIRE_FALSE(InText(hash, oid::kUuid, "a0eebc999c0b4ef8bb6d6bb9bd380a11").has_value());
  REQUIRE_FALSE(InBinary(hash, oid::kUuid, "a0ee").has_value());
  REQUIRE_FALSE(InText(hash, oid::kBytea, "\\x0").has_value());
  REQUIRE_FALSE(InText(hash, oid::kBytea, "\\9").has_value());
  REQUIRE_FALSE(Fits(hash, oid::kInt2));
  REQUIRE_FALSE(Fits(hash, oid::kNumeric));
}

TEST_CASE("tokens of another key are other tokens") {
  std::string one;
  std::string other;
  const Mask hash = With(Kind::kHash);
  const HashKey key = *HashKey::FromBytes(std::string(32, 'k'));
  REQUIRE(Apply(hash, TestKey(), oid::kText, Format::kText, "ada", one));
  REQUIRE(Apply(hash, key, oid::kText, Format::kText, "ada", other));
  REQUIRE(one != other);
  const HashKey copy = key;
  std::string again;
  REQUIRE(Apply(hash, copy, oid::kText, Format::kText, "ada", again));
  REQUIRE(again == other);
  REQUIRE_FALSE(HashKey::FromBytes("short").ok());
}

TEST_CASE("a constant is written as the server writes it, in either format") {
  const auto check = [](uint32_t type, const char* constant, const char* text, const char* hex) {
    INFO(type << " " << constant);
    const Mask mask = With(Kind::kConstant, 0, constant);
    REQUIRE(Fits(mask, type));
    REQUIRE(InText(mask, type, "secret") == text);
    REQUIRE(InBinary(mask, type, "00") == hex);
  };
  check(oid::kText, "n/a", "n/a", "6e2f61");
  check(oid::kBool, "true", "t", "01");
  check(oid::kBool, "f", "f", "00");
  check(oid::kInt2, "-1", "-1", "ffff");
  check(oid::kInt8, "7", "7", "0000000000000007");
  check(oid::kOid, "4000000000", "4000000000", "ee6b2800");
  check(oid::kNumeric, "-1234567.0089", "-1234567.0089", "0003000140000004007b11d70059");
  check(oid::kNumeric, "0.00", "0.00", "0000000000000002");
  check(oid::kFloat8, "0.1", "0.1", "3fb999999999999a");
  check(oid::kFloat4, "0.1", "0.1", "3dcccccd");
  check(oid::kDate, "2020-01-02", "2020-01-02", "00001c8a");
  check(oid::kTimestamp, "2020-01-02 03:04:05.5", "2020-01-02 03:04:05.5", "00023e1e36f6b460");
  check(oid::kTimestamptz, "2020-01-02 03:04:05.5+02", "2020-01-02 03:04:05.5+02",
        "00023e1c89cf6c60");
  check(oid::kTime, "03:04:05.5", "03:04:05.5", "00000002925cf460");
  check(oid::kUuid, kUuid.data(), kUuid.data(), "a0eebc999c0b4ef8bb6d6bb9bd380a11");
  check(oid::kJsonb, "{\"a\":1}", "{\"a\":1}", "017b2261223a317d");
  check(oid::kBytea, "\\x00FF41", "\\x00ff41", "00ff41");
}

TEST_CASE("a constant that is no value of the type does not fit") {
  const auto refuse = [](uint32_t type, std::string constant) {
    INFO(type << " " << constant);
    const Mask mask = With(Kind::kConstant, 0, std::move(constant));
    REQUIRE_FALSE(Fits(mask, type));
    REQUIRE_FALSE(InText(mask, type, "secret").has_value());
  };
  refuse(oid::kInt2, "32768");
  refuse(oid::kInt4, "n/a");
  refuse(oid::kBool, "maybe");
  refuse(oid::kNumeric, "1e5");
  refuse(oid::kFloat8, "zero");
  refuse(oid::kDate, "01/02/2020");
  refuse(oid::kTimestamptz, "2020-01-02 03:04:05");
  refuse(oid::kUuid, "00000000");
  refuse(oid::kJson, "{a:1}");
  refuse(oid::kXml, "<a>");
  refuse(oid::kBytea, "\\xabc");
  refuse(oid::kName, std::string(64, 'x'));
  refuse(oid::kText, "\xff");
  refuse(oid::kTextArray, "{}");
}

}  // namespace
}  // namespace portreeve::mask
