#include "yaml/map_reader.h"

#include "reading.h"

namespace portreeve::yaml {
namespace {

using Messages = std::vector<std::string>;

TEST_CASE("values are read by their keys, each to its type") {
  Reading reading(
      "name: orders\nport: 5432\non: true\noff: false\nwait: 30s\nroom: 64KiB\n"
      "one: a\nmany: [a, \"b\"]\nmode: strict\nempty: \"\"\n");
  MapReader reader = reading.reader();
  CHECK(reader.String("name") == "orders");
  CHECK(reader.Integer("port", 1, 65535) == 5432);
  CHECK(reader.Bool("on") == true);
  CHECK(reader.Bool("off") == false);
  CHECK(reader.Duration("wait") == 30'000'000);
  CHECK(reader.Size("room") == 65'536);
  CHECK(reader.Strings("one") == std::vector<std::string>{"a"});
  CHECK(reader.Strings("many") == std::vector<std::string>{"a", "b"});
  CHECK(reader.Choice("mode", {"relaxed", "strict"}) == 1);
  CHECK(reader.String("empty") == "");
  CHECK_FALSE(reader.String("absent"));
  CHECK_FALSE(reader.Integer("absent", 0, 1));
  CHECK(reader.Require("name") != nullptr);
  reader.Finish();
  CHECK(reading.messages().empty());
}

TEST_CASE("all errors are told in one run, each with its place") {
  Reading reading(
      "name: [a]\n"
      "port: 70000\n"
      "on: yes\n"
      "wait: 30\n"
      "rooom: 1GiB\n"
      "many: [a, [b]]\n"
      "mode: strct\n"
      "later: 1\n");
  MapReader reader = reading.reader();
  CHECK_FALSE(reader.String("name"));
  CHECK_FALSE(reader.Integer("port", 1, 65535));
  CHECK_FALSE(reader.Bool("on"));
  CHECK_FALSE(reader.Duration("wait"));
  CHECK_FALSE(reader.Size("room"));
  CHECK_FALSE(reader.Strings("many"));
  CHECK_FALSE(reader.Choice("mode", {"relaxed", "strict"}));
  CHECK(reader.Require("needed") == nullptr);
  reader.NotSupportedYet("later");
  reader.NotSupportedYet("absent");
  reader.Finish();
  CHECK(reading.messages() ==
        Messages{"f:1:1: map needs `needed`", "f:1:7: `name`: must be a text",
                 "f:2:7: `port`: must be a number from 1 to 65535",
                 "f:3:5: `on`: `yes` is not one of `false` `true`",
                 "f:4:7: `wait`: must be a duration above zero, like 30s, 15m or 8h",
                 "f:5:1: map has no `rooom`; did you mean `room`?", "f:6:11: must be a text",
                 "f:7:7: `mode`: `strct` is not one of `relaxed` `strict`; did you mean `strict`?",
                 "f:8:1: `later` is not supported yet"});
}

TEST_CASE("a key that nobody asked for is an error, with a suggestion if one is near") {
  Reading reading("lisen: 1\nzzz: 2\n\"\": 3\n");
  MapReader reader = reading.reader();
  reader.Find("listen");
  reader.Finish();
  CHECK(reading.messages() == Messages{"f:1:1: map has no `lisen`; did you mean `listen`?",
                                       "f:2:1: map has no `zzz`", "f:3:1: map has no ``"});
}

TEST_CASE("what should be a map and is none is said once and reads as empty") {
  for (const char* text : {"[a]", "a text", "~"}) {
    Reading reading(text);
    MapReader reader = reading.reader();
    CHECK(reader.Require("name") == nullptr);
    CHECK_FALSE(reader.String("name"));
    reader.Finish();
    REQUIRE(reading.messages().size() == 1);
    CHECK_THAT(reading.messages()[0], Catch::Matchers::StartsWith("f:1:1: map must be a map, not"));
  }
}

TEST_CASE("a value that is not there is an error, not an empty text") {
  for (const char* text : {"a:\n", "a: ~\n", "a: null\n", "a: {}\n", "a: []\n"}) {
    Reading reading(text);
    MapReader reader = reading.reader();
    INFO(text);
    CHECK_FALSE(reader.String("a"));
    CHECK_FALSE(reader.Integer("a", 0, 10));
    CHECK_FALSE(reader.Strings("a"));
    CHECK(reading.diagnostics.count() == 3);
  }
}

TEST_CASE("a number is decimal digits within its bounds and nothing else") {
  const auto read = [](const std::string& value, int64_t least, int64_t most) {
    Reading reading("n: " + value + "\n");
    MapReader reader = reading.reader();
    const auto number = reader.Integer("n", least, most);
    CHECK(number.has_value() == reading.diagnostics.ok());
    return number;
  };
  CHECK(read("0", 0, 0) == 0);
  CHECK(read("-5", -5, 5) == -5);
  CHECK(read("9223372036854775807", 0, INT64_MAX) == INT64_MAX);
  CHECK(read("-9223372036854775808", INT64_MIN, 0) == INT64_MIN);
  for (const char* value : {"9223372036854775808", "-9223372036854775809", "6", "-1", "1.0", "1e3",
                            "0x1", "0o1", "1_0", "+1", "1 0", "one", "\" 1\"", "\"1 \"", ".inf"}) {
    INFO(value);
    CHECK_FALSE(read(value, 0, 5));
  }
}

TEST_CASE("durations and sizes need their unit and cannot run over") {
  CHECK(ParseDurationUs("1ms") == 1'000);
  CHECK(ParseDurationUs("30s") == 30'000'000);
  CHECK(ParseDurationUs("15m") == 900'000'000);
  CHECK(ParseDurationUs("8h") == int64_t{28'800} * 1'000'000);
  CHECK(ParseDurationUs("2d") == int64_t{172'800} * 1'000'000);
  CHECK(ParseSizeBytes("512") == 512);
  CHECK(ParseSizeBytes("64KiB") == 65'536);
  CHECK(ParseSizeBytes("50MiB") == 52'428'800);
  CHECK(ParseSizeBytes("1GiB") == 1 << 30);
  for (const char* text : {"",
                           "0",
                           "0s",
                           "-1s",
                           "+1s",
                           "30",
                           "s",
                           "1 s",
                           " 1s",
                           "1s ",
                           "1.5h",
                           "1S",
                           "1w",
                           "1us",
                           "1h30m",
                           "1e3s",
                           "9223372036854775807d",
                           "9223372036854775808ms",
                           "106751991168d",
                           "0x1s"}) {
    INFO(text);
    CHECK_FALSE(ParseDurationUs(text));
  }
  for (const char* text :
       {"", "0", "0KiB", "-1", "1KB", "1kib", "1 MiB", "1B", "1K", "KiB", "1.5MiB",
        "9223372036854775808", "9007199254740992KiB", "8589934592GiB"}) {
    INFO(text);
    CHECK_FALSE(ParseSizeBytes(text));
  }
}

TEST_CASE("an error of the caller's own stands at the value, or at the map") {
  Reading reading("\na: 1\n");
  MapReader reader = reading.reader();
  reader.Error("a", "is odd");
  reader.Error("b", "is missed");
  CHECK(reading.messages() == Messages{"f:2:1: map: is missed", "f:2:4: `a`: is odd"});
}

}  // namespace
}  // namespace portreeve::yaml
