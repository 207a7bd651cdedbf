#include "session/decision_cache.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>

#include "hands.h"

namespace {

// Allocations of this program so far.
std::atomic<size_t> allocations{0};

}  // namespace

void* operator new(size_t bytes) {
  allocations.fetch_add(1);
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
void* operator new(size_t bytes, const std::nothrow_t&) noexcept {
  allocations.fetch_add(1);
  return std::malloc(bytes);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace portreeve::session {
namespace {

std::shared_ptr<const PreparedStatement> Examine(Hands& hands, std::string_view text,
                                                 const Reading& reading = {}) {
  return hands.gatekeeper.Examine(text, reading);
}

TEST_CASE("a statement that was decided is found again, and that allocates nothing") {
  Hands hands;
  const std::string text = "SELECT abalance FROM pgbench_accounts WHERE aid = 42";
  const auto first = Examine(hands, text);
  const size_t before = allocations.load();
  const auto second = Examine(hands, text);
  CHECK(allocations.load() == before);
  CHECK(second == first);
  // The counter does count.
  Examine(hands, text + " ");
  CHECK(allocations.load() > before);
}

TEST_CASE("a refusal is found again as well") {
  Hands hands(kReadsOnly);
  const auto first = Examine(hands, "DELETE FROM t");
  CHECK(first->judgement.refusal != nullptr);
  CHECK(Examine(hands, "DELETE FROM t") == first);
}

TEST_CASE("every part of the key tells statements apart") {
  Hands hands;
  hands.NeedCatalog();
  const std::string text = "SELECT 'a'";
  const auto first = Examine(hands, text);
  CHECK(Examine(hands, text, {.standard_conforming_strings = false}) != first);
  CHECK(Examine(hands, text, {.strings_in_doubt = true}) != first);
  CHECK(Examine(hands, text) == first);
  SECTION("the policy") {
    hands.Adopt(kReadsOnly);
    CHECK(Examine(hands, text) != first);
  }
  SECTION("the names") {
    catalog::NameSpace names;
    names.search_paths = {"hr"};
    hands.gatekeeper.set_names(names);
    const auto other = Examine(hands, text);
    CHECK(other != first);
    hands.gatekeeper.set_names({});
    CHECK(Examine(hands, text) == first);
    hands.gatekeeper.set_names(names);
    CHECK(Examine(hands, text) == other);
  }
  SECTION("the snapshot") {
    catalog::NameSpace names;
    names.snapshot = catalog::Snapshot::Make({});
    hands.gatekeeper.set_names(names);
    CHECK(Examine(hands, text) != first);
  }
}

TEST_CASE("what a session has made itself is shared with no other footing") {
  Hands hands;
  hands.NeedCatalog();
  catalog::NameSpace names;
  names.made = {{"", "mine", true}};
  hands.gatekeeper.set_names(names);
  const auto first = Examine(hands, "SELECT 1");
  CHECK(Examine(hands, "SELECT 1") == first);
  hands.gatekeeper.set_names(names);
  CHECK(Examine(hands, "SELECT 1") != first);
}

TEST_CASE("names and long texts are not kept") {
  Hands hands;
  for (const std::string& text :
       {std::string("PREPARE p AS SELECT 1"), std::string("EXECUTE p"),
        "SELECT '" + std::string(DecisionCache::kMaxTextBytes, 'x') + "'"}) {
    INFO(text.substr(0, 40));
    CHECK(Examine(hands, text) != Examine(hands, text));
  }
}

TEST_CASE("what holds a secret is not kept") {
  DecisionCache cache;
  auto statement = std::make_shared<PreparedStatement>();
  statement->text = "ALTER ROLE ann PASSWORD 'secret'";
  statement->redacted = "ALTER ROLE ann PASSWORD";
  cache.Put({}, statement);
  CHECK(cache.size() == 0);
  statement->redacted.clear();
  cache.Put({}, statement);
  CHECK(cache.size() == 1);
}

TEST_CASE("the cache is bounded, and what was not used for longest goes first") {
  Hands hands;
  DecisionCache cache(64 * 1024);
  const auto put = [&](int i) { cache.Put({}, Examine(hands, "SELECT " + std::to_string(i))); };
  const uint64_t footing = Examine(hands, "SELECT 0")->footing;
  for (int i = 0; i < 1'000; ++i) {
    put(i);
    CHECK(cache.bytes() <= 64 * 1024);
    CHECK(cache.Find({"SELECT 0", {}, footing}) != nullptr);
  }
  CHECK(cache.size() > 10);
  CHECK(cache.size() < 1'000);
  CHECK(cache.Find({"SELECT 1", {}, footing}) == nullptr);
  CHECK(cache.Find({"SELECT 999", {}, footing}) != nullptr);
}

TEST_CASE("footings are remembered up to a number, and never mixed up") {
  Hands hands;
  const auto& policy = hands.policy;
  const policy::Grant& grant = *hands.grant;
  DecisionCache cache;
  const auto footing_of = [&](size_t i) {
    catalog::NameSpace names;
    names.search_paths = {std::to_string(i)};
    return cache.FootingOf(policy, grant, {}, names);
  };
  std::vector<uint64_t> numbers;
  for (size_t i = 0; i < 2 * DecisionCache::kMaxFootings; ++i) numbers.push_back(footing_of(i));
  std::sort(numbers.begin(), numbers.end());
  CHECK(std::adjacent_find(numbers.begin(), numbers.end()) == numbers.end());
  CHECK(footing_of(2 * DecisionCache::kMaxFootings - 1) == numbers.back());
  CHECK(footing_of(0) > numbers.back());
}

}  // namespace
}  // namespace portreeve::session
