#include "wire/trace.h"

#include <catch2/catch.hpp>
#include <variant>

#include "wire/backend.h"
#include "wire/frontend.h"

namespace portreeve::wire {
namespace {

using namespace std::string_view_literals;

TEST_CASE("a trace reads as libpq writes it") {
  std::string bytes;
  Query{"SELECT 'a\"b\\'"}.Encode(bytes);
  Describe{Target::kPortal, "p"}.Encode(bytes);
  Sync{}.Encode(bytes);
  std::string text;
  REQUIRE(AppendTrace(Side::kFrontend, bytes, text).ok());
  REQUIRE(text ==
          "F\t18\tQuery\t \"SELECT 'a\\x22b\\x5c'\"\n"
          "F\t7\tDescribe\t P \"p\"\n"
          "F\t4\tSync\n");
}

TEST_CASE("every byte survives the way to text and back") {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  std::string bytes;
  CopyData{all}.Encode(bytes);
  std::string text;
  REQUIRE(AppendTrace(Side::kBackend, bytes, text).ok());
  const auto messages = ParseTrace(text);
  REQUIRE(messages.ok());
  REQUIRE(messages->size() == 1);
  REQUIRE(messages->front().side == Side::kBackend);
  REQUIRE(messages->front().bytes == bytes);
}

TEST_CASE("what is not a whole message has no trace") {
  std::string text;
  REQUIRE_FALSE(AppendTrace(Side::kFrontend, "Q\0\0"sv, text).ok());
  REQUIRE_FALSE(AppendTrace(Side::kFrontend, "Q\0\0\0\7a\0"sv, text).ok());
  REQUIRE_FALSE(AppendTrace(Side::kFrontend, "Q\0\0\0\6ab"sv, text).ok());
  REQUIRE_FALSE(AppendTrace(Side::kFrontend, "Z\0\0\0\5I"sv, text).ok());
}

TEST_CASE("a line that is no trace is refused with its number") {
  for (const auto line : {
           "X\t4\tSync",
           "F\t5\tSync",
           "F\t4\tSink",
           "F\t4\tSync ",
           "F\t0\tunknown message",
           "F\t6\tQuery\t \"a",
           "F\t6\tQuery\t \"a\" ",
           "F\t6\tQuery\t a",
           "F\t6\tQuery\t \"\\y61\"",
           "F\t6\tQuery\t \"\\x6",
           "F\t6\tQuery\t \"\\",
           "B\t13\tDataRow\t 2 -1",
           "B\t9\tErrorResponse\t S \"x\"",
       }) {
    INFO(line);
    const auto messages = ParseTrace("# a comment\n\n" + std::string(line) + "\n");
    REQUIRE_FALSE(messages.ok());
    REQUIRE(base::FromAbsl(messages.status().message()) == "line 3 is no trace");
  }
}

}  // namespace
}  // namespace portreeve::wire
