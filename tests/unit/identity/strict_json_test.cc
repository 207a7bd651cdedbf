#include "identity/strict_json.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

namespace portreeve::identity {
namespace {

using Catch::Matchers::Equals;

std::string Failure(std::string_view text, const JsonLimits& limits = {}) {
  return std::string(base::FromAbsl(ParseStrictObject(text, limits).status().message()));
}

std::string Nested(size_t depth, const std::string& open, const std::string& close) {
  std::string text = R"({"a":)";
  for (size_t i = 1; i < depth; ++i) text += open;
  text += "1";
  for (size_t i = 1; i < depth; ++i) text += close;
  return text + "}";
}

TEST_CASE("an object is read with all kinds of values in it") {
  const auto value = ParseStrictObject(
      " {\"a\": [1, -2, 2.5, true, null], \"b\": {\"c\": \"\\u00e4\\ud83d\\ude00\"}}\n");
  REQUIRE(value.ok());
  CHECK(*value ==
        nlohmann::json{{"a", {1, -2, 2.5, true, nullptr}}, {"b", {{"c", "\u00e4\U0001f600"}}}});
}

TEST_CASE("a member that stands twice is refused at every level and however it is written") {
  for (const char* text :
       {R"({"a":1,"a":1})", R"({"a":1,"b":2,"\u0061":3})", R"({"x":[{"a":1,"a":2}]})",
        R"({"x":{"y":{"a":{},"a":{}}}})", R"({"a":[1],"a":[2]})", R"({"":1,"":1})"}) {
    INFO(text);
    CHECK(Failure(text) == "it has a member twice");
  }
  CHECK(Failure(R"({"a":{"a":[{"a":1},{"a":1}]},"A":1})").empty());
}

TEST_CASE("what is no single JSON object is refused") {
  for (const std::string& text : {
           std::string(),
           std::string(" "),
           std::string(R"({"a":1)"),
           std::string(R"({"a":1}})"),
           std::string(R"({"a":1} {"b":2})"),
           std::string(R"({"a":1,})"),
           std::string(R"({"a":[1,]})"),
           std::string(R"({a:1})"),
           std::string(R"({'a':1})"),
           std::string(R"({"a":01})"),
           std::string(R"({"a":+1})"),
           std::string(R"({"a":0x10})"),
           std::string(R"({"a":NaN})"),
           std::string(R"({"a":1e999})"),
           std::string(R"({"a":1}/**/)"),
           std::string("{\"a\":1}//"),
           std::string("{\"a\":\"\n\"}"),
           std::string("\xef\xbb\xbf{\"a\":1}"),
           std::string("{\"a\":1}\0", 8),
           std::string("{\"a\":1}\0{\"a\":2}", 15),
           std::string("{\"a\":\"\xc0\xaf\"}"),
           std::string("{\"a\":\"\xed\xa0\x80\"}"),
           std::string("{\"a\":\"\xff\"}"),
           std::string(R"({"a":"\ud800"})"),
           std::string(R"({"a":"\udc00\ud800"})"),
           std::string(R"({"a":"\x41"})"),
       }) {
    INFO(text);
    CHECK(Failure(text) == "it is not JSON");
  }
  for (const char* text : {"[]", "[{}]", "\"a\"", "1", "null", "true"}) {
    INFO(text);
    CHECK(Failure(text) == "it is not a JSON object");
  }
}

TEST_CASE("depth is bounded for objects and lists") {
  for (const auto& [open, close] : {std::pair{"[", "]"}, {R"({"b":)", "}"}}) {
    CHECK(Failure(Nested(4, open, close), {.depth = 4, .values = 100}).empty());
    CHECK_THAT(Failure(Nested(5, open, close), {.depth = 4, .values = 100}),
               Equals("it is nested too deeply"));
    CHECK_THAT(Failure(Nested(100'000, open, close)), Equals("it is nested too deeply"));
  }
  // Never closed: the limit strikes before the end is looked for.
  CHECK(Failure(R"({"a":)" + std::string(1'000'000, '[')) == "it is nested too deeply");
}

TEST_CASE("the number of values is bounded over all levels") {
  const JsonLimits limits{.depth = 4, .values = 5};
  CHECK(Failure(R"({"a":[1,2],"b":3})", limits).empty());
  CHECK(Failure(R"({"a":[1,2],"b":3,"c":4})", limits) == "it holds too many values");
  CHECK(Failure(R"({"a":[1,[2,3]],"b":{}})", limits) == "it holds too many values");
}

}  // namespace
}  // namespace portreeve::identity
