// What the journal keeps of a statement that has a password in it.

#include <catch2/catch.hpp>
#include <string>

#include "hands.h"

namespace portreeve::session {
namespace {

TEST_CASE("a password does not stand in the journal, and reaches the server whole") {
  Hands hands;
  const std::string query = Query("ALTER ROLE r PASSWORD 'hunter2' NOLOGIN");
  CHECK(hands.Client(query) == query);
  CHECK(hands.LastRecord().sql() == "ALTER ROLE r PASSWORD [redacted] NOLOGIN");
}

TEST_CASE("a password that does not parse does not stand in the journal either") {
  Hands hands;
  hands.Client(Query("CREATE USER r IDENTIFIED BY hunter2 PASSWORD = 'hunter2'"));
  CHECK(hands.LastRecord().sql() == "CREATE USER r IDENTIFIED [redacted]");
  CHECK(hands.LastRecord().ShortDebugString().find("hunter2") == std::string::npos);
}

TEST_CASE("an execution of a prepared statement records as little") {
  Hands hands;
  hands.Client(Parse("s", "ALTER ROLE r PASSWORD 'hunter2'") + Bind("", "s") + Execute(""));
  CHECK(hands.LastRecord().sql() == "ALTER ROLE r PASSWORD [redacted]");
}

}  // namespace
}  // namespace portreeve::session
