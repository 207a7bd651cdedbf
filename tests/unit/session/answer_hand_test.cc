#include "session/answer_hand.h"

#include <catch2/catch.hpp>

#include "hands.h"

namespace portreeve::session {
namespace {

TEST_CASE("answers cut at any byte come out whole, with refusals in their places") {
  const std::string said =
      Row("1") + Complete("SELECT 1") + Ready() + Error("42601", std::string(300, 'x')) + Ready() +
      Status("TimeZone", "UTC") + Row(std::string(500, 'r')) + Complete("SELECT 1") + Ready();
  std::string expected;
  for (size_t piece = said.size(); piece > 0; piece -= piece > 60 ? 29 : 1) {
    Hands hands(kReadsOnly);
    hands.Client(Query("SELECT 1") + Query("DELETE FROM t") + Query("SELECT 2"));
    std::string heard;
    for (size_t at = 0; at < said.size(); at += piece)
      heard += hands.Server(said.substr(at, piece));
    REQUIRE(hands.status.ok());
    CHECK(hands.turns() == 0);
    CHECK(hands.answers.at_boundary());
    if (expected.empty()) expected = heard;
    CHECK(heard == expected);
  }
  CHECK(expected.find("portreeve refused this statement") != std::string::npos);
  CHECK(expected.find("xxx") == std::string::npos);
  CHECK(expected.starts_with(Row("1") + Complete("SELECT 1") + Ready()));
  CHECK(expected.ends_with(Row(std::string(500, 'r')) + Complete("SELECT 1") + Ready()));
}

TEST_CASE("a message that is passed on in part is no place for words of the gateway") {
  Hands hands;
  hands.Client(Query("SELECT 1"));
  const std::string row = Row(std::string(100, 'x'));
  hands.Server(row.substr(0, 3));
  CHECK(hands.answers.at_boundary());
  hands.Server(row.substr(3, 20));
  CHECK_FALSE(hands.answers.at_boundary());
  hands.Server(row.substr(23));
  CHECK(hands.answers.at_boundary());
}

TEST_CASE("messages of unknown type or impossible length break the protocol") {
  for (const std::string& bytes : {std::string("?\0\0\0\x04", 5), std::string("Z\0\0\0\x06II", 7),
                                   std::string("D\0\0\0\x03", 5), std::string("1\0\0\0\x05x", 6),
                                   std::string("D\xff\xff\xff\xff", 5)}) {
    Hands hands;
    hands.Client(Query("SELECT 1"));
    CHECK(hands.Server(Row("1") + bytes) == Row("1"));
    CHECK_FALSE(hands.status.ok());
  }
}

TEST_CASE("a server's long answer is counted, not kept") {
  Hands hands;
  hands.Client(Query("SELECT 1"));
  const std::string row = Row(std::string(10'000'000, 'x'));
  for (size_t at = 0; at < row.size(); at += 1'000'000) {
    CHECK(hands.Server(row.substr(at, 1'000'000)).size() ==
          std::min<size_t>(1'000'000, row.size() - at));
  }
  hands.Server(Complete("SELECT 1") + Ready());
  CHECK(hands.ended.back().rows == 1);
}

TEST_CASE("reports of the gateway hold their fields and nothing smuggled") {
  const base::Refusal refusal{"42501", std::string("a\0b", 3), "detail", ""};
  const std::string message = EncodeReport('E', "FATAL", refusal, 7);
  const auto error = wire::ErrorResponse::Decode(std::string_view(message).substr(5));
  REQUIRE(error.ok());
  CHECK(error->Find('S') == "FATAL");
  CHECK(error->Find('V') == "FATAL");
  CHECK(error->Find('M') == "a");
  CHECK(error->Find('D') == "detail");
  CHECK(error->Find('H') == "");
  CHECK(error->Find('P') == "7");
}

}  // namespace
}  // namespace portreeve::session
