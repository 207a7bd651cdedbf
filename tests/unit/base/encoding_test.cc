#include "base/encoding.h"

#include <array>
#include <catch2/catch.hpp>

#include "base/random.h"

namespace portreeve::base {
namespace {

using Decoder = std::optional<std::string> (*)(std::string_view);

// Every text of `length` characters out of a few of each kind.
template <typename Visit>
void ForEachText(size_t length, Visit visit) {
  constexpr std::string_view kKinds = "AQgw+-/_= \n";
  std::string text(length, kKinds[0]);
  std::array<size_t, 8> digits{};
  for (;;) {
    visit(text);
    size_t at = 0;
    while (at < length && ++digits[at] == kKinds.size()) {
      digits[at] = 0;
      text[at++] = kKinds[0];
    }
    if (at == length) return;
    text[at] = kKinds[digits[at]];
  }
}

TEST_CASE("the examples of RFC 4648 section 10 are written and read") {
  const std::pair<std::string, std::string> examples[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : examples) {
    CHECK(Base64Encode(bytes) == text);
    CHECK(Base64Decode(text) == bytes);
    const std::string bare = text.substr(0, text.find('='));
    CHECK(Base64UrlEncode(bytes) == bare);
    CHECK(Base64UrlDecode(bare) == bytes);
  }
  CHECK(HexEncode("\x01\xab\xff") == "01abff");
  CHECK(Base64Encode("\xfb\xff") == "+/8=");
  CHECK(Base64UrlEncode("\xfb\xff") == "-_8");
}

TEST_CASE("bytes of every length and value come back as they were") {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (size_t length = 0; length < 100; ++length) {
    for (const std::string& bytes : {all.substr(length), SecureRandomBytes(length)}) {
      CHECK(HexDecode(HexEncode(bytes)) == bytes);
      CHECK(Base64Decode(Base64Encode(bytes)) == bytes);
      CHECK(Base64UrlDecode(Base64UrlEncode(bytes)) == bytes);
    }
  }
}

TEST_CASE("whatever base64 is accepted is the one text of its value") {
  size_t accepted = 0;
  for (size_t length = 0; length <= 5; ++length) {
    ForEachText(length, [&](const std::string& text) {
      if (const auto bytes = Base64Decode(text)) {
        ++accepted;
        if (Base64Encode(*bytes) != text) FAIL("twin of " << Base64Encode(*bytes) << ": " << text);
      }
      if (const auto bytes = Base64UrlDecode(text)) {
        ++accepted;
        if (Base64UrlEncode(*bytes) != text) FAIL("twin, URL alphabet: " << text);
      }
    });
  }
  CHECK(accepted > 1000);
}

TEST_CASE("hex is lower case, whole bytes and nothing else") {
  for (const std::string_view text :
       {"0", "012", "0g", "g0", "AB", "aB", "0x01", " 01", "01 ", "-1"}) {
    INFO(text);
    CHECK_FALSE(HexDecode(text));
  }
  CHECK_FALSE(HexDecode(std::string_view("0\0", 2)));
  CHECK(HexDecode("00ff") == std::string("\x00\xff", 2));
}

TEST_CASE("padding stands at the end, is needed in one alphabet and refused in the other") {
  for (const std::string_view text :
       {"Zg", "Zg=", "Zg===", "Zg====", "=", "==", "====", "Z===", "Zm=v", "=m9v",
        "Zm9v====", "Zg==Zg==", "Zh==", "Zm9=", "Zm9v\n", "Zm 9v", "Zm-v", "Zm_v"}) {
    INFO(text);
    CHECK_FALSE(Base64Decode(text));
  }
  for (const std::string_view text : {"Zg==", "Zm8=", "Z", "Zh", "Zm9", "Zm+v", "Zm/v", "Zm9v\n"}) {
    INFO(text);
    CHECK_FALSE(Base64UrlDecode(text));
  }
  const Decoder decoders[] = {Base64Decode, Base64UrlDecode, HexDecode};
  for (const Decoder decode : decoders) {
    CHECK_FALSE(decode(std::string_view("\0\0\0\0", 4)));
    CHECK_FALSE(decode("\x80\xff\xe2\x80"));
  }
}

}  // namespace
}  // namespace portreeve::base
