// Messages that are never held whole: what decides stands in their first bytes, and their bodies
// are checked as they pass.

#include <catch2/catch.hpp>

#include "hands.h"

namespace portreeve::session {
namespace {

std::string LargeBind(const std::string& portal, const std::string& statement, size_t bytes) {
  const std::string value(bytes, 'v');
  const std::optional<std::string_view> values[] = {value, std::nullopt};
  const std::string packed = wire::Values::Pack(values);
  wire::Bind bind;
  bind.portal = portal;
  bind.statement = statement;
  bind.values = wire::Values(2, packed);
  return Bytes(bind);
}

std::string InPieces(Hands& hands, const std::string& message, size_t piece) {
  std::string sent;
  for (size_t at = 0; at < message.size(); at += piece) {
    sent += hands.Client(message.substr(at, piece));
    REQUIRE(hands.held.size() <= RequestHand::kMaxNamesBytes);
  }
  return sent;
}

TEST_CASE("a large Bind passes as it is, in pieces of any size") {
  const std::string bind = LargeBind("p", "s", 2'000'000);
  for (const size_t piece : {size_t{777}, size_t{100'000}, bind.size()}) {
    Hands hands;
    hands.Client(Parse("s", "SELECT $1, $2") + Sync());
    hands.Server(Parsed() + Ready());
    CHECK(InPieces(hands, bind, piece) == bind);
    CHECK_FALSE(hands.requests.inside_message());
    hands.Client(Execute("p") + Sync());
    CHECK(hands.LastRecord().sql() == "SELECT $1, $2");
    hands.Server(Bound() + Complete("SELECT 1") + Ready());
    CHECK(hands.status.ok());
  }
}

TEST_CASE("a large Bind of a refused statement is dropped whole") {
  Hands hands(kReadsOnly);
  hands.Client(Parse("s", "DELETE FROM t"));
  const std::string sent = InPieces(hands, LargeBind("p", "s", 2'000'000), 50'000);
  CHECK(sent.size() < 200);
  CHECK(hands.Client(Sync()) == Sync());
  hands.Server(Error("42601") + Ready());
  CHECK(hands.status.ok());
}

TEST_CASE("a large Bind that turns out malformed is fatal before its last byte has passed") {
  Hands hands;
  std::string bind = LargeBind("p", "s", 2'000'000);
  bind[bind.size() - 1] = '\x01';
  std::string sent;
  for (size_t at = 0; at < bind.size(); at += 100'000) {
    sent += hands.Client(bind.substr(at, 100'000));
    if (hands.progress.next == RequestHand::Next::kFatal) break;
  }
  CHECK(hands.progress.next == RequestHand::Next::kFatal);
  CHECK(sent.size() < bind.size());
}

TEST_CASE("the names of a large Bind are bounded") {
  Hands hands;
  CHECK(hands.Client(LargeBind(std::string(10'000, 'p'), "s", 2'000'000).substr(0, 9'000)) == "");
  CHECK(hands.progress.next == RequestHand::Next::kFatal);
  CHECK(hands.requests.fatal().sqlstate == "54000");
}

TEST_CASE("a Query or Parse beyond the limit is refused, recorded in part and never collected") {
  const std::string text = "DELETE FROM t WHERE a IN (" + std::string(3'000'000, '1') + ")";
  Hands hands;
  std::string sent = InPieces(hands, Query(text), 60'000);
  CHECK(sent.size() < 100);
  CHECK(hands.LastRecord().text_truncated());
  CHECK(hands.LastRecord().sql_length() == text.size() + 1);
  CHECK(hands.LastRecord().sql().starts_with("DELETE FROM t"));
  const std::string heard = hands.Server(Error("42601") + Ready());
  CHECK(heard.find("54000") != std::string::npos);

  sent = InPieces(hands, Parse("name", text), 60'000);
  CHECK(sent.size() < 200);
  CHECK(hands.LastRecord().kind() == proto::audit::PARSE);
  CHECK(hands.LastRecord().statement_name() == "name");
  CHECK(hands.LastRecord().sql().starts_with("DELETE FROM t"));
  CHECK(hands.Client(Sync() + Query("SELECT 1")) == Sync() + Query("SELECT 1"));
  hands.Server(Error("42601") + Ready() + Complete("SELECT 1") + Ready());
  CHECK(hands.status.ok());
  CHECK(hands.turns() == 0);
}

TEST_CASE("a text just within what is held, but beyond what is examined, is refused as well") {
  Hands hands(kAnything, 1'000);
  const std::string query = Query("SELECT '" + std::string(2'000, 'x') + "'");
  CHECK(hands.Client(query) != query);
  CHECK(hands.LastRecord().decision() == proto::audit::REFUSE);
}

TEST_CASE("a large FunctionCall is decided by its function and checked to its end") {
  wire::FunctionCall call;
  call.function_oid = 7;
  const std::string value(2'000'000, 'v');
  const std::optional<std::string_view> values[] = {value};
  const std::string packed = wire::Values::Pack(values);
  call.arguments = wire::Values(1, packed);
  const std::string message = Bytes(call);

  Hands refusing;
  CHECK(InPieces(refusing, message, 50'000).size() < 50);
  CHECK(refusing.LastRecord().function_oid() == 7);

  Hands allowing("{ class: function_call, action: allow }");
  CHECK(InPieces(allowing, message, 50'000) == message);
  CHECK(allowing.LastRecord().decision() == proto::audit::ALLOW);
}

}  // namespace
}  // namespace portreeve::session
