#include "identity/plain_text.h"

#include <catch2/catch.hpp>
#include <string>

namespace portreeve::identity {
namespace {

TEST_CASE("a name is what a person can see, in any script") {
  for (const char* text : {"a", "ana@example.com", "svc:migrator", "spiffe://example.com/ns/a/sa/b",
                           "repo:acme/app:ref:refs/heads/main", "Jürgen Größe", "田中", "Ελένη",
                           "a b", "\U0001f600", "\u0645\u0631\u064a\u0645"}) {
    INFO(text);
    CHECK(IsName(text));
  }
}

TEST_CASE("control, invisible and reordering characters make no name") {
  for (const std::string& character :
       {std::string("\0", 1),      std::string("\n"),        std::string("\r"),
        std::string("\t"),         std::string("\x1b"),      std::string("\x7f"),
        std::string("\u0080"),     std::string("\u0085"),    std::string("\u009f"),
        std::string("\u00ad"),     std::string("\u061c"),    std::string("\u180e"),
        std::string("\u200b"),     std::string("\u200d"),    std::string("\u200f"),
        std::string("\u2028"),     std::string("\u2029"),    std::string("\u202e"),
        std::string("\u2066"),     std::string("\u2069"),    std::string("\ufe0f"),
        std::string("\ufeff"),     std::string("\ufffd"),    std::string("\uffff"),
        std::string("\U000e0001"), std::string("\U000e0041")}) {
    INFO(character);
    CHECK_FALSE(IsName(character));
    CHECK_FALSE(IsName("a" + character + "b"));
    CHECK_FALSE(IsName("a" + character));
  }
}

TEST_CASE("a name is UTF-8 of 1 to 255 bytes") {
  CHECK_FALSE(IsName(""));
  CHECK(IsName(std::string(255, 'a')));
  CHECK_FALSE(IsName(std::string(256, 'a')));
  for (const char* text :
       {"\xff", "a\x80", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
    CHECK_FALSE(IsName(text));
  }
}

}  // namespace
}  // namespace portreeve::identity
