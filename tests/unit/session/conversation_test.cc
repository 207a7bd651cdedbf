#include "session/conversation.h"

#include <catch2/catch.hpp>
#include <string>

#include "hands.h"

namespace portreeve::session {
namespace {

// Only the queue of turns: what the server may say at each point of it.
class Listener : public StatementEndListener {
 public:
  void OnStatementEnd(const StatementEnd& end) override {
    ended.push_back({end.statement, end.ending, "", std::string(end.sqlstate), end.rows});
    duration_us = end.duration_us;
  }
  std::vector<Ended> ended;
  uint64_t duration_us = 0;
};

struct Fixture {
  Listener listener;
  Conversation conversation{listener};

  void Expect(TurnKind kind, size_t copies_in = 0) {
    Turn turn;
    turn.kind = kind;
    turn.statement = ++statement;
    turn.started_us = 1'000;
    turn.copies_in = copies_in;
    conversation.Expect(std::move(turn));
  }
  Verdict Answer(const std::string& message) {
    const std::string_view body = std::string_view(message).substr(wire::kHeaderBytes);
    const auto head = body.substr(0, Conversation::PeekBytes(message[0]));
    return conversation.OnAnswer(message[0], head, static_cast<uint32_t>(body.size()), 3'500);
  }
  uint64_t statement = 0;
};

TEST_CASE("each turn is ended by its own answer and by no other") {
  struct Case {
    TurnKind kind;
    std::string answer;
  };
  const std::vector<Case> cases = {{TurnKind::kParse, Parsed()},
                                   {TurnKind::kBind, Bound()},
                                   {TurnKind::kClose, Closed()},
                                   {TurnKind::kDescribe, NoRows()},
                                   {TurnKind::kExecute, Complete("X")},
                                   {TurnKind::kSync, Ready()},
                                   {TurnKind::kQuery, Ready()},
                                   {TurnKind::kFunctionCall, Ready()},
                                   {TurnKind::kExecute, Suspended()},
                                   {TurnKind::kExecute, Bytes(wire::EmptyQueryResponse{})},
                                   {TurnKind::kDescribe, Bytes(wire::RowDescription{})}};
  for (const Case& expected : cases) {
    for (const Case& said : cases) {
      Fixture fixture;
      fixture.Expect(expected.kind);
      const bool passes = fixture.Answer(said.answer) == Verdict::kPass;
      INFO("turn " << static_cast<int>(expected.kind) << ", answer " << said.answer[0]);
      // A Query is answered by many messages; it has ended when ReadyForQuery has come.
      const bool part_of_query = expected.kind == TurnKind::kQuery &&
                                 std::string("CITZ").find(said.answer[0]) != std::string::npos;
      const bool fits = std::any_of(cases.begin(), cases.end(), [&](const Case& other) {
        return other.kind == expected.kind && other.answer == said.answer;
      });
      CHECK(passes == (fits || part_of_query));
      CHECK((fixture.conversation.turns() == 0) == fits);
    }
  }
}

TEST_CASE("what belongs to no turn is a violation, but for what a server may always say") {
  Fixture fixture;
  for (const std::string& message :
       {Parsed(), Bound(), Closed(), NoRows(), Complete("X"), Ready(), Row("1"), CopyIn(),
        Suspended(), Data("x"), CopyDone(), Error("42601"), Bytes(wire::FunctionCallResponse{}),
        Bytes(wire::CopyBothResponse{}), Bytes(wire::Authentication{}),
        Bytes(wire::BackendKeyData{1, "abcd"}), Bytes(wire::NegotiateProtocolVersion{})}) {
    INFO(wire::BackendName(message[0]));
    CHECK(fixture.Answer(message) == Verdict::kViolation);
  }
  CHECK(fixture.Answer(Status("TimeZone", "UTC")) == Verdict::kPass);
  CHECK(fixture.Answer(Bytes(wire::NoticeResponse{})) == Verdict::kPass);
  CHECK(fixture.Answer(Bytes(wire::NotificationResponse{})) == Verdict::kPass);
  CHECK(fixture.Answer(Error("57P01", "bye", "FATAL")) == Verdict::kPass);
}

TEST_CASE("how a statement ended is told with its rows, its error and its time") {
  Fixture fixture;
  fixture.Expect(TurnKind::kQuery);
  fixture.Answer(Row("1"));
  fixture.Answer(Row("2"));
  fixture.Answer(Complete("SELECT 2"));
  fixture.Answer(Error("57014"));
  fixture.Answer(Ready());
  REQUIRE(fixture.listener.ended.size() == 1);
  CHECK(fixture.listener.ended[0].ending == audit::Ending::kCancelled);
  CHECK(fixture.listener.ended[0].sqlstate == "57014");
  CHECK(fixture.listener.ended[0].rows == 2);
  CHECK(fixture.listener.duration_us == 2'500);

  fixture.Expect(TurnKind::kQuery);
  fixture.Answer(Complete("SELECT 0"));
  fixture.Answer(Ready());
  REQUIRE(fixture.listener.ended.size() == 2);
  CHECK(fixture.listener.ended[1].ending == audit::Ending::kCompleted);
  CHECK(fixture.listener.ended[1].sqlstate == "");
  CHECK(fixture.listener.ended[1].rows == 0);
}

TEST_CASE("an error of the extended protocol skips to Sync, one of a Query or of Sync does not") {
  Fixture fixture;
  for (const TurnKind kind : {TurnKind::kParse, TurnKind::kQuery, TurnKind::kExecute,
                              TurnKind::kSync, TurnKind::kParse}) {
    fixture.Expect(kind);
  }
  CHECK(fixture.Answer(Error("42601")) == Verdict::kPass);
  CHECK(fixture.conversation.turns() == 2);
  CHECK(fixture.Answer(Ready()) == Verdict::kPass);
  CHECK(fixture.Answer(Parsed()) == Verdict::kPass);
  CHECK(fixture.conversation.turns() == 0);

  fixture.Expect(TurnKind::kQuery);
  fixture.Expect(TurnKind::kQuery);
  CHECK(fixture.Answer(Error("42601")) == Verdict::kPass);
  CHECK(fixture.Answer(Ready()) == Verdict::kPass);
  CHECK(fixture.conversation.turns() == 1);
  CHECK(fixture.Answer(Ready()) == Verdict::kPass);

  fixture.Expect(TurnKind::kSync);
  fixture.Expect(TurnKind::kParse);
  CHECK(fixture.Answer(Error("23503")) == Verdict::kPass);
  CHECK(fixture.Answer(Ready()) == Verdict::kPass);
  CHECK(fixture.Answer(Parsed()) == Verdict::kPass);
}

TEST_CASE("what is asked after the error and before Sync is skipped as well") {
  Fixture fixture;
  fixture.Expect(TurnKind::kParse);
  fixture.Answer(Error("42601"));
  fixture.Expect(TurnKind::kBind);
  fixture.Expect(TurnKind::kExecute, 1);
  fixture.Expect(TurnKind::kQuery);
  CHECK(fixture.conversation.turns() == 0);
  CHECK(fixture.conversation.copy_phase() == CopyPhase::kNone);
  CHECK_FALSE(fixture.conversation.view().idle);
  CHECK(fixture.listener.ended.back().ending == audit::Ending::kSkipped);
  fixture.Expect(TurnKind::kSync);
  fixture.Expect(TurnKind::kParse);
  CHECK(fixture.Answer(Ready()) == Verdict::kPass);
  CHECK(fixture.Answer(Parsed()) == Verdict::kPass);
}

TEST_CASE("idle is said only after the last ReadyForQuery") {
  Fixture fixture;
  CHECK(fixture.conversation.view().idle);
  fixture.Expect(TurnKind::kParse);
  CHECK_FALSE(fixture.conversation.view().idle);
  fixture.Answer(Parsed());
  CHECK(fixture.conversation.turns() == 0);
  CHECK_FALSE(fixture.conversation.view().idle);
  fixture.Expect(TurnKind::kSync);
  fixture.Expect(TurnKind::kSync);
  fixture.Answer(Ready('T'));
  CHECK_FALSE(fixture.conversation.view().idle);
  fixture.Answer(Ready('T'));
  CHECK(fixture.conversation.view().idle);
  CHECK(fixture.conversation.view().in_transaction);
}

TEST_CASE("the request hand waits at its limits and while a COPY has not begun") {
  Fixture fixture;
  for (size_t i = 0; i < Conversation::kMaxTurns; ++i) {
    REQUIRE_FALSE(fixture.conversation.view().must_wait);
    fixture.Expect(TurnKind::kSync);
  }
  CHECK(fixture.conversation.view().must_wait);
  fixture.Answer(Ready());
  CHECK_FALSE(fixture.conversation.view().must_wait);

  Fixture refused;
  for (size_t i = 0; i < Conversation::kMaxRefusedTurns; ++i) {
    REQUIRE_FALSE(refused.conversation.view().must_wait);
    Turn turn;
    turn.kind = TurnKind::kQuery;
    turn.refused = std::make_unique<RefusedAnswer>();
    refused.conversation.Expect(std::move(turn));
  }
  CHECK(refused.conversation.view().must_wait);
  CHECK(refused.Answer(Error("42601")) == Verdict::kReplace);
  CHECK_FALSE(refused.conversation.view().must_wait);

  Fixture copying;
  copying.Expect(TurnKind::kQuery, 1);
  CHECK(copying.conversation.view().must_wait);
  CHECK(copying.Answer(CopyIn()) == Verdict::kPass);
  CHECK_FALSE(copying.conversation.view().must_wait);
}

TEST_CASE("a server may ask for data only where a COPY was sent, and once for each") {
  Fixture fixture;
  fixture.Expect(TurnKind::kQuery);
  CHECK(fixture.Answer(CopyIn()) == Verdict::kViolation);

  Fixture twice;
  twice.Expect(TurnKind::kQuery, 1);
  CHECK(twice.Answer(CopyIn()) == Verdict::kPass);
  CHECK(twice.Answer(CopyIn()) == Verdict::kViolation);
  twice.conversation.EndCopyIn();
  CHECK(twice.Answer(CopyIn()) == Verdict::kViolation);
}

TEST_CASE("a COPY that is sent before the one ahead of it is answered is awaited all the same") {
  Fixture fixture;
  fixture.Expect(TurnKind::kQuery, 1);
  fixture.Answer(CopyIn());
  fixture.conversation.EndCopyIn();
  fixture.Expect(TurnKind::kQuery, 1);
  SECTION("after success") { fixture.Answer(Complete("COPY 1")); }
  SECTION("after an error") { fixture.Answer(Error("22P02")); }
  fixture.Answer(Ready());
  CHECK(fixture.conversation.copy_phase() == CopyPhase::kAwaited);
  CHECK(fixture.Answer(CopyIn()) == Verdict::kPass);
  CHECK(fixture.conversation.copy_phase() == CopyPhase::kCopying);
}

TEST_CASE("when the session is over all turns are lost and nothing is a violation any more") {
  Fixture fixture;
  fixture.Expect(TurnKind::kQuery);
  fixture.Expect(TurnKind::kQuery);
  fixture.conversation.Abandon(4'000);
  REQUIRE(fixture.listener.ended.size() == 2);
  CHECK(fixture.listener.ended[1].ending == audit::Ending::kLost);
  CHECK(fixture.Answer(Ready()) == Verdict::kPass);
  CHECK(fixture.Answer(Complete("X")) == Verdict::kPass);
}

}  // namespace
}  // namespace portreeve::session
