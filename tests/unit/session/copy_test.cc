// COPY FROM STDIN: while the server waits for data it reads messages differently.

#include <catch2/catch.hpp>

#include "hands.h"

namespace portreeve::session {
namespace {

const std::string kCopy = Query("COPY t FROM STDIN");

TEST_CASE("nothing follows a COPY before the server takes it, and then its data passes untouched") {
  Hands hands;
  CHECK(hands.Client(kCopy + Data("1\n") + Data("2\n") + CopyDone() + Query("SELECT 1")) == kCopy);
  CHECK(hands.progress.next == RequestHand::Next::kWait);
  CHECK(hands.Server(CopyIn()) == CopyIn());
  CHECK(hands.Again() == Data("1\n") + Data("2\n") + CopyDone() + Query("SELECT 1"));
  hands.Server(Complete("COPY 2") + Ready() + Complete("SELECT 1") + Ready());
  CHECK(hands.status.ok());
  CHECK(hands.turns() == 0);
}

TEST_CASE("data for a COPY that the server rejected is dropped, as the server would") {
  Hands hands;
  hands.Client(kCopy + Data("DROP TABLE t") + CopyDone() + Query("SELECT 1"));
  hands.Server(Error("42P01") + Ready());
  CHECK(hands.Again() == Query("SELECT 1"));
  hands.Server(Complete("SELECT 1") + Ready());
  CHECK(hands.status.ok());
  CHECK(hands.turns() == 0);
}

TEST_CASE("an error in the middle of a COPY ends it, simple and extended") {
  Hands simple;
  simple.Client(kCopy);
  simple.Server(CopyIn());
  simple.Client(Data("x\n"));
  simple.Server(Error("22P02") + Ready());
  CHECK(simple.Client(Data("y\n") + CopyDone() + Query("SELECT 1")) == Query("SELECT 1"));
  simple.Server(Complete("SELECT 1") + Ready());
  CHECK(simple.status.ok());
  CHECK(simple.turns() == 0);

  Hands extended;
  extended.Client(Parse("", "COPY t FROM STDIN") + Bind("", "") + Execute(""));
  extended.Server(Parsed() + Bound() + CopyIn());
  extended.Client(Data("x\n"));
  extended.Server(Error("22P02"));
  CHECK(extended.Client(Data("y\n") + CopyDone() + Sync() + Query("SELECT 1")) ==
        Sync() + Query("SELECT 1"));
  extended.Server(Ready() + Complete("SELECT 1") + Ready());
  CHECK(extended.status.ok());
  CHECK(extended.turns() == 0);
}

TEST_CASE("CopyFail ends the COPY and the server's error answers it") {
  Hands hands;
  hands.Client(kCopy);
  hands.Server(CopyIn());
  const std::string fail = Bytes(wire::CopyFail{"never mind"});
  CHECK(hands.Client(Data("1\n") + fail + Query("SELECT 1")) ==
        Data("1\n") + fail + Query("SELECT 1"));
  hands.Server(Error("57014") + Ready() + Complete("SELECT 1") + Ready());
  CHECK(hands.status.ok());
  CHECK(hands.turns() == 0);
}

TEST_CASE("several COPYs in one Query each wait for the server") {
  Hands hands;
  const std::string both = Query("COPY a FROM STDIN; COPY b FROM STDIN; SELECT 1");
  hands.Client(both + Data("1\n") + CopyDone() + Data("2\n") + CopyDone() + Query("SELECT 2"));
  hands.Server(CopyIn());
  CHECK(hands.Again() == Data("1\n") + CopyDone());
  hands.Server(Complete("COPY 1") + CopyIn());
  CHECK(hands.Again() == Data("2\n") + CopyDone() + Query("SELECT 2"));
  hands.Server(Complete("COPY 1") + Complete("SELECT 1") + Ready() + Complete("SELECT 1") +
               Ready());
  CHECK(hands.status.ok());
  CHECK(hands.turns() == 0);
}

TEST_CASE("the first COPY of a Query that fails takes the second with it") {
  Hands hands;
  hands.Client(Query("COPY a FROM STDIN; COPY b FROM STDIN"));
  hands.Server(CopyIn());
  hands.Client(Data("x\n") + CopyDone());
  hands.Server(Error("22P02") + Ready());
  CHECK(hands.Client(Data("2\n") + CopyDone() + Query("SELECT 2")) == Query("SELECT 2"));
  hands.Server(Complete("SELECT 1") + Ready());
  CHECK(hands.status.ok());
}

TEST_CASE("a Sync that comes with the COPY, as libpq sends it, is ignored as the server does") {
  Hands hands;
  hands.Client(Parse("", "COPY t FROM STDIN") + Bind("", "") + Execute("") + Sync());
  CHECK(hands.progress.next == RequestHand::Next::kWait);
  hands.Server(Parsed() + Bound() + CopyIn());
  CHECK(hands.Again() == "");
  CHECK(hands.held == "");
  CHECK(hands.Client(Data("1\n") + CopyDone() + Sync()) == Data("1\n") + CopyDone() + Sync());
  hands.Server(Complete("COPY 1") + Ready());
  CHECK(hands.status.ok());
  CHECK(hands.turns() == 0);
}

TEST_CASE("a Sync behind data waits until it is known whether the server has failed at the data") {
  Hands hands;
  hands.Client(Parse("", "COPY t FROM STDIN") + Bind("", "") + Execute(""));
  hands.Server(Parsed() + Bound() + CopyIn());
  CHECK(hands.Client(Data("x\n") + Sync()) == Data("x\n"));
  CHECK(hands.held == Sync());
  CHECK(hands.progress.may_wake);
  SECTION("it has: Sync ends the passing over") {
    hands.Server(Error("22P02"));
    CHECK(hands.Again() == Sync());
    hands.Server(Ready());
  }
  SECTION("it has not: Sync means nothing") {
    CHECK(hands.Client(Data("2\n") + CopyDone() + Sync()) == Data("2\n") + CopyDone() + Sync());
    hands.Server(Complete("COPY 2") + Ready());
  }
  CHECK(hands.status.ok());
  CHECK(hands.turns() == 0);
}

TEST_CASE("Flush and Terminate may stand in a COPY, every other message is fatal") {
  for (const std::string& message :
       {Query("SELECT 1"), Parse("", "SELECT 1"), Bind("", ""), Execute(""), CloseStatement(""),
        DescribePortal(""), Bytes(wire::FunctionCall{})}) {
    Hands hands;
    hands.Client(kCopy);
    hands.Server(CopyIn());
    CHECK(hands.Client(message) == "");
    CHECK(hands.progress.next == RequestHand::Next::kFatal);
    CHECK(hands.Records().size() == 1);
  }
  Hands hands;
  hands.Client(kCopy);
  hands.Server(CopyIn());
  const std::string flush = Bytes(wire::Flush{});
  CHECK(hands.Client(flush + Bytes(wire::Terminate{})) == flush + Bytes(wire::Terminate{}));
  CHECK(hands.progress.next == RequestHand::Next::kTerminate);
}

TEST_CASE("a message that is too large to be held is no way round that") {
  for (const char type : {'Q', 'P', 'B', 'F'}) {
    Hands hands(kAnything, 1'000);
    hands.Client(kCopy);
    hands.Server(CopyIn());
    std::string huge{type, '\0', '\x20', '\0', '\0'};
    huge.append(20'000, '\0');
    CHECK(hands.Client(huge) == "");
    CHECK(hands.progress.next == RequestHand::Next::kFatal);
  }
}

TEST_CASE("a server that asks for data where no COPY was sent breaks the protocol") {
  Hands hands;
  hands.Client(Query("SELECT 1") + Query("DROP TABLE t"));
  CHECK(hands.Server(CopyIn()) == "");
  CHECK_FALSE(hands.status.ok());
}

// SQL cannot prepare a COPY, but Parse can.
TEST_CASE("a COPY that is run by the name that Parse gave it is awaited like any other") {
  Hands hands;
  hands.Client(Parse("p", "COPY t FROM STDIN") + Sync());
  hands.Server(Parsed() + Ready());
  SECTION("in a Query, as often as it is named") {
    const std::string twice = Query("EXECUTE p; EXECUTE p");
    const std::string first = Data("1\n") + CopyDone();
    CHECK(hands.Client(twice + first + Data("2\n") + CopyDone() + Query("SELECT 1")) == twice);
    CHECK(hands.Server(CopyIn()) == CopyIn());
    CHECK(hands.Again() == first);
    CHECK(hands.Server(Complete("COPY 1") + CopyIn()) == Complete("COPY 1") + CopyIn());
    CHECK(hands.Again() == Data("2\n") + CopyDone() + Query("SELECT 1"));
    hands.Server(Complete("COPY 1") + Ready() + Complete("SELECT 1") + Ready());
  }
  SECTION("by a portal") {
    const std::string run = Parse("", "EXECUTE p") + Bind("", "") + Execute("");
    CHECK(hands.Client(run + Data("1\n") + CopyDone() + Sync()) == run);
    CHECK(hands.Server(Parsed() + Bound() + CopyIn()) == Parsed() + Bound() + CopyIn());
    CHECK(hands.Again() == Data("1\n") + CopyDone() + Sync());
    hands.Server(Complete("COPY 1") + Ready());
  }
  SECTION("and the server may say that it is none") {
    CHECK(hands.Client(Query("EXECUTE p") + Data("1\n") + Query("SELECT 1")) == Query("EXECUTE p"));
    hands.Server(Error("26000") + Ready());
    CHECK(hands.Again() == Query("SELECT 1"));
    hands.Server(Complete("SELECT 1") + Ready());
  }
  CHECK(hands.status.ok());
  CHECK(hands.turns() == 0);
}

TEST_CASE("large CopyData passes in pieces, without being held") {
  Hands hands;
  hands.Client(kCopy);
  hands.Server(CopyIn());
  const std::string data = Data(std::string(3'000'000, 'x'));
  std::string sent;
  for (size_t at = 0; at < data.size(); at += 100'000) {
    sent += hands.Client(data.substr(at, 100'000));
    CHECK(hands.held == "");
  }
  CHECK(sent == data);
}

TEST_CASE("a COPY behind an error of its pipeline is never awaited") {
  Hands hands;
  hands.Client(Bind("", "nothing"));
  hands.Server(Error("26000"));
  hands.Client(Parse("", "COPY t FROM STDIN") + Bind("", "") + Execute("") + Sync());
  CHECK(hands.held == "");
  hands.Server(Ready());
  CHECK(hands.Client(Query("SELECT 1")) == Query("SELECT 1"));
  CHECK(hands.status.ok());
}

TEST_CASE("COPY TO STDOUT passes with its rows counted") {
  Hands hands;
  hands.Client(Query("COPY t TO STDOUT"));
  const std::string answer = Bytes(wire::CopyOutResponse{}) + Data("1\n") + Data("2\n") +
                             CopyDone() + Complete("COPY 2") + Ready();
  CHECK(hands.Server(answer) == answer);
  CHECK(hands.ended.back().rows == 2);
}

}  // namespace
}  // namespace portreeve::session
