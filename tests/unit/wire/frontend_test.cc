#include "wire/frontend.h"

#include <array>
#include <optional>
#include <vector>

#include "messages.h"

namespace portreeve::wire {
namespace {

using Value = std::optional<std::string_view>;
using namespace std::string_view_literals;

const std::string kFormats01 = FormatCodes::Pack(std::array<uint16_t, 2>{0, 1});
const std::string kValues2 = Values::Pack(std::array<Value, 2>{Value("abc"), Value()});

// A whole body out of its bytes in writing.
std::string Body(std::initializer_list<std::string_view> parts) {
  std::string body;
  for (const std::string_view part : parts) body += part;
  return body;
}

TEST_CASE("every frontend message comes back as it went, and no other body passes for it") {
  RequireExact(Query{"SELECT 1"});
  RequireExact(Query{""});
  RequireExact(Parse{"s", "SELECT $1", Oids(Oids::Pack(std::array<uint32_t, 2>{23, 25}))});
  RequireExact(
      Bind{"p", "s", FormatCodes(kFormats01), Values(2, kValues2), FormatCodes(kFormats01)});
  RequireExact(Bind{});
  RequireExact(Describe{Target::kPortal, "p"});
  RequireExact(Close{Target::kStatement, ""});
  RequireExact(Execute{"p", 100});
  RequireExact(Flush{});
  RequireExact(Sync{});
  RequireExact(Terminate{});
  RequireExact(CopyDone{});
  RequireExact(CopyFail{"no"});
  RequireExact(FunctionCall{1598, FormatCodes(kFormats01), Values(2, kValues2), 1});
  RequireExact(PasswordMessage{"secret"});
  RequireExact(SaslInitialResponse{"SCRAM-SHA-256", "n,,n=,r=x"});
  RequireExact(SaslInitialResponse{"OAUTHBEARER", std::nullopt});
}

TEST_CASE("messages that carry raw bytes take any") {
  RequireOpen(CopyData{"a\0b"sv}, 0);
  RequireOpen(SaslResponse{"c=biws"}, 0);
  RequireOpen(GssResponse{"token"}, 0);
  RequireOpen(AuthenticationResponse{"what\0ever"sv}, 0);
}

TEST_CASE("the bytes on the wire are those of the manual") {
  REQUIRE(Encoded(Query{"a"}) == "Q\0\0\0\6a\0"sv);
  REQUIRE(Encoded(Sync{}) == "S\0\0\0\4"sv);
  REQUIRE(Encoded(Execute{"p", 2}) == "E\0\0\0\12p\0\0\0\0\2"sv);
  REQUIRE(Encoded(Bind{"p", "s", FormatCodes(kFormats01), Values(2, kValues2), FormatCodes()}) ==
          "B\0\0\0\35p\0s\0\0\2\0\0\0\1\0\2\0\0\0\3abc\377\377\377\377\0\0"sv);
  REQUIRE(Encoded(SaslInitialResponse{"M", "r"}) == "p\0\0\0\13M\0\0\0\0\1r"sv);
}

TEST_CASE("the values of a Bind are read one after the other") {
  const std::string bytes =
      Encoded(Bind{"p", "s", {}, Values(2, kValues2), FormatCodes(kFormats01)});
  const auto bind = Bind::Decode(BodyOf(bytes));
  REQUIRE(bind.ok());
  REQUIRE(bind->portal == "p");
  REQUIRE(bind->statement == "s");
  const std::vector<Value> values(bind->values.begin(), bind->values.end());
  REQUIRE(values == std::vector<Value>{Value("abc"), Value()});
  REQUIRE(bind->result_formats.size() == 2);
  REQUIRE(bind->result_formats[1] == kBinaryFormat);
}

TEST_CASE("a Bind with counts that do not agree is refused") {
  constexpr auto kNames = "p\0s\0"sv;
  constexpr auto kTwoNulls = "\0\2\377\377\377\377\377\377\377\377"sv;
  REQUIRE(Bind::Decode(Body({kNames, "\0\1\0\1"sv, kTwoNulls, "\0\0"sv})).ok());
  REQUIRE(Bind::Decode(Body({kNames, "\0\1\0\1"sv, "\0\0"sv, "\0\0"sv})).ok());
  REQUIRE_FALSE(Bind::Decode(Body({kNames, "\0\3\0\0\0\0\0\0"sv, kTwoNulls, "\0\0"sv})).ok());
  REQUIRE_FALSE(Bind::Decode(Body({kNames, "\0\2\0\0\0\0"sv, "\0\0"sv, "\0\0"sv})).ok());
}

TEST_CASE("a Bind with a code or a length that does not exist is refused") {
  constexpr auto kNames = "p\0s\0"sv;
  REQUIRE_FALSE(Bind::Decode(Body({kNames, "\0\1\0\2"sv, "\0\0"sv, "\0\0"sv})).ok());
  REQUIRE_FALSE(Bind::Decode(Body({kNames, "\0\0"sv, "\0\0"sv, "\0\1\1\0"sv})).ok());
  REQUIRE_FALSE(Bind::Decode(Body({kNames, "\0\0\0\1\377\377\377\376"sv, "\0\0"sv})).ok());
  REQUIRE_FALSE(Bind::Decode(Body({kNames, "\0\0\0\1\0\0\0\3ab"sv})).ok());
  REQUIRE_FALSE(Bind::Decode(Body({kNames, "\0\0\377\377"sv})).ok());
}

TEST_CASE("names have a limit and texts have not") {
  const std::string longest(kMaxNameBytes, 'n');
  const std::string longer = longest + "n";
  RequireExact(Execute{longest, 0});
  REQUIRE_FALSE(Execute::Decode(BodyOf(Encoded(Execute{longer, 0}))).ok());
  REQUIRE_FALSE(Parse::Decode(BodyOf(Encoded(Parse{longer, "", {}}))).ok());
  REQUIRE_FALSE(Bind::Decode(BodyOf(Encoded(Bind{"", longer, {}, {}, {}}))).ok());
  REQUIRE(Query::Decode(BodyOf(Encoded(Query{longer}))).ok());
}

TEST_CASE("Describe and Close name a statement or a portal and nothing else") {
  REQUIRE_FALSE(Describe::Decode("Xa\0"sv).ok());
  REQUIRE_FALSE(Close::Decode("\0a\0"sv).ok());
  REQUIRE(Describe::Decode("Sa\0"sv)->target == Target::kStatement);
}

TEST_CASE("a text that holds a NUL cannot pass itself off as more than one") {
  REQUIRE(Encoded(Query{"SELECT 1\0; DROP TABLE t"sv}) == Encoded(Query{"SELECT 1"}));
  REQUIRE_FALSE(Query::Decode("SELECT 1\0; DROP TABLE t\0"sv).ok());
}

TEST_CASE("a frontend message is found by its type") {
  const auto sync = DecodeFrontend('S', "");
  REQUIRE(sync.ok());
  REQUIRE(std::holds_alternative<Sync>(*sync));
  const auto query = DecodeFrontend('Q', "x\0"sv);
  REQUIRE(query.ok());
  REQUIRE(std::get<Query>(*query).text == "x");
  for (const char type : {'Z', 'R', 'G', '\0', '\377'})
    REQUIRE_FALSE(DecodeFrontend(type, "").ok());
}

TEST_CASE("an error says which message was wrong and how") {
  const auto failed = Query::Decode("no end");
  REQUIRE(base::FromAbsl(failed.status().message()) == "malformed Query: a text is not terminated");
  REQUIRE(absl::IsInvalidArgument(failed.status()));
}

}  // namespace
}  // namespace portreeve::wire
