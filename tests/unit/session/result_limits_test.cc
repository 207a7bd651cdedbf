// Limits of a grant while a statement runs: what passes of its answer, and what the server is told.

#include "session/result_limits.h"

#include <catch2/catch.hpp>

#include "hands.h"

namespace portreeve::session {
namespace {

using wire::Side;

constexpr size_t kText = 1024 * 1024;
policy::Limits Rows(uint64_t rows) {
  policy::Limits limits;
  limits.rows = rows;
  return limits;
}
policy::Limits Changes(uint64_t rows) {
  policy::Limits limits;
  limits.affects_at_most = rows;
  return limits;
}
policy::Limits AnswerBytesLimit(uint64_t bytes) {
  policy::Limits limits;
  limits.bytes = bytes;
  return limits;
}
const policy::Limits kTwoRows = Rows(2);
const policy::Limits kFewChanges = Changes(2);

std::string Described() { return Bytes(wire::RowDescription{}); }
std::string Flush() { return Bytes(wire::Flush{}); }
std::string Guarded(const std::string& text) {
  return Parse("", text) + Bind("", "") + DescribePortal("") + Execute("") + Flush();
}

TEST_CASE("as many rows as a statement may give pass, and one more ends it") {
  Hands hands(kAnything, kText, kTwoRows);
  hands.Client(Query("SELECT 1"));
  CHECK(hands.Server(Described() + Row("1") + Row("2") + Complete("SELECT 2") + Ready()) ==
        Described() + Row("1") + Row("2") + Complete("SELECT 2") + Ready());
  hands.Client(Query("SELECT 2"));
  CHECK(hands.Server(Described() + Row("1") + Row("2") + Row("3") + Row("4")) ==
        Described() + Row("1") + Row("2"));
  CHECK(hands.conversation.TakeCancelDue());
  CHECK_FALSE(hands.conversation.TakeCancelDue());
  SECTION("the server stops") {
    const std::string heard = hands.Server(Row("5") + Error("57014") + Ready('I'));
    CHECK(Names(Side::kBackend, heard) == "ErrorResponse ReadyForQuery");
    CHECK(heard.find("53400") != std::string::npos);
    CHECK(heard.find("more than 2 rows") != std::string::npos);
    CHECK(heard.find("grants/test/limits/rows") != std::string::npos);
  }
  SECTION("the server was done before") {
    const std::string heard = hands.Server(Row("5") + Complete("SELECT 5") + Ready('I'));
    CHECK(Names(Side::kBackend, heard) == "ErrorResponse ReadyForQuery");
    CHECK(heard.find("53400") != std::string::npos);
  }
  CHECK(hands.ended.back().sqlstate == "53400");
  CHECK(hands.ended.back().ending == audit::Ending::kError);
  CHECK(hands.ended.back().rows == 2);
  CHECK(hands.Client(Query("SELECT 1")) == Query("SELECT 1"));
}

TEST_CASE("in a block a server that was done before is made to fail") {
  Hands hands(kAnything, kText, kTwoRows);
  hands.Client(Query("BEGIN"));
  hands.Server(Complete("BEGIN") + Ready('T'));
  hands.Client(Query("SELECT 1") + Query("SELECT 2"));
  // What follows waits.
  CHECK(hands.to_server == Query("SELECT 1"));
  CHECK(hands.held == Query("SELECT 2"));
  CHECK(hands.Server(Row("1") + Row("2") + Row("3") + Complete("SELECT 3") + Ready('T')) ==
        Row("1") + Row("2"));
  CHECK(Names(Side::kFrontend, hands.Again()) == "Query");
  CHECK(hands.to_server.find("portreeve_refused") != std::string::npos);
  CHECK(hands.held == Query("SELECT 2"));
  const std::string heard = hands.Server(Error("42601") + Ready('E'));
  CHECK(Names(Side::kBackend, heard) == "ErrorResponse ReadyForQuery");
  CHECK(heard.ends_with(Ready('E')));
  CHECK(heard.find("53400") != std::string::npos);
  CHECK(hands.Again() == Query("SELECT 2"));
  CHECK(hands.status.ok());
}

TEST_CASE("an Execute under limits is answered before anything follows it") {
  Hands hands(kAnything, kText, kTwoRows);
  hands.Client(Parse("", "SELECT 1") + Bind("", "") + Execute("") + Parse("", "SELECT 2") + Sync());
  CHECK(hands.to_server == Parse("", "SELECT 1") + Bind("", "") + Execute("") + Flush());
  SECTION("it is within them") {
    const std::string answers = Parsed() + Bound() + Row("1") + Complete("SELECT 1");
    CHECK(hands.Server(answers) == answers);
    CHECK(hands.Again() == Parse("", "SELECT 2") + Sync());
  }
  SECTION("the server stops") {
    const std::string heard =
        hands.Server(Parsed() + Bound() + Row("1") + Row("2") + Row("3") + Error("57014"));
    CHECK(Names(Side::kBackend, heard) ==
          "ParseComplete BindComplete DataRow DataRow ErrorResponse");
    CHECK(hands.Again() == Parse("", "SELECT 2") + Sync());
    CHECK(hands.Server(Ready('I')) == Ready('I'));
  }
  SECTION("the server was done before") {
    hands.Server(Parsed() + Bound() + Row("1") + Row("2") + Row("3") + Complete("SELECT 3"));
    CHECK(Names(Side::kFrontend, hands.Again()) == "Execute Flush");
    CHECK(Names(Side::kBackend, hands.Server(Error("34000"))) == "ErrorResponse");
    CHECK(hands.Again() == Parse("", "SELECT 2") + Sync());
    CHECK(hands.Server(Ready('I')) == Ready('I'));
  }
  CHECK(hands.status.ok());
}

TEST_CASE("the executions of one portal are counted together") {
  Hands hands(kAnything, kText, kTwoRows);
  const std::string execute = Bytes(wire::Execute{"p", 2});
  hands.Client(Parse("", "SELECT 1") + Bind("p", "") + execute);
  hands.Server(Parsed() + Bound() + Row("1") + Row("2") + Suspended());
  hands.Client(execute);
  CHECK(hands.Server(Row("3")) == "");
  CHECK(hands.Server(Suspended()) == "");
  CHECK(Names(Side::kFrontend, hands.Again()) == "Execute Flush");
  CHECK(hands.Server(Error("34000")).find("53400") != std::string::npos);
  // Another portal begins anew.
  hands.Client(Sync() + Parse("", "SELECT 1") + Bind("p", "") + execute);
  hands.Server(Ready());
  hands.Again();
  CHECK(hands.Server(Parsed() + Bound() + Row("3") + Suspended()) ==
        Parsed() + Bound() + Row("3") + Suspended());
}

TEST_CASE("so are the FETCHes from one cursor") {
  Hands hands(kAnything, kText, kTwoRows);
  hands.Client(Query("BEGIN"));
  hands.Server(Complete("BEGIN") + Ready('T'));
  hands.Client(Query("DECLARE c CURSOR FOR SELECT 1"));
  hands.Server(Complete("DECLARE CURSOR") + Ready('T'));
  hands.Client(Query("FETCH 2 FROM c"));
  CHECK(hands.Server(Row("1") + Row("2") + Complete("FETCH 2") + Ready('T')).ends_with(Ready('T')));
  hands.Client(Query("FETCH 2 FROM c"));
  CHECK(hands.Server(Row("3")) == "");
}

TEST_CASE("COPY to the client ends with the error") {
  Hands hands(kAnything, kText, AnswerBytesLimit(4));
  hands.Client(Query("COPY t TO STDOUT"));
  const std::string began = Bytes(wire::CopyOutResponse{});
  CHECK(hands.Server(began + Data("12\n") + Data("34\n")) == began + Data("12\n"));
  const std::string done = Bytes(wire::CopyDone{}) + Complete("COPY 2") + Ready();
  CHECK(Names(Side::kBackend, hands.Server(done)) == "ErrorResponse ReadyForQuery");
}

TEST_CASE("a Query that changes rows under a limit is not final before it has been counted") {
  Hands hands(kAnything, kText, kFewChanges);
  hands.Client(Query("DELETE FROM t") + Query("SELECT 1"));
  CHECK(hands.to_server == Guarded("DELETE FROM t"));
  CHECK(hands.progress.next == RequestHand::Next::kWait);
  SECTION("few enough") {
    CHECK(hands.Server(Parsed() + Bound() + NoRows() + Complete("DELETE 2")) == "");
    CHECK(hands.Again() == Sync());
    CHECK(hands.Server(Ready('I')) == Complete("DELETE 2") + Ready('I'));
    CHECK(hands.ended.back().tags == "DELETE 2");
  }
  SECTION("too many") {
    CHECK(hands.Server(Parsed() + Bound() + NoRows() + Complete("DELETE 3")) == "");
    CHECK(Names(Side::kFrontend, hands.Again()) == "Execute Sync");
    const std::string heard = hands.Server(Error("34000") + Ready('E'));
    CHECK(Names(Side::kBackend, heard) == "ErrorResponse ReadyForQuery");
    CHECK(heard.find("would have changed 3 rows") != std::string::npos);
    CHECK(hands.ended.back().sqlstate == "53400");
  }
  SECTION("it fails") {
    const std::string error = Error("23503");
    CHECK(hands.Server(Parsed() + Bound() + error) == error);
    CHECK(hands.Again() == Sync());
    CHECK(hands.Server(Ready('I')) == Ready('I'));
  }
  SECTION("it fails at its end") {
    hands.Server(Parsed() + Bound() + NoRows() + Complete("DELETE 2"));
    hands.Again();
    const std::string error = Error("23503");
    CHECK(hands.Server(error + Ready('I')) == error + Ready('I'));
  }
  SECTION("with rows of its own") {
    const std::string rows = Described() + Row("1");
    CHECK(hands.Server(Parsed() + Bound() + rows + Complete("DELETE 1")) == rows);
    CHECK(hands.Again() == Sync());
    CHECK(hands.Server(Ready('I')) == Complete("DELETE 1") + Ready('I'));
  }
  CHECK(hands.Again() == Query("SELECT 1"));
  CHECK(hands.status.ok());
}

TEST_CASE("a guarded Query behind an error of a pipeline is passed over with it") {
  Hands hands(kAnything, kText, kFewChanges);
  hands.Client(Parse("", "SELECT nonsense") + Query("DELETE FROM t") + Sync());
  CHECK(hands.held == Sync());
  hands.Server(Error("42703"));
  CHECK(hands.Again() == Sync());
  CHECK(hands.Server(Ready()) == Ready());
  // The server's unnamed statement is not the DELETE.
  hands.Client(Bind("", "") + Execute("") + Sync());
  CHECK(hands.LastRecord().sql() != "DELETE FROM t");
}

TEST_CASE("what a guarded Query leaves as the unnamed statement is known for what it is") {
  Hands hands(kAnything, kText, kFewChanges);
  hands.Client(Parse("", "SELECT 1") + Sync() + Query("DELETE FROM t"));
  hands.Server(Parsed() + Ready() + Parsed() + Bound() + NoRows() + Complete("DELETE 1"));
  hands.Again();
  hands.Server(Ready());
  hands.Client(Bind("", "") + Execute("") + Sync());
  CHECK(hands.LastRecord().sql() == "DELETE FROM t");
  CHECK(hands.to_server == Bind("", "") + Execute("") + Flush());
}

TEST_CASE("an Execute that changes too many rows is made to fail before Sync can end it") {
  Hands hands(kAnything, kText, kFewChanges);
  hands.Client(Parse("", "UPDATE t SET a = 1") + Bind("", "") + Execute("") + Sync());
  CHECK(hands.held == Sync());
  CHECK(hands.Server(Parsed() + Bound() + Complete("UPDATE 3")) == Parsed() + Bound());
  CHECK(Names(Side::kFrontend, hands.Again()) == "Execute Flush");
  const std::string heard = hands.Server(Error("34000"));
  CHECK(heard.find("53400") != std::string::npos);
  CHECK(hands.Again() == Sync());
  CHECK(hands.Server(Ready()) == Ready());
}

TEST_CASE("a portal that stops before its end has not told how much it changed") {
  Hands hands(kAnything, kText, kFewChanges);
  hands.Client(Parse("", "DELETE FROM t RETURNING a") + Bind("", "") + Bytes(wire::Execute{"", 1}) +
               Sync());
  hands.Server(Parsed() + Bound() + Row("1") + Suspended());
  CHECK(Names(Side::kFrontend, hands.Again()) == "Execute Flush");
}

TEST_CASE("COPY from the client is counted when its data has come") {
  Hands hands(kAnything, kText, kFewChanges);
  hands.Client(Query("COPY t FROM STDIN"));
  CHECK(hands.to_server == Guarded("COPY t FROM STDIN"));
  CHECK(hands.Server(Parsed() + Bound() + NoRows() + CopyIn()) == CopyIn());
  CHECK(hands.Client(Data("1\n") + Data("2\n") + CopyDone() + Query("SELECT 1")) ==
        Data("1\n") + Data("2\n") + CopyDone() + Flush());
  SECTION("few enough") {
    hands.Server(Complete("COPY 2"));
    CHECK(hands.Again() == Sync());
    CHECK(hands.Server(Ready()) == Complete("COPY 2") + Ready());
  }
  SECTION("too many") {
    hands.Server(Complete("COPY 3"));
    CHECK(Names(Side::kFrontend, hands.Again()) == "Execute Sync");
    CHECK(Names(Side::kBackend, hands.Server(Error("34000") + Ready())) ==
          "ErrorResponse ReadyForQuery");
  }
  CHECK(hands.Again() == Query("SELECT 1"));
}

TEST_CASE("what cannot be counted is refused before it is sent") {
  for (const char* text : {"TRUNCATE t", "DELETE FROM t; SELECT 1",
                           "WITH a AS (DELETE FROM t RETURNING 1) INSERT INTO u SELECT * FROM a",
                           "SELECT lo_create(0)", "EXECUTE p", "not SQL at all"}) {
    INFO(text);
    Hands hands("{ class: [any, unknown], action: allow }", kText, kFewChanges);
    hands.Client(Query("PREPARE p AS WITH a AS (DELETE FROM t RETURNING 1) DELETE FROM u"));
    hands.Server(Complete("PREPARE") + Ready());
    CHECK(hands.Client(Query(text)).find("portreeve_refused") != std::string::npos);
    CHECK(hands.LastRecord().rule() == "grants/test/limits/affects_at_most");
    const std::string heard = hands.Server(Error("42601") + Ready());
    CHECK(heard.find("53400") != std::string::npos);
  }
}

TEST_CASE("what the tag does not count is undone") {
  for (const char* tag : {"SELECT 1", "EXPLAIN", "FETCH 1", "COPY 1", "DELETE", "DELETE x"}) {
    INFO(tag);
    Hands hands(kAnything, kText, kFewChanges);
    hands.Client(Query("DELETE FROM t"));
    hands.Server(Parsed() + Bound() + NoRows() + Complete(tag));
    CHECK(Names(Side::kFrontend, hands.Again()) == "Execute Sync");
  }
}

TEST_CASE("reads and what keeps a session going are not held up by affects_at_most") {
  Hands hands(kAnything, kText, kFewChanges);
  const std::string asked =
      Query("BEGIN") + Query("SELECT 1") + Query("SET TimeZone = 'UTC'") + Query("COMMIT");
  CHECK(hands.Client(asked) == asked);
}

TEST_CASE("under a limit of rows a text may not act where a result is cut off") {
  for (const char* text : {"SELECT 1; DELETE FROM t", "DELETE FROM t RETURNING a; SELECT 1",
                           "INSERT INTO t VALUES (1); SELECT 1"}) {
    Hands hands(kAnything, kText, kTwoRows);
    CHECK(hands.Client(Query(text)).find("portreeve_refused") != std::string::npos);
    CHECK(hands.LastRecord().rule() == "grants/test/limits/rows");
  }
  Hands hands(kAnything, kText, kTwoRows);
  for (const char* text : {"SELECT 1; SELECT 2", "BEGIN; SELECT 1", "INSERT INTO t VALUES (1)",
                           "INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)"}) {
    INFO(text);
    CHECK(hands.Client(Query(text)) == Query(text));
    hands.Server(Complete("X") + Ready());
  }
}

TEST_CASE("a change whose rows are cut off is undone") {
  Hands hands(kAnything, kText, kTwoRows);
  hands.Client(Query("DELETE FROM t RETURNING a"));
  CHECK(hands.to_server == Guarded("DELETE FROM t RETURNING a"));
  hands.Server(Parsed() + Bound() + Described() + Row("1") + Row("2") + Row("3") +
               Complete("DELETE 3"));
  CHECK(Names(Side::kFrontend, hands.Again()) == "Execute Sync");
}

TEST_CASE("an answer that a guarded Query cannot get is a violation") {
  for (const std::string& answer :
       {Complete("DELETE 1"), Ready(), Bound(), Row("1"), Described(), CopyIn()}) {
    Hands hands(kAnything, kText, kFewChanges);
    hands.Client(Query("DELETE FROM t"));
    hands.Server(answer);
    CHECK_FALSE(hands.status.ok());
  }
  Hands hands(kAnything, kText, kFewChanges);
  hands.Client(Query("DELETE FROM t"));
  hands.Server(Parsed() + Bound() + NoRows() + Complete("DELETE 1") + Ready());
  CHECK_FALSE(hands.status.ok());
}

TEST_CASE("a statement that was stopped for its time says so in the gateway's words") {
  Hands hands;
  hands.Client(Query("SELECT 1") + Query("SELECT 2"));
  CHECK(hands.conversation.running_since_us() == 1'000'000);
  hands.conversation.NoteTimedOut(TookTooLong("test", 1'500'000));
  const std::string heard = hands.Server(Error("57014") + Ready());
  CHECK(heard.find("ran for longer than 1500 ms") != std::string::npos);
  CHECK(heard.find("57014") != std::string::npos);
  CHECK(hands.ended.back().ending == audit::Ending::kCancelled);
  const std::string other = Error("57014");
  CHECK(hands.Server(other) == other);
}

}  // namespace
}  // namespace portreeve::session
