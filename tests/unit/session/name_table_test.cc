#include "session/name_table.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

namespace portreeve::session {
namespace {

std::shared_ptr<const PreparedStatement> Statement(const std::string& text) {
  auto statement = std::make_shared<PreparedStatement>();
  statement->text = text;
  return statement;
}

void Say(const std::shared_ptr<NameEntry>& entry, NameState state) {
  REQUIRE(entry != nullptr);
  entry->state.store(state);
}

// The text that the name stands for, or "unknown" or "undecided".
std::string Look(NameTable& table, std::string_view name, uint64_t segment = 0) {
  std::shared_ptr<const PreparedStatement> statement;
  switch (table.Find(name, segment, statement)) {
    case Lookup::kFound:
      return statement->text;
    case Lookup::kUnknown:
      CHECK(statement == nullptr);
      return "unknown";
    default:
      return "undecided";
  }
}

TEST_CASE("a pending name holds within its segment and is undecided beyond it") {
  NameTable table;
  const auto entry = table.Set("s", 0, Statement("A"));
  CHECK(Look(table, "s", 0) == "A");
  CHECK(Look(table, "s", 1) == "undecided");
  Say(entry, NameState::kConfirmed);
  CHECK(Look(table, "s", 1) == "A");
  CHECK(Look(table, "other", 1) == "unknown");
}

TEST_CASE("a change that fails leaves what stood before") {
  NameTable table;
  Say(table.Set("s", 0, Statement("A")), NameState::kConfirmed);
  const auto second = table.Set("s", 0, Statement("B"));
  const auto third = table.Set("s", 0, nullptr);
  CHECK(Look(table, "s", 0) == "unknown");
  CHECK(Look(table, "s", 1) == "undecided");
  Say(second, NameState::kFailed);
  Say(third, NameState::kFailed);
  CHECK(Look(table, "s", 1) == "A");
}

TEST_CASE("a name that never came to be is unknown and takes no room") {
  NameTable table;
  Say(table.Set("s", 0, Statement("A")), NameState::kFailed);
  CHECK(Look(table, "s", 1) == "unknown");
  CHECK(table.size() == 0);
}

TEST_CASE("close and then make again in one pipeline ends with the new meaning") {
  NameTable table;
  Say(table.Set("s", 0, Statement("A")), NameState::kConfirmed);
  const auto closed = table.Set("s", 1, nullptr);
  const auto made = table.Set("s", 1, Statement("B"));
  CHECK(Look(table, "s", 1) == "B");
  Say(closed, NameState::kConfirmed);
  CHECK(Look(table, "s", 1) == "B");
  CHECK(Look(table, "s", 2) == "undecided");
  Say(made, NameState::kFailed);
  CHECK(Look(table, "s", 2) == "unknown");
}

TEST_CASE("the server tells names apart by 63 bytes, and so does the table") {
  NameTable table;
  const std::string stem(63, 'n');
  Say(table.Set(stem + "A", 0, Statement("A")), NameState::kConfirmed);
  CHECK(Look(table, stem + "B", 1) == "A");
  Say(table.Set(stem + "C", 1, nullptr), NameState::kConfirmed);
  CHECK(Look(table, stem + "A", 2) == "unknown");
}

TEST_CASE("names that were closed give their room back, without being asked for again") {
  NameTable table;
  for (int i = 0; i < 50'000; ++i) {
    const std::string name = "s" + std::to_string(i);
    REQUIRE_FALSE(table.full());
    Say(table.Set(name, 0, Statement("A")), NameState::kConfirmed);
    Say(table.Set(name, 0, nullptr), NameState::kConfirmed);
  }
  CHECK(table.size() <= 1);
}

TEST_CASE("to close a name that is not there takes no room") {
  NameTable table;
  for (int i = 0; i < 20'000; ++i) {
    CHECK(table.Set("s" + std::to_string(i), 0, nullptr) == nullptr);
  }
  CHECK(table.size() == 0);
}

TEST_CASE("removing all takes effect when the server says so, for older names only") {
  NameTable table;
  Say(table.Set("old", 0, Statement("A")), NameState::kConfirmed);
  Say(table.Set("", 0, Statement("U")), NameState::kConfirmed);
  const auto removal = table.RemoveAll(0);
  const auto young = table.Set("young", 0, Statement("B"));
  CHECK(Look(table, "old", 0) == "unknown");
  CHECK(Look(table, "old", 1) == "undecided");
  CHECK(Look(table, "young", 0) == "B");
  Say(removal, NameState::kConfirmed);
  Say(young, NameState::kConfirmed);
  CHECK(Look(table, "old", 1) == "unknown");
  CHECK(Look(table, "", 1) == "unknown");
  CHECK(Look(table, "young", 1) == "B");
}

TEST_CASE("removing all that fails changes nothing") {
  NameTable table;
  Say(table.Set("s", 0, Statement("A")), NameState::kConfirmed);
  Say(table.RemoveAll(0), NameState::kFailed);
  CHECK(Look(table, "s", 1) == "A");
}

TEST_CASE("a change outside any segment is undecided until it is answered") {
  NameTable table;
  const auto entry = table.Set("s", NameTable::kNoSegment, Statement("A"));
  CHECK(Look(table, "s", 0) == "undecided");
  Say(entry, NameState::kConfirmed);
  CHECK(Look(table, "s", 0) == "A");
}

TEST_CASE("the table is full at its limit, until names are removed") {
  NameTable table;
  for (size_t i = 0; i < NameTable::kMaxNames; ++i) {
    REQUIRE_FALSE(table.full());
    Say(table.Set("s" + std::to_string(i), 0, Statement("A")), NameState::kConfirmed);
  }
  CHECK(table.full());
  SECTION("one by one") {
    Say(table.Set("s7", 0, nullptr), NameState::kConfirmed);
    CHECK_FALSE(table.full());
  }
  SECTION("all at once") {
    const auto removal = table.RemoveAll(0);
    CHECK(table.full());
    Say(removal, NameState::kConfirmed);
    CHECK_FALSE(table.full());
    CHECK(table.size() == 0);
  }
  SECTION("by the end of what they live in") {
    table.Clear();
    CHECK_FALSE(table.full());
    CHECK(Look(table, "s7") == "unknown");
  }
}

TEST_CASE("an endless pipeline keeps no more meanings than are pending") {
  NameTable table;
  std::vector<std::weak_ptr<const PreparedStatement>> given;
  std::shared_ptr<NameEntry> last;
  for (int i = 0; i < 100'000; ++i) {
    auto statement = Statement("A");
    given.push_back(statement);
    const auto entry = table.Set("", static_cast<uint64_t>(i), std::move(statement));
    // There is always one that has not been answered.
    if (last != nullptr) Say(last, i % 3 == 0 ? NameState::kFailed : NameState::kConfirmed);
    last = entry;
  }
  CHECK(std::count_if(given.begin(), given.end(),
                      [](const auto& each) { return !each.expired(); }) <= 4);
}

TEST_CASE("as many pending meanings as a session may have are let go without deep recursion") {
  auto table = std::make_unique<NameTable>();
  std::vector<std::shared_ptr<NameEntry>> pending;
  for (int i = 0; i < 65'536; ++i) pending.push_back(table->Set("s", 0, Statement("A")));
  for (const auto& entry : pending) Say(entry, NameState::kConfirmed);
  pending.clear();
  CHECK(Look(*table, "s", 1) == "A");
  table.reset();
}

}  // namespace
}  // namespace portreeve::session
