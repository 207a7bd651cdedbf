// One namespace for SQL and the protocol: what runs under a name is what the record says.

#include <catch2/catch.hpp>

#include "hands.h"

namespace portreeve::session {
namespace {

// Sends one segment and lets the server succeed at all of it.
void Run(Hands& hands, const std::string& messages, const std::string& answers) {
  hands.Client(messages + Sync());
  REQUIRE(hands.held == "");
  hands.Server(answers + Ready());
  REQUIRE(hands.status.ok());
  REQUIRE(hands.turns() == 0);
}

void RunQuery(Hands& hands, const std::string& sql, const std::string& answers) {
  hands.Client(Query(sql));
  hands.Server(answers + Ready());
  REQUIRE(hands.status.ok());
}

// The text that the record of an execution of this statement names.
std::string Executed(Hands& hands, const std::string& statement) {
  hands.Client(Bind("", statement) + Execute("") + Sync());
  const std::string sql = hands.LastRecord().sql();
  hands.Server(Bound() + Complete("X") + Ready());
  return sql;
}

TEST_CASE("a name that SQL makes is known to the protocol") {
  Hands hands;
  RunQuery(hands, "PREPARE s AS DELETE FROM t", Complete("PREPARE"));
  hands.holds = 0;
  CHECK(Executed(hands, "s") == "PREPARE s AS DELETE FROM t");
  CHECK(hands.holds == 1);
}

TEST_CASE("a name that SQL removes and makes again is the new one") {
  Hands hands;
  Run(hands, Parse("s", "SELECT 1"), Parsed());
  for (const char* removal : {"DEALLOCATE s", "DEALLOCATE ALL", "DISCARD ALL"}) {
    RunQuery(hands, removal, Complete("DONE"));
    RunQuery(hands, "PREPARE s AS DELETE FROM t", Complete("PREPARE"));
    CHECK(Executed(hands, "s") == "PREPARE s AS DELETE FROM t");
    RunQuery(hands, removal, Complete("DONE"));
    Run(hands, Parse("s", "SELECT 1"), Parsed());
    CHECK(Executed(hands, "s") == "SELECT 1");
  }
}

TEST_CASE("names of 63 equal bytes are one name") {
  Hands hands;
  const std::string stem(63, 'n');
  Run(hands, Parse(stem + "A", "SELECT 1"), Parsed());
  Run(hands, CloseStatement(stem + "B") + Parse(stem + "C", "DELETE FROM t"), Closed() + Parsed());
  CHECK(Executed(hands, stem + "A") == "DELETE FROM t");
}

TEST_CASE("what a Query prepares before it fails stays prepared, what it does not reach does not") {
  Hands hands;
  hands.Client(Query("PREPARE a AS DELETE FROM t; SELECT 1/0; PREPARE b AS DELETE FROM u"));
  hands.Server(Complete("PREPARE") + Error("22012") + Ready());
  CHECK(Executed(hands, "a") == "PREPARE a AS DELETE FROM t");
  hands.Client(Bind("", "b") + Execute("") + Sync());
  CHECK(hands.LastRecord().sql() == "");
}

TEST_CASE("the names of a Query are undecided until it is answered") {
  Hands hands;
  Run(hands, Parse("s", "SELECT 1"), Parsed());
  hands.Client(Query("DEALLOCATE s; PREPARE s AS DELETE FROM t") + Bind("", "s") + Execute("") +
               Sync());
  CHECK(hands.progress.next == RequestHand::Next::kWait);
  CHECK(hands.Records().size() == 2);
  SECTION("it succeeds") {
    hands.Server(Complete("DEALLOCATE") + Complete("PREPARE") + Ready());
    hands.Again();
    CHECK(hands.LastRecord().sql() == "PREPARE s AS DELETE FROM t");
  }
  SECTION("it fails at once") {
    hands.Server(Error("26000") + Ready());
    hands.Again();
    CHECK(hands.LastRecord().sql() == "SELECT 1");
  }
}

TEST_CASE("EXECUTE of a write is durable first, EXECUTE of a read is not") {
  Hands hands;
  RunQuery(hands, "PREPARE w AS DELETE FROM t; PREPARE r AS SELECT 1",
           Complete("PREPARE") + Complete("PREPARE"));
  hands.holds = 0;
  RunQuery(hands, "EXECUTE r", Complete("SELECT 1"));
  CHECK(hands.holds == 0);
  RunQuery(hands, "EXECUTE w", Complete("DELETE 1"));
  CHECK(hands.holds == 1);
  RunQuery(hands, "EXPLAIN ANALYZE EXECUTE w", Complete("EXPLAIN"));
  CHECK(hands.holds == 2);
  RunQuery(hands, "EXECUTE made_elsewhere", Complete("SELECT 1"));
  CHECK(hands.holds == 3);
}

TEST_CASE("FETCH runs what a portal is bound to: a write is durable first") {
  Hands hands;
  hands.Client(Parse("", "DELETE FROM t RETURNING *") + Bind("p", ""));
  CHECK(hands.holds == 0);
  hands.Client(Query("FETCH ALL FROM p"));
  CHECK(hands.holds == 1);
}

TEST_CASE("FETCH of a cursor over a query waits for no disk") {
  Hands hands;
  hands.Client(Query("BEGIN; DECLARE c CURSOR FOR SELECT 1"));
  hands.Server(Complete("BEGIN") + Complete("DECLARE CURSOR") + Ready('T'));
  hands.Client(Query("FETCH ALL FROM c") + Execute("c"));
  CHECK(hands.holds == 0);
  CHECK(hands.LastRecord().sql() == "DECLARE c CURSOR FOR SELECT 1");
}

TEST_CASE("a portal that takes the name of an earlier one is recorded as what it is") {
  Hands hands;
  hands.Client(Query("BEGIN"));
  hands.Server(Complete("BEGIN") + Ready('T'));
  hands.Client(Parse("", "SELECT 1") + Bind("p", "") + Sync());
  hands.Server(Parsed() + Bound() + Ready('T'));
  hands.Client(Query("CLOSE p; DECLARE p CURSOR FOR SELECT secret FROM t"));
  hands.Server(Complete("CLOSE CURSOR") + Complete("DECLARE CURSOR") + Ready('T'));
  hands.Client(Execute("p") + Sync());
  CHECK(hands.LastRecord().sql() == "DECLARE p CURSOR FOR SELECT secret FROM t");
}

TEST_CASE("portals end with their transaction") {
  Hands hands;
  for (int i = 0; i < 3 * static_cast<int>(NameTable::kMaxNames); i += 1'000) {
    std::string asked, answered;
    for (int j = 0; j < 1'000; ++j) {
      asked += Bind("p" + std::to_string(i + j), "");
      answered += Bound();
    }
    Run(hands, asked, answered);
  }
  // None was refused.
  CHECK(hands.holds == 0);
  hands.Client(Execute("p0") + Sync());
  CHECK(hands.LastRecord().sql() == "");
  CHECK(hands.LastRecord().classes(0).sub_class() == "fetch");
}

TEST_CASE("a portal that nobody saw being made is what FETCH is: recorded, durable, by the rules") {
  Hands hands;
  hands.Client(Execute("refcursor") + Sync());
  CHECK(hands.to_server == Execute("refcursor") + Sync());
  CHECK(hands.holds == 1);
  CHECK(hands.LastRecord().portal_name() == "refcursor");
  CHECK(hands.LastRecord().decision() == proto::audit::ALLOW);

  Hands strict("{ class: fetch, action: refuse }, { class: any, action: allow }");
  CHECK(strict.Client(Execute("refcursor") + Sync()) != Execute("refcursor") + Sync());
  CHECK(strict.LastRecord().decision() == proto::audit::REFUSE);
}

TEST_CASE("a statement under two names is not followed, but refused") {
  Hands hands;
  Run(hands, Parse("outer_one", "PREPARE hidden AS DELETE FROM t"), Parsed());
  CHECK(hands.Client(Query("EXECUTE outer_one")) != Query("EXECUTE outer_one"));
  CHECK(hands.LastRecord().decision() == proto::audit::REFUSE);
  CHECK(hands.LastRecord().rule() == "limits/nested_names");
}

TEST_CASE("the same name parsed again while the first is pending holds within the pipeline") {
  Hands hands;
  Run(hands,
      Parse("", "SELECT 1") + Bind("", "") + Execute("") + Parse("", "DELETE FROM t") +
          Bind("", "") + Execute(""),
      Parsed() + Bound() + Complete("SELECT 1") + Parsed() + Bound() + Complete("DELETE 1"));
  const auto records = hands.Records();
  REQUIRE(records.size() == 4);
  CHECK(records[1].sql() == "SELECT 1");
  CHECK(records[3].sql() == "DELETE FROM t");
}

TEST_CASE("a portal of another segment is waited for until its Bind is answered") {
  Hands hands;
  hands.Client(Query("BEGIN"));
  hands.Server(Complete("BEGIN") + Ready('T'));
  hands.Client(Parse("", "SELECT 1") + Bind("p", "") + Sync() + Execute("p") + Sync());
  CHECK(hands.progress.next == RequestHand::Next::kWait);
  CHECK(hands.held == Execute("p") + Sync());
  hands.Server(Parsed() + Bound() + Ready('T'));
  CHECK(hands.Again() == Execute("p") + Sync());
  CHECK(hands.LastRecord().sql() == "SELECT 1");
}

TEST_CASE("names that could be read in two ways are refused, in every message that uses one") {
  const std::string name = "\xc3\xa9";
  Hands hands;
  CHECK(hands.Client(Parse(name, "SELECT 1")) == Parse(name, "SELECT 1"));
  hands.Server(Parsed() + Status("client_encoding", "LATIN1"));
  for (const std::string& message :
       {Parse(name, "SELECT 1"), Bind("", name), Bind(name, ""), Execute(name),
        Query("PREPARE \"" + name + "\" AS SELECT 1"), Query("EXECUTE \"" + name + "\"")}) {
    INFO(message[0]);
    CHECK(hands.Client(message) != message);
    hands.Client(Sync());
    hands.Server(Error("42601") + (message[0] == 'Q' ? Ready() : "") + Ready());
    CHECK(hands.status.ok());
  }
  CHECK(hands.Client(Parse("ascii", "SELECT 1")) == Parse("ascii", "SELECT 1"));
}

}  // namespace
}  // namespace portreeve::session
