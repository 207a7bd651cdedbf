// What one session may make the gateway keep, whatever its client and its server do.

#include <catch2/catch.hpp>

#include "hands.h"

namespace portreeve::session {
namespace {

TEST_CASE("a client that closes what it prepares may go on for ever") {
  Hands hands;
  for (int i = 0; i < 12'000; ++i) {
    const std::string name = "S_" + std::to_string(i);
    hands.Client(Parse(name, "SELECT 1") + CloseStatement(name) + Sync());
    hands.Server(Parsed() + Closed() + Ready());
  }
  CHECK(hands.status.ok());
  CHECK(hands.LastRecord().decision() == proto::audit::ALLOW);
}

TEST_CASE("so may one that removes it by SQL") {
  Hands hands;
  for (int i = 0; i < 12'000; ++i) {
    const std::string name = "pdo_" + std::to_string(i);
    hands.Client(Parse(name, "SELECT 1") + Sync() + Query("DEALLOCATE " + name));
    hands.Server(Parsed() + Ready() + Complete("DEALLOCATE") + Ready());
  }
  CHECK(hands.status.ok());
  CHECK(hands.LastRecord().decision() == proto::audit::ALLOW);
}

TEST_CASE("too many prepared statements are refused one by one, and the session goes on") {
  Hands hands;
  std::string asked, answered;
  for (size_t i = 0; i < NameTable::kMaxNames; ++i) {
    asked += Parse("s" + std::to_string(i), "SELECT 1");
    answered += Parsed();
  }
  hands.Client(asked + Sync());
  hands.Server(answered + Ready());
  CHECK(hands.Client(Parse("one more", "SELECT 1")) != Parse("one more", "SELECT 1"));
  CHECK(hands.LastRecord().rule() == "limits/names");
  hands.Client(Sync());
  CHECK(hands.Server(Error("42601") + Ready()).find("54000") != std::string::npos);
  CHECK(hands.Client(Query("PREPARE p AS SELECT 1")) != Query("PREPARE p AS SELECT 1"));
  hands.Server(Error("42601") + Ready());
  CHECK(hands.Client(Parse("", "SELECT 1")) == Parse("", "SELECT 1"));
  hands.Client(CloseStatement("s1") + Sync());
  hands.Server(Parsed() + Closed() + Ready());
  CHECK(hands.Client(Parse("one more", "SELECT 1")) == Parse("one more", "SELECT 1"));
}

TEST_CASE("what prepared statements hold together is bounded, also while they are pending") {
  Hands hands;
  const std::string text = "SELECT '" + std::string(1'000'000, 'x') + "'";
  int passed = 0;
  while (hands.Client(Parse("", text)).size() > text.size()) {
    REQUIRE(hands.Lane().Commit().ok());
    REQUIRE(++passed < 100);
  }
  CHECK(passed > 50);
  // When they have been answered there is room again.
  std::string answers;
  while (hands.turns() > 0) hands.Server(hands.turns() > 1 ? Parsed() : Error("42601"));
  hands.Client(Sync());
  hands.Server(Ready());
  CHECK(hands.Client(Parse("", "SELECT 1")) == Parse("", "SELECT 1"));
}

TEST_CASE("refusals that wait to be told are bounded") {
  Hands hands(kReadsOnly);
  std::string asked;
  for (size_t i = 0; i < Conversation::kMaxRefusedTurns + 10; ++i) asked += Query("DELETE FROM t");
  hands.Client(asked);
  CHECK(hands.progress.next == RequestHand::Next::kWait);
  CHECK(hands.turns() == Conversation::kMaxRefusedTurns);
  hands.Server(Error("42601") + Ready());
  hands.Again();
  CHECK(hands.turns() == Conversation::kMaxRefusedTurns);
}

TEST_CASE("short messages that make long records wait for these to be written") {
  Hands hands;
  const std::string text = "SELECT '" + std::string(900'000, 'x') + "'";
  hands.Client(Parse("", text) + Sync());
  hands.Server(Parsed() + Ready());
  REQUIRE(hands.Lane().Commit().ok());
  std::string asked;
  for (int i = 0; i < 1'000; ++i) asked += Bind("", "") + Execute("");
  hands.Client(asked);
  CHECK(hands.progress.next == RequestHand::Next::kYield);
  CHECK(hands.Lane().staged_bytes() < Gatekeeper::kMaxStagedBytes + 1'000'000);
  const size_t left = hands.held.size();
  CHECK(hands.Again() == "");
  REQUIRE(hands.Lane().Commit().ok());
  hands.Again();
  CHECK(hands.held.size() < left);
}

TEST_CASE("statements are refused while the journal cannot take them") {
  Hands hands;
  hands.Lane().Stage({});
  std::string flood;
  // More than one commit takes: it fails, and the next statement is refused.
  audit::StatementRecord record;
  const std::string text(4'000'000, 'x');
  record.sql = text;
  for (int i = 0; i < 20; ++i) hands.Lane().Stage(record);
  CHECK_FALSE(hands.Lane().Commit().ok());
  CHECK(hands.Client(Query("SELECT 1")) != Query("SELECT 1"));
  hands.Client(Execute("p") + Sync());
  const std::string heard = hands.Server(Error("42601") + Ready() + Error("34000") + Ready());
  CHECK(heard.find("53100") != heard.rfind("53100"));
}

policy::Limits Timed() {
  policy::Limits limits;
  limits.statement_time_us = 1'000'000;
  return limits;
}

// What is late is cancelled, and the cancel must not find another statement in its place.
TEST_CASE("under a time limit a statement waits for the end of the one before") {
  Hands hands(kAnything, 1024 * 1024, Timed());
  const std::string run = Parse("", "SELECT 1") + Bind("", "") + Execute("");
  const std::string ran = Parsed() + Bound() + Complete("SELECT 1");
  // Up to Sync they succeed or fail together.
  CHECK(hands.Client(run + run + Sync() + run + Query("SELECT 2") + Sync()) == run + run + Sync());
  CHECK(hands.progress.next == RequestHand::Next::kWait);
  hands.Server(ran + ran);
  CHECK(hands.Again().empty());
  hands.Server(Ready());
  CHECK(hands.Again() == run + Query("SELECT 2"));
  hands.Server(ran + Complete("SELECT 1") + Ready());
  CHECK(hands.Again() == Sync());
  hands.Server(Ready());
  CHECK(hands.status.ok());
  CHECK(hands.turns() == 0);
}

TEST_CASE("what asks the server for nothing does not wait for the time of a statement") {
  Hands hands(kAnything, 1024 * 1024, Timed());
  const std::string flush = Bytes(wire::Flush{});
  CHECK(hands.Client(Query("SELECT 1") + flush) == Query("SELECT 1") + flush);
  CHECK(hands.Client(Data("x") + Bytes(wire::Terminate{})) == Bytes(wire::Terminate{}));
}

TEST_CASE("the data of a COPY does not wait for its own statement") {
  Hands hands(kAnything, 1024 * 1024, Timed());
  hands.Client(Query("COPY t FROM STDIN"));
  hands.Server(CopyIn());
  const std::string data = Data("1\n") + Sync() + Data("2\n") + CopyDone();
  CHECK(hands.Client(data + Query("SELECT 1")) == Data("1\n") + Data("2\n") + CopyDone());
  hands.Server(Complete("COPY 2") + Ready());
  CHECK(hands.Again() == Query("SELECT 1"));
}

}  // namespace
}  // namespace portreeve::session
