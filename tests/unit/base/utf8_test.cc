#include "base/utf8.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <string>

namespace portreeve::base {
namespace {

std::string Encode(uint32_t point) {
  const auto byte = [](uint32_t value) { return static_cast<char>(value); };
  const auto next = [&](int shift) { return byte(0x80 | (point >> shift & 0x3f)); };
  if (point < 0x80) return {byte(point)};
  if (point < 0x800) return {byte(0xc0 | point >> 6), next(0)};
  if (point < 0x10000) return {byte(0xe0 | point >> 12), next(6), next(0)};
  return {byte(0xf0 | point >> 18), next(12), next(6), next(0)};
}

TEST_CASE("every character of Unicode is accepted and nothing beyond") {
  for (uint32_t point = 0; point < 0x120000; point += point < 0x11000 ? 1 : 7) {
    const bool surrogate = point >= 0xd800 && point < 0xe000;
    const bool expected = !surrogate && point <= 0x10ffff;
    if (IsUtf8(Encode(point)) != expected) FAIL("U+" << std::hex << point);
  }
  CHECK(IsUtf8(Encode(0x10ffff)));
  CHECK_FALSE(IsUtf8(Encode(0x110000)));
}

TEST_CASE("overlong forms, lone bytes and cut characters are refused") {
  for (const std::string_view text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf", "\xf5\x80\x80\x80", "\xfe", "\xff", "\xc2", "\xe2\x82", "\xf0\x9f\x98",
        "\xc2"
        "a",
        "\xe2\x82"
        "a",
        "\xf0\x9f\x98"
        "a",
        "\xe2"
        "a\x82"}) {
    CHECK(Utf8PrefixLength(text) == 0);
    CHECK_FALSE(IsUtf8(text));
  }
  CHECK(IsUtf8(""));
}

TEST_CASE("characters that move the reader's cursor or order are told from those that are shown") {
  const auto expected = [](uint32_t point) {
    return point < 0x20 || (point >= 0x7f && point < 0xa0) ||
           (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
  };
  for (uint32_t point = 0; point < 0x11000; ++point) {
    if (IsControl(Encode(point)) != expected(point)) FAIL("U+" << std::hex << point);
  }
  CHECK_FALSE(IsControl(""));
  CHECK_FALSE(IsControl("😀"));
}

TEST_CASE("a character's length is that of its bytes, or nothing") {
  CHECK(Utf8CharacterLength("") == 0);
  CHECK(Utf8CharacterLength("ab") == 1);
  CHECK(Utf8CharacterLength("éa") == 2);
  CHECK(Utf8CharacterLength("東") == 3);
  CHECK(Utf8CharacterLength("😀") == 4);
  CHECK(Utf8CharacterLength("\xe6\x9d") == 0);
}

TEST_CASE("the prefix ends before the first bad byte, wherever it stands") {
  for (size_t before = 0; before < 40; ++before) {
    for (size_t after = 0; after < 20; ++after) {
      const std::string text = std::string(before, 'a') + '\xff' + std::string(after, 'b');
      CHECK(Utf8PrefixLength(text) == before);
      const std::string cut = std::string(before, 'a') + "é" + std::string(after, 'b') + '\xc3';
      CHECK(Utf8PrefixLength(cut) == cut.size() - 1);
    }
  }
}

TEST_CASE("only bytes that are no part of a character are replaced") {
  const auto replaced = [](std::string text) {
    ReplaceNonUtf8(text);
    return text;
  };
  CHECK(replaced("") == "");
  CHECK(replaced("plain é 東 😀") == "plain é 東 😀");
  CHECK(replaced("a\xff"
                 "b") == "a?b");
  CHECK(replaced("\xe2\x82") == "??");
  CHECK(replaced("\xc2\xc2\xa9\x80") == "?\u00a9?");
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  CHECK(IsUtf8(replaced(all)));
  CHECK(replaced(all).size() == all.size());
}

}  // namespace
}  // namespace portreeve::base
