// Pipelines and their errors, as a client sends them in pieces and the server answers in between.

#include <catch2/catch.hpp>

#include "hands.h"

namespace portreeve::session {
namespace {

using wire::Side;

TEST_CASE("what is allowed passes both ways byte for byte, however it is cut") {
  const std::string asked = Parse("s", "SELECT 1") + Bind("", "s") + DescribePortal("") +
                            Execute("") + Sync() + Query("SELECT 2");
  const std::string answered = Parsed() + Bound() + NoRows() + Row("1") + Complete("SELECT 1") +
                               Ready() + Row("2") + Complete("SELECT 1") + Ready();
  for (size_t piece = 1; piece <= asked.size(); piece += piece < 40 ? 1 : 37) {
    Hands hands;
    std::string sent, heard;
    for (size_t at = 0; at < asked.size(); at += piece)
      sent += hands.Client(asked.substr(at, piece));
    for (size_t at = 0; at < answered.size(); at += piece) {
      heard += hands.Server(answered.substr(at, piece));
    }
    CHECK(sent == asked);
    CHECK(heard == answered);
    CHECK(hands.status.ok());
    CHECK(hands.turns() == 0);
  }
}

TEST_CASE("a pipeline goes on after an error that was answered before its Sync was sent") {
  Hands hands;
  hands.Client(Parse("", "SELECT 1/0") + Bind("", "") + Execute(""));
  hands.Server(Parsed() + Bound() + Error("22012"));
  REQUIRE(hands.status.ok());
  // The client has not seen it yet and goes on; the server passes over all of it.
  const std::string more = Parse("a", "SELECT 2") + Bind("", "a") + Execute("") + Query("SELECT 3");
  CHECK(hands.Client(more) == more);
  CHECK(hands.turns() == 0);
  CHECK(hands.Client(Sync() + Query("SELECT 4")) == Sync() + Query("SELECT 4"));
  CHECK(hands.Server(Ready() + Complete("SELECT 1") + Ready()) ==
        Ready() + Complete("SELECT 1") + Ready());
  CHECK(hands.status.ok());
  CHECK(hands.turns() == 0);

  std::vector<audit::Ending> endings;
  for (const Ended& end : hands.ended) endings.push_back(end.ending);
  using enum audit::Ending;
  CHECK(endings == std::vector{kCompleted, kError, kSkipped, kSkipped, kSkipped, kCompleted});
}

TEST_CASE("a Query inside a pipeline has its own ReadyForQuery, and is skipped after an error") {
  Hands hands;
  hands.Client(Parse("", "SELECT 1") + Query("SELECT 2") + Bind("", "") + Sync());
  hands.Server(Parsed() + Complete("SELECT 1") + Ready() + Error("26000") + Ready());
  CHECK(hands.status.ok());
  CHECK(hands.turns() == 0);

  hands.Client(Parse("", "SELECT 1") + Query("SELECT 2") + Sync());
  hands.Server(Error("42601") + Ready());
  CHECK(hands.status.ok());
  CHECK(hands.turns() == 0);
}

TEST_CASE("a FunctionCall inside a pipeline likewise") {
  Hands hands("{ class: [any, function_call], action: allow }");
  hands.Client(Bytes(wire::FunctionCall{}) + Sync());
  hands.Server(Bytes(wire::FunctionCallResponse{}) + Ready() + Ready());
  CHECK(hands.status.ok());
  hands.Client(Bind("", "nothing") + Bytes(wire::FunctionCall{}) + Sync());
  hands.Server(Error("26000") + Ready());
  CHECK(hands.status.ok());
  CHECK(hands.turns() == 0);
}

TEST_CASE("an answer to nothing ends the conversation with the server, for good") {
  Hands hands;
  hands.Client(Query("SELECT 1"));
  const std::string heard =
      hands.Server(Row("1") + Complete("SELECT 1") + Ready() + Row("2") + Ready());
  CHECK(heard == Row("1") + Complete("SELECT 1") + Ready());
  CHECK_FALSE(hands.status.ok());
  // What comes afterwards is not looked at, whatever it looks like.
  CHECK(hands.Server(Bytes(wire::NoticeResponse{})) == "");
  CHECK_FALSE(hands.status.ok());
}

TEST_CASE("messages that have no place after authentication are fatal") {
  for (const std::string& message :
       {Bytes(wire::PasswordMessage{"secret"}), std::string("\0\0\0\x08\x04\xd2\x16\x2f", 8),
        std::string("Z\0\0\0\x05I", 6), std::string("Q\0\0\0\x03", 5),
        std::string("S\0\0\0\x05x", 6), std::string("H\x7f\xff\xff\xff", 5)}) {
    Hands hands;
    CHECK(hands.Client(message) == "");
    CHECK(hands.progress.next == RequestHand::Next::kFatal);
    CHECK(hands.requests.fatal().sqlstate == "08P01");
  }
}

TEST_CASE("a malformed body is fatal, and what came before it has passed") {
  std::string bad_bind = Bind("", "");
  bad_bind.back() = '\x01';  // One result format, which is missing.
  for (const std::string& message :
       {std::string("Q\0\0\0\x06xy", 7), std::string("P\0\0\0\x08\0\0\0\x01", 9), bad_bind,
        std::string("D\0\0\0\x06X\0", 7), std::string("E\0\0\0\x09\0\0\0\0\0", 10),
        std::string("C\0\0\0\x07Sab", 8)}) {
    Hands hands;
    INFO(message[0]);
    if (message[0] == 'E') continue;  // That one is well-formed: the unnamed portal, all rows.
    CHECK(hands.Client(Sync() + message) == Sync());
    CHECK(hands.progress.next == RequestHand::Next::kFatal);
  }
}

TEST_CASE("Terminate passes, and nothing behind it is looked at") {
  Hands hands;
  const std::string bye = Bytes(wire::Terminate{});
  CHECK(hands.Client(Query("SELECT 1") + bye + Query("DROP TABLE t") + "garbage") ==
        Query("SELECT 1") + bye);
  CHECK(hands.progress.next == RequestHand::Next::kTerminate);
  CHECK(hands.Records().size() == 1);
}

TEST_CASE("an incomplete message says how much of it is wanted") {
  Hands hands;
  const std::string query = Query("SELECT 'a rather long statement'");
  hands.Client(query.substr(0, 3));
  CHECK(hands.progress.wanted == wire::kHeaderBytes);
  hands.Client(query.substr(3, 10));
  CHECK(hands.progress.wanted == query.size());
  CHECK(hands.Client(query.substr(13)) == query);
  CHECK(hands.progress.wanted == 0);
}

TEST_CASE("with every turn taken the hand waits, and goes on when one is answered") {
  Hands hands;
  std::string syncs;
  for (size_t i = 0; i < Conversation::kMaxTurns + 2; ++i) syncs += Sync();
  hands.Client(syncs);
  CHECK(hands.progress.next == RequestHand::Next::kWait);
  CHECK(hands.held == Sync() + Sync());
  CHECK(hands.Again() == "");
  hands.Server(Ready());
  CHECK(hands.Again() == Sync());
  CHECK(hands.progress.next == RequestHand::Next::kWait);
  hands.Server(Ready());
  CHECK(hands.Again() == Sync());
  CHECK(hands.held == "");
}

TEST_CASE("each execution is recorded before it passes, and told how it ended") {
  Hands hands;
  hands.Client(Parse("s", "DELETE FROM t") + Bind("p", "s") + Execute("p") + Execute("p") + Sync());
  const auto records = hands.Records();
  REQUIRE(records.size() == 3);
  CHECK(records[0].kind() == proto::audit::PARSE);
  CHECK(records[0].statement_name() == "s");
  CHECK(records[1].kind() == proto::audit::EXECUTE);
  CHECK(records[1].sql() == "DELETE FROM t");
  CHECK(records[1].portal_name() == "p");
  CHECK(records[1].classes(0).name() == "write");
  CHECK(hands.holds == 2);
  hands.Server(Parsed() + Bound() + Suspended() + Complete("DELETE 3") + Ready());
  REQUIRE(hands.ended.size() == 3);
  CHECK(hands.ended[2].tags == "DELETE 3");
}

}  // namespace
}  // namespace portreeve::session
