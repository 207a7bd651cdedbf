// What a client hears of a refusal, and what the server gets instead, in every state.

#include <catch2/catch.hpp>

#include "hands.h"

namespace portreeve::session {
namespace {

using wire::Side;

// The body of the first message.
std::string_view FirstBody(std::string_view bytes) {
  const auto header = wire::ReadHeader(bytes);
  REQUIRE(header.has_value());
  return bytes.substr(wire::kHeaderBytes, header->body_bytes());
}

wire::Report TheReport(std::string_view message) {
  const auto error = wire::ErrorResponse::Decode(FirstBody(message));
  REQUIRE(error.ok());
  return *error;
}

TEST_CASE("a refused Query is replaced by one that cannot parse, and so is the server's error") {
  for (const char state : {'I', 'T', 'E'}) {
    Hands hands(kReadsOnly);
    const std::string sent = hands.Client(Query("DELETE FROM t"));
    const auto query = wire::Query::Decode(FirstBody(sent));
    REQUIRE(query.ok());
    CHECK(query->text == "portreeve_refused statement 1");
    const std::string heard = hands.Server(Error("42601", "syntax error") + Ready(state));
    CHECK(Names(Side::kBackend, heard) == "ErrorResponse ReadyForQuery");
    CHECK(heard.ends_with(Ready(state)));
    const std::string error = heard.substr(0, heard.size() - Ready().size());
    const auto report = TheReport(error);
    CHECK(report.Find('C') == "42501");
    CHECK(report.Find('V') == "ERROR");
    CHECK(report.Find('M') == "portreeve refused this statement: DELETE");
    CHECK(std::string(report.Find('D')).find("Decision s-1/1.") != std::string::npos);
    REQUIRE(hands.ended.size() == 1);
    CHECK(hands.ended[0].ending == audit::Ending::kError);
    CHECK(hands.ended[0].sqlstate == "42501");
  }
}

TEST_CASE("a syntax error is told in the server's words, with its place") {
  Hands hands;
  CHECK(hands.Client(Query("SELEC 1")) != Query("SELEC 1"));
  const auto heard = hands.Server(Error("42601", "the server's own"));
  const auto report = TheReport(heard);
  CHECK(report.Find('C') == "42601");
  CHECK(report.Find('M') == "syntax error at or near \"SELEC\"");
  CHECK(report.Find('P') == "1");
}

TEST_CASE("a refusal in a pipeline skips what follows it, as an error of the server") {
  Hands hands(kReadsOnly);
  const std::string sent =
      hands.Client(Parse("", "SELECT 1") + Bind("", "") + Execute("") + Parse("", "DELETE FROM t") +
                   Bind("", "") + Execute("") + Parse("", "SELECT 2") + Sync());
  CHECK(Names(Side::kFrontend, sent) == "Parse Bind Execute Parse Bind Execute Parse Sync");
  CHECK(sent.find("DELETE") == std::string::npos);
  const std::string heard =
      hands.Server(Parsed() + Bound() + Complete("SELECT 1") + Error("42601") + Ready());
  CHECK(Names(Side::kBackend, heard) ==
        "ParseComplete BindComplete CommandComplete ErrorResponse ReadyForQuery");
  CHECK(heard.find("DELETE") != std::string::npos);
  CHECK(hands.status.ok());
  CHECK(hands.turns() == 0);
  CHECK(hands.Records().size() == 5);
}

TEST_CASE("what binds a refused statement is refused with it, and never reaches the server") {
  Hands hands(kReadsOnly);
  const std::string sent =
      hands.Client(Parse("s", "DELETE FROM t") + Bind("p", "s") + Execute("p"));
  CHECK(Names(Side::kFrontend, sent) == "Parse Bind Execute");
  const auto parse = wire::Parse::Decode(FirstBody(sent));
  REQUIRE(parse.ok());
  // The server's unnamed statement is not touched by the refusal of a named one.
  CHECK(parse->name != "");
  CHECK(parse->name != "s");
  CHECK(sent.find("DELETE") == std::string::npos);
  CHECK(sent.find(Bind("p", "s")) == std::string::npos);
  CHECK(sent.find(Execute("p")) == std::string::npos);
  CHECK(hands.LastRecord().decision() == proto::audit::REFUSE);
  CHECK(hands.LastRecord().sql() == "DELETE FROM t");
  CHECK(hands.holds == 0);
}

TEST_CASE("the refusal of an unnamed Parse takes the old unnamed statement with it") {
  Hands hands(kReadsOnly);
  const std::string sent = hands.Client(Parse("", "DELETE FROM t"));
  const auto parse = wire::Parse::Decode(FirstBody(sent));
  REQUIRE(parse.ok());
  CHECK(parse->name == "");
}

TEST_CASE("a substitute that the server accepts is a violation") {
  for (const std::string& answer : {Complete("SELECT 1"), Ready(), Row("1"), CopyIn()}) {
    Hands hands(kReadsOnly);
    hands.Client(Query("DELETE FROM t"));
    CHECK(hands.Server(answer) == "");
    CHECK_FALSE(hands.status.ok());
  }
  Hands hands(kReadsOnly);
  hands.Client(Parse("", "DELETE FROM t"));
  CHECK(hands.Server(Parsed()) == "");
  CHECK_FALSE(hands.status.ok());
}

TEST_CASE("the server's last words are heard even where a refusal was due") {
  Hands hands(kReadsOnly);
  hands.Client(Query("DELETE FROM t"));
  const std::string bye = Error("57P01", "terminating connection", "FATAL");
  CHECK(hands.Server(bye) == bye);
  CHECK(hands.status.ok());
}

TEST_CASE("a refused FunctionCall is replaced by one of a function that does not exist") {
  Hands hands;
  wire::FunctionCall call;
  call.function_oid = 1598;
  const std::string sent = hands.Client(Bytes(call));
  const auto decoded = wire::FunctionCall::Decode(FirstBody(sent));
  REQUIRE(decoded.ok());
  CHECK(decoded->function_oid == 0);
  const std::string heard = hands.Server(Error("42883") + Ready());
  CHECK(Names(Side::kBackend, heard) == "ErrorResponse ReadyForQuery");
  CHECK(heard.find("42501") != std::string::npos);
  CHECK(hands.LastRecord().function_oid() == 1598);
  CHECK(hands.LastRecord().decision() == proto::audit::REFUSE);
}

TEST_CASE("a refused COPY never begins, and its data is dropped") {
  Hands hands(kReadsOnly);
  hands.Client(Query("COPY t FROM STDIN") + Data("1\n") + CopyDone() + Query("SELECT 1"));
  CHECK(hands.held == "");
  CHECK(hands.to_server.find("1\n") == std::string::npos);
  const std::string heard = hands.Server(Error("42601") + Ready() + Complete("SELECT 1") + Ready());
  CHECK(Names(Side::kBackend, heard) ==
        "ErrorResponse ReadyForQuery CommandComplete ReadyForQuery");
  CHECK(hands.status.ok());
}

TEST_CASE("a Query of several statements passes whole or not at all") {
  Hands hands(kReadsOnly);
  const std::string sent = hands.Client(Query("SELECT 1; DELETE FROM t; SELECT 2"));
  CHECK(sent.find("SELECT") == std::string::npos);
  CHECK(hands.LastRecord().classes_size() == 3);
}

TEST_CASE("a new policy holds for statements that were prepared under the old one") {
  Hands hands;
  hands.Client(Parse("s", "DELETE FROM t") + Sync() + Query("PREPARE p AS DELETE FROM u"));
  hands.Server(Parsed() + Ready() + Complete("PREPARE") + Ready());
  hands.Adopt(kReadsOnly);
  SECTION("bound") { CHECK(hands.Client(Bind("", "s")) != Bind("", "s")); }
  SECTION("executed by the protocol") {
    CHECK(hands.Client(Bind("", "p") + Execute("")).find(Execute("")) == std::string::npos);
    CHECK(hands.LastRecord().decision() == proto::audit::REFUSE);
  }
  SECTION("executed by SQL") {
    CHECK(hands.Client(Query("EXECUTE s")) != Query("EXECUTE s"));
    CHECK(hands.LastRecord().decision() == proto::audit::REFUSE);
    hands.Server(Error("42601") + Ready());
    CHECK(hands.Client(Query("EXECUTE p")) != Query("EXECUTE p"));
  }
  SECTION("and one that allows more as well") {
    hands.Adopt(kAnything);
    CHECK(hands.Client(Bind("", "s") + Execute("")) == Bind("", "s") + Execute(""));
  }
}

TEST_CASE("an open portal is decided again under a new policy") {
  Hands hands;
  hands.Client(Query("BEGIN"));
  hands.Server(Complete("BEGIN") + Ready('T'));
  hands.Client(Parse("", "DELETE FROM t RETURNING *") + Bind("p", "") + Sync());
  hands.Server(Parsed() + Bound() + Ready('T'));
  hands.Adopt(kReadsOnly);
  CHECK(hands.Client(Execute("p")) != Execute("p"));
  CHECK(hands.LastRecord().decision() == proto::audit::REFUSE);
  hands.Client(Sync());
  hands.Server(Error("34000") + Ready('E'));
  CHECK(hands.Client(Query("FETCH ALL FROM p")) != Query("FETCH ALL FROM p"));
}

TEST_CASE("nothing of a refused text, and no more than a little of its error, is kept or told") {
  Hands hands;
  hands.Client(Query("SELECT 1 " + std::string(500'000, 'x') + "\" "));
  const std::string heard = hands.Server(Error("42601"));
  CHECK(heard.size() < 4'096);
}

}  // namespace
}  // namespace portreeve::session
