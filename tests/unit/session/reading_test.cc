// What the server reads in a text depends on two of its settings.

#include "session/reading.h"

#include <catch2/catch.hpp>

#include "hands.h"

namespace portreeve::session {
namespace {

constexpr char kReadAndMisc[] = "{ class: [read, misc], action: allow }";
// One string where backslashes are characters; a DELETE behind it where they escape.
const std::string kTwoFaced = R"(SELECT 'a\''; DELETE FROM t; --')";
const std::string kAccents = "SELECT 'caf\xc3\xa9'";

bool Passes(Hands& hands, const std::string& message) {
  const std::string before = hands.to_server;
  return hands.Client(message) == message;
}

TEST_CASE("a text is read as the server reads it now") {
  Hands hands(kReadAndMisc);
  CHECK(Passes(hands, Query(kTwoFaced)));
  hands.Server(Complete("SELECT 1") + Ready());
  CHECK(Passes(hands, Query("SET standard_conforming_strings = off")));
  hands.Server(Complete("SET") + Status("standard_conforming_strings", "off") + Ready());
  CHECK_FALSE(Passes(hands, Query(kTwoFaced)));
  hands.Server(Error("42601") + Ready());
  CHECK(Passes(hands, Query(R"(SELECT 'it\'s')")));
}

TEST_CASE("a setting that is under way makes a two-faced text unreadable") {
  for (const char* set : {"SET standard_conforming_strings = off",
                          "SELECT set_config('standard_conforming_strings', 'off', false)"}) {
    Hands hands("{ class: [read, misc, function], action: allow }");
    CHECK(Passes(hands, Query(set)));
    CHECK(Passes(hands, Query(R"(SELECT 'a\_b', E'c\\d')")));
    CHECK_FALSE(Passes(hands, Query(kTwoFaced)));
    CHECK(hands.LastRecord().decision() == proto::audit::REFUSE);
  }
}

TEST_CASE("so does one that is under way in the same pipeline, after its own answer") {
  Hands hands(kReadAndMisc);
  hands.Client(Parse("", "SET standard_conforming_strings = off") + Bind("", "") + Execute(""));
  hands.Server(Parsed() + Bound() + Complete("SET"));
  // Servers from 14 on tell of the change only with ReadyForQuery.
  CHECK_FALSE(Passes(hands, Parse("", kTwoFaced)));
}

TEST_CASE("so does a transaction that may take the setting back") {
  Hands hands(kReadAndMisc);
  hands.Client(Query("BEGIN; SET standard_conforming_strings = off"));
  hands.Server(Complete("BEGIN") + Complete("SET") + Status("standard_conforming_strings", "off") +
               Ready('T'));
  CHECK(Passes(hands, Query("ROLLBACK")));
  CHECK_FALSE(Passes(hands, Query(R"(SELECT '\'; DELETE FROM t; --')")));
}

TEST_CASE("so does EXECUTE of what sets it") {
  Hands hands("{ class: [read, misc, function], action: allow }");
  hands.Client(
      Query("PREPARE s AS SELECT set_config('standard_conforming_strings', 'off', false)"));
  hands.Server(Complete("PREPARE") + Ready());
  CHECK(Passes(hands, Query("EXECUTE s")));
  CHECK_FALSE(Passes(hands, Query(kTwoFaced)));
}

TEST_CASE("a pipeline of a session that never touched the setting is not in doubt") {
  Hands hands(kReadAndMisc);
  CHECK(Passes(hands, Query("BEGIN")));
  CHECK(Passes(hands, Query(R"(SELECT * FROM t WHERE a LIKE 'x' ESCAPE '\')")));
  CHECK(Passes(hands, Query("SET standard_conforming_strings = on")));
  CHECK(Passes(hands, Query(R"(SELECT '\')")));
  CHECK(Passes(hands, Query(kAccents)));
}

TEST_CASE("in an encoding whose characters can end in ASCII only ASCII is read") {
  for (const char* encoding : {"SJIS", "BIG5", "GBK", "GB18030", "UHC", "JOHAB"}) {
    Hands hands(kReadAndMisc);
    hands.Server(Status("client_encoding", encoding));
    CHECK_FALSE(Passes(hands, Query(kAccents)));
    CHECK(Passes(hands, Query("SELECT 'cafe'")));
  }
  Hands latin(kReadAndMisc);
  latin.Server(Status("client_encoding", "LATIN1"));
  CHECK(Passes(latin, Query(kAccents)));
}

TEST_CASE("while the encoding may be changing only ASCII is read") {
  Hands hands(kReadAndMisc);
  CHECK(Passes(hands, Query("SET client_encoding = 'SJIS'")));
  CHECK_FALSE(Passes(hands, Query(kAccents)));
  CHECK(Passes(hands, Query("SELECT 1")));
}

}  // namespace
}  // namespace portreeve::session
