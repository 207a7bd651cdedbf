// Who gets which grant.

#include "base/clock.h"
#include "policies.h"

namespace portreeve::policy {
namespace {

using Catch::Matchers::Contains;

constexpr char kGrants[] = R"(version: 1
groups:
  analysts: { claim: groups, any_of: ["data-*", bi] }
  dba:      { claim: groups, any_of: ["dba@acme.io"] }
  ci:       { claim: sub, any_of: ["svc:*"] }
  berlin:   { claim: office, any_of: [berlin] }
grants:
  - name: prod-read
    who: [analysts, dba]
    on: { labels: { env: prod, kind: replica } }
    rules: [{ class: read, action: allow }]
  - name: orders-write
    who: [dba, ci]
    on: { connections: ["orders*"] }
    rules: [{ class: [read, write], action: allow }]
  - name: both
    who: [berlin]
    on: { labels: { env: prod }, connections: [billing] }
    rules: [{ class: read, action: allow }]
)";

identity::Principal Person(std::vector<std::string> groups, std::string subject = "ann") {
  identity::Principal principal;
  principal.subject = std::move(subject);
  principal.groups = std::move(groups);
  return principal;
}

const ConnectionRef kReplica{"reports", {{"env", "prod"}, {"kind", "replica"}}};
const ConnectionRef kOrders{"orders-eu", {{"env", "prod"}, {"kind", "primary"}}};
const ConnectionRef kBoth{"orders", {{"env", "prod"}, {"kind", "replica"}}};

// The grant's name, with "?" before it when the caller did not choose it; "" for a refusal.
std::string Opened(const Policy& policy, const identity::Principal& principal,
                   const ConnectionRef& connection, std::string_view requested = "") {
  const auto result = policy.Open(principal, connection, requested);
  const auto* session = std::get_if<OpenSession>(&result);
  if (session == nullptr) {
    CHECK(std::get<base::Refusal>(result).sqlstate == "28000");
    return "";
  }
  return (session->chosen_by_default ? "?" : "") + std::string(session->grant->name());
}

TEST_CASE("the user names the grant, and without one the first that covers is used") {
  const auto policy = Valid(kGrants);
  const auto dba = Person({"dba@acme.io"});
  CHECK(Opened(*policy, dba, kBoth) == "?prod-read");
  CHECK(Opened(*policy, dba, kBoth, "postgres") == "?prod-read");
  CHECK(Opened(*policy, dba, kBoth, "prod-read") == "prod-read");
  CHECK(Opened(*policy, dba, kBoth, "orders-write") == "orders-write");
  CHECK(Opened(*policy, dba, kOrders) == "?orders-write");
  CHECK(Opened(*policy, dba, kReplica) == "?prod-read");
}

TEST_CASE("a grant that is named but does not cover is never replaced by another") {
  const auto policy = Valid(kGrants);
  CHECK(Opened(*policy, Person({"data-science"}), kReplica, "orders-write") == "");
  CHECK(Opened(*policy, Person({"dba@acme.io"}), kReplica, "orders-write") == "");
  CHECK(Opened(*policy, Person({"dba@acme.io"}), kOrders, "prod-read") == "");
}

TEST_CASE("nobody without a matching claim gets in") {
  const auto policy = Valid(kGrants);
  CHECK(Opened(*policy, Person({}), kBoth) == "");
  CHECK(Opened(*policy, Person({"data"}), kBoth) == "");
  CHECK(Opened(*policy, Person({"Data-x", " data-x", "xdata-"}), kBoth) == "");
  CHECK(Opened(*policy, Person({"dba@acme.io.evil"}), kBoth) == "");
  CHECK(Opened(*policy, Person({"svc:migrator"}), kBoth) == "");
  CHECK(Opened(*policy, Person({}, "data-x"), kBoth) == "");
}

TEST_CASE("groups, the subject and any other claim can make a member") {
  const auto policy = Valid(kGrants);
  CHECK(Opened(*policy, Person({"x", "data-", "y"}), kReplica) == "?prod-read");
  CHECK(Opened(*policy, Person({"bi"}), kReplica) == "?prod-read");
  CHECK(Opened(*policy, Person({}, "svc:migrator"), kOrders) == "?orders-write");
  auto berliner = Person({});
  berliner.claims = {{"city", "berlin"}, {"office", "berlin"}};
  const ConnectionRef billing{"billing", {{"env", "prod"}}};
  CHECK(Opened(*policy, berliner, billing) == "?both");
  berliner.claims = {{"city", "berlin"}, {"office", "munich"}};
  CHECK(Opened(*policy, berliner, billing) == "");
}

TEST_CASE("all labels and one of the connections must fit") {
  const auto policy = Valid(kGrants);
  const auto dba = Person({"dba@acme.io"});
  CHECK(Opened(*policy, dba, {"reports", {{"env", "prod"}}}) == "");
  CHECK(Opened(*policy, dba, {"reports", {{"env", "prod"}, {"kind", "Replica"}}}) == "");
  CHECK(Opened(*policy, dba, {"reports", {{"kind", "replica"}, {"env", "prod"}, {"x", "y"}}}) ==
        "?prod-read");
  auto berliner = Person({});
  berliner.claims = {{"office", "berlin"}};
  CHECK(Opened(*policy, berliner, {"billing", {{"env", "prod"}}}) == "?both");
  CHECK(Opened(*policy, berliner, {"billing", {{"env", "test"}}}) == "");
  CHECK(Opened(*policy, berliner, {"billing2", {{"env", "prod"}}}) == "");
}

TEST_CASE("a refusal at the door says who and where, and what could be named instead") {
  const auto policy = Valid(kGrants);
  const auto refusal = [&policy](const identity::Principal& principal, std::string_view requested) {
    return std::get<base::Refusal>(policy->Open(principal, kBoth, requested));
  };
  const base::Refusal other = refusal(Person({"bi"}), "orders-write");
  CHECK(other.detail == "You: ann; connection: orders.");
  CHECK(other.hint == "Name one of these grants as the user: prod-read.");
  const base::Refusal none = refusal(Person({}), "nothing");
  CHECK_THAT(none.hint, Contains("Ask the owner of the policy"));
  // Whether the name is a grant's is not told to who has none.
  CHECK(none.hint == refusal(Person({}), "orders-write").hint);
  CHECK(none.message == refusal(Person({}), "orders-write").message);
}

bool FitsSlowly(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    return FitsSlowly(pattern.substr(1), text) ||
           (!text.empty() && FitsSlowly(pattern, text.substr(1)));
  }
  return !text.empty() && pattern.front() == text.front() &&
         FitsSlowly(pattern.substr(1), text.substr(1));
}

// All words over the letters up to the length.
std::vector<std::string> Words(std::string_view letters, size_t length) {
  std::vector<std::string> words = {""};
  for (size_t begin = 0, round = 0; round < length; ++round) {
    const size_t end = words.size();
    for (; begin < end; ++begin) {
      for (const char letter : letters) words.push_back(words[begin] + letter);
    }
  }
  return words;
}

TEST_CASE("patterns fit exactly as their definition says") {
  const std::vector<std::string> texts = Words("ab", 6);
  for (const std::string& pattern : Words("ab*", 5)) {
    for (const std::string& text : texts) {
      if (Fits(pattern, text) == FitsSlowly(pattern, text)) continue;
      FAIL(pattern << " and " << text);
    }
  }
  CHECK_FALSE(Fits("a?c", "abc"));
  CHECK_FALSE(Fits("a.c", "abc"));
  CHECK_FALSE(Fits("[ab]", "a"));
  CHECK(Fits("a*", std::string_view("a\0b", 3)));
}

TEST_CASE("a hostile pattern costs no more than its length for each character") {
  const std::string text(64 * 1024, 'a');
  std::string stars;
  while (stars.size() < 255) stars += "*a";
  const std::string tail = "*" + std::string(254, 'a') + "b";
  const base::SystemClock clock;
  const int64_t before = clock.MonotonicMicros();
  CHECK_FALSE(Fits(stars + "b", text));
  CHECK_FALSE(Fits(tail, text));
  CHECK_FALSE(Fits(std::string(255, '*') + "b", text));
  CHECK(clock.MonotonicMicros() - before < 5'000'000);
}

}  // namespace
}  // namespace portreeve::policy
