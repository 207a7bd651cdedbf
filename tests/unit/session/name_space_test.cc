#include "session/name_space.h"

#include <catch2/catch.hpp>

#include "hands.h"

namespace portreeve::session {
namespace {

using Paths = std::vector<std::string>;

std::shared_ptr<const catalog::Snapshot> ASnapshot(const std::string& schema = "public") {
  catalog::SnapshotParts parts;
  parts.login_role = "login";
  parts.default_search_path = "\"$user\", public";
  parts.schemas = {schema};
  return catalog::Snapshot::Make(std::move(parts));
}

using sql::StatementFacts;

StatementFacts Setting(const sql::SettingUse& use, sql::SubClass sub_class) {
  StatementFacts facts;
  facts.statement_class = sql::StatementClass::kMisc;
  facts.sub_class = sub_class;
  facts.settings.push_back(use);
  return facts;
}
StatementFacts Set(const std::string& path, bool local = false) {
  return Setting({"search_path", path, false, local}, sql::SubClass::kSet);
}
StatementFacts SetAnother() {
  return Setting({"timezone", "UTC", false, false}, sql::SubClass::kSet);
}
StatementFacts Computed(const std::string& name) {
  return Setting({name, std::nullopt, false, false}, sql::SubClass::kSelect);
}
StatementFacts Reset(const std::string& name) {
  return Setting({name, std::nullopt, true, false}, sql::SubClass::kReset);
}
StatementFacts DiscardAll() {
  StatementFacts facts = Set("");
  facts.settings.clear();
  facts.name_use = sql::NameUse::kDiscardAll;
  return facts;
}
StatementFacts Make(const std::string& name, bool temporary = false) {
  StatementFacts facts;
  facts.statement_class = sql::StatementClass::kDdl;
  facts.sub_class = sql::SubClass::kDdl;
  facts.makes_relations.push_back({"", name, temporary});
  return facts;
}
StatementFacts Select() {
  StatementFacts facts;
  facts.statement_class = sql::StatementClass::kRead;
  facts.sub_class = sql::SubClass::kSelect;
  return facts;
}

// A tracker, and the server's word on each statement that it sees.
struct Fixture {
  Fixture() { tracker.set_snapshot(ASnapshot()); }

  Turn Run(std::vector<StatementFacts> facts, Conversation::View view = {},
           TurnKind kind = TurnKind::kQuery, bool may_set = false) {
    PreparedStatement statement;
    statement.facts.statements = std::move(facts);
    Judgement judgement;
    judgement.traits.may_set = may_set;
    Turn turn;
    turn.kind = kind;
    tracker.NoteRun(statement, judgement, view, turn);
    return turn;
  }
  void RunAndSettle(std::vector<StatementFacts> facts, bool may_set = false) {
    const Turn turn = Run(std::move(facts), {}, TurnKind::kQuery, may_set);
    for (const NameChange& change : turn.changes) {
      change.entry->state.store(NameState::kConfirmed);
    }
    tracker.Settle({});
  }
  Paths paths() const { return tracker.names().search_paths; }

  NameSpaceTracker tracker;
};

constexpr char kInitial[] = "\"$user\", public";

TEST_CASE("a session begins with the role's own search_path, or the one that it asks for") {
  Fixture fixture;
  CHECK(fixture.paths() == Paths{kInitial});
  CHECK(fixture.tracker.names().role == "login");
  fixture.tracker.Begin("app", "billing");
  CHECK(fixture.paths() == Paths{"billing"});
  CHECK(fixture.tracker.names().role == "app");
}

TEST_CASE("without a snapshot nothing is known") {
  NameSpaceTracker tracker;
  CHECK(tracker.names().snapshot == nullptr);
  CHECK(tracker.names().search_paths.empty());
}

TEST_CASE("a search_path that is set may be in force, and is when the server has said so") {
  Fixture fixture;
  const Turn turn = fixture.Run({Set("hr")});
  CHECK(fixture.paths() == Paths{kInitial, "hr"});
  REQUIRE(turn.changes.size() == 1);
  fixture.tracker.Settle({});
  CHECK(fixture.paths() == Paths{kInitial, "hr"});
  SECTION("it succeeds") {
    turn.changes[0].entry->state.store(NameState::kConfirmed);
    fixture.tracker.Settle({.idle = false});
    CHECK(fixture.paths() == Paths{kInitial, "hr"});
    fixture.tracker.Settle({});
    CHECK(fixture.paths() == Paths{"hr"});
    fixture.RunAndSettle({Reset("search_path")});
    CHECK(fixture.paths() == Paths{kInitial});
  }
  SECTION("it fails") {
    turn.changes[0].entry->state.store(NameState::kFailed);
    fixture.tracker.Settle({});
    CHECK(fixture.paths() == Paths{kInitial, "hr"});
  }
}

TEST_CASE("what a transaction may take back stays possible") {
  Fixture fixture;
  for (const Conversation::View& view :
       {Conversation::View{.in_transaction = true}, Conversation::View{.idle = false}}) {
    const Turn turn = fixture.Run({Set("hr")}, view);
    CHECK(turn.changes.empty());
    fixture.tracker.Settle({});
    CHECK(fixture.paths() == Paths{kInitial, "hr"});
  }
  fixture.RunAndSettle({Set("a"), Select()});
  CHECK(fixture.paths() == Paths{kInitial, "hr", "a"});
  CHECK(fixture.Run({Set("b")}, {}, TurnKind::kExecute).changes.empty());
}

TEST_CASE("SET LOCAL is possible and never settles") {
  Fixture fixture;
  fixture.RunAndSettle({Set("hr", true)});
  CHECK(fixture.paths() == Paths{kInitial, "hr"});
}

TEST_CASE("what is computed may be anything, until it is set plainly") {
  const auto settle_plainly = [](Fixture& fixture) {
    CHECK(fixture.paths().empty());
    fixture.RunAndSettle({Set("hr")});
    CHECK(fixture.paths() == Paths{"hr"});
  };
  for (const char* name : {"search_path", ""}) {
    Fixture fixture;
    fixture.RunAndSettle({Computed(name)});
    settle_plainly(fixture);
  }
  Fixture fixture;
  fixture.RunAndSettle({Select()}, true);
  settle_plainly(fixture);
}

TEST_CASE("RESET ALL and DISCARD ALL bring the first one back") {
  for (const StatementFacts& facts : {Reset(""), Reset("all"), DiscardAll()}) {
    Fixture fixture;
    fixture.RunAndSettle({Set("hr")});
    fixture.RunAndSettle({facts});
    CHECK(fixture.paths() == Paths{kInitial});
  }
}

TEST_CASE("another parameter changes nothing") {
  Fixture fixture;
  fixture.RunAndSettle({SetAnother()});
  CHECK(fixture.paths() == Paths{kInitial});
}

TEST_CASE("more than eight search_paths are any") {
  Fixture fixture;
  for (size_t i = 1; i < NameSpaceTracker::kMaxPaths; ++i) {
    fixture.Run({Set("s" + std::to_string(i), true)});
  }
  CHECK(fixture.paths().size() == NameSpaceTracker::kMaxPaths);
  fixture.Run({Set("one_more", true)});
  CHECK(fixture.paths().empty());
}

TEST_CASE("relations that a session makes are known to be its own") {
  Fixture fixture;
  fixture.Run({Make("kept")});
  fixture.Run({Make("mine", true)});
  fixture.Run({Make("mine", true)});
  const auto made = fixture.tracker.names().made;
  REQUIRE(made.size() == 2);
  CHECK(made[0].name == "kept");
  CHECK(made[1].temporary);
  // A reading of the catalog shows what others can see.
  fixture.tracker.ForgetMade();
  REQUIRE(fixture.tracker.names().made.size() == 1);
  CHECK(fixture.tracker.names().made[0].name == "mine");
}

TEST_CASE("a session that makes too many relations to follow knows nothing any more") {
  Fixture fixture;
  for (size_t i = 0; i <= NameSpaceTracker::kMaxMade; ++i) {
    fixture.Run({Make("t" + std::to_string(i))});
  }
  CHECK(fixture.tracker.names().snapshot == nullptr);
}

TEST_CASE("a change is told once") {
  Fixture fixture;
  CHECK(fixture.tracker.TakeChanged());
  CHECK_FALSE(fixture.tracker.TakeChanged());
  fixture.Run({Select()});
  fixture.tracker.Settle({});
  CHECK_FALSE(fixture.tracker.TakeChanged());
  fixture.Run({Set("hr")});
  CHECK(fixture.tracker.TakeChanged());
  fixture.tracker.set_snapshot(ASnapshot("other"));
  CHECK(fixture.tracker.TakeChanged());
}

}  // namespace
}  // namespace portreeve::session
