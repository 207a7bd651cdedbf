// What the policy language has but this version does not enforce is refused when it is loaded to
// be enforced, and listed when it is loaded to be looked at.

#include <algorithm>
#include <fstream>
#include <iterator>

#include "policies.h"

namespace portreeve::policy {
namespace {

using Catch::Matchers::EndsWith;

struct Case {
  const char* key;
  const char* part;
  const char* from;
  const char* to;
};

const Case kCases[] = {
    {"ephemeral", "grants/reading/as/ephemeral", "role: app", "ephemeral: { member_of: [app] }"},
    {"approval", "grants/reading/session/approval", "idle: 5m", "approval: peer"},
    {"reason", "grants/reading/session/reason", "idle: 5m", "reason: '^INC-'"},
};

std::string Changed(const Case& entry) {
  return With(
      "grants:", "approvals: { peer: { by: [staff] } }\ngrants:", With(entry.from, entry.to));
}

TEST_CASE("each part that is not enforced is refused by its name, and alone is an error") {
  for (const Case& entry : kCases) {
    const auto errors = ErrorsOf(Changed(entry));
    INFO(entry.to);
    CAPTURE(errors);
    REQUIRE(errors.size() == 1);
    CHECK_THAT(errors.front(), EndsWith(": `" + std::string(entry.key) + "` is not supported yet"));
  }
}

TEST_CASE("a policy that is only looked at keeps the parts that are not enforced, and names them") {
  for (const Case& entry : kCases) {
    INFO(entry.to);
    const auto policy = Valid(Changed(entry), Purpose::kAnalyse);
    REQUIRE(policy->not_enforced().size() == 1);
    CHECK(policy->not_enforced().front().part == entry.part);
    CHECK(policy->not_enforced().front().mark.line > 3);
  }
  CHECK(Valid(kWhole, Purpose::kAnalyse)->not_enforced().empty());
}

TEST_CASE("a part that is not enforced is read all the same, and its errors are said") {
  const auto errors = ErrorsOf(With("idle: 5m", "reason: '(['"));
  REQUIRE(errors.size() == 2);
  CHECK_THAT(errors[0], EndsWith("`reason` is not supported yet"));
  CHECK_THAT(errors[1], Catch::Matchers::Contains("`reason`: is no regular expression"));
}

TEST_CASE("a key that the language does not have is unknown, not unsupported") {
  for (const char* key : {"mask", "limit", "guardrail", "approve", "mode"}) {
    const auto errors = ErrorsOf(With("defaults:", std::string(key) + ": 1\ndefaults:"));
    REQUIRE(errors.size() == 1);
    CHECK_THAT(errors.front(), Catch::Matchers::Contains("the policy has no `" + std::string(key)));
  }
}

std::string WholeLanguage() {
  std::ifstream file(PORTREEVE_SOURCE_DIR "/tests/fuzz/corpus/policy/whole_language");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  REQUIRE(text.size() > 1000);
  return text;
}

TEST_CASE("a policy in the whole language names all that is not enforced, and nothing else") {
  const std::vector<std::string> expected = {
      "p.yaml:38:36: `approval` is not supported yet",
      "p.yaml:38:52: `reason` is not supported yet",
      "p.yaml:47:25: `approval` is not supported yet",
  };
  CHECK(ErrorsOf(WholeLanguage()) == expected);
}

TEST_CASE("a policy in the whole language can be looked at") {
  const auto policy = Valid(WholeLanguage(), Purpose::kAnalyse);
  std::vector<std::string> parts;
  for (const NotEnforced& part : policy->not_enforced()) parts.push_back(part.part);
  CHECK(parts == std::vector<std::string>{"grants/sre-write/session/approval",
                                          "grants/sre-write/session/reason",
                                          "grants/migrations/session/approval"});
  CHECK(policy->groups().size() == 4);
  CHECK(policy->windows().size() == 1);
  CHECK(policy->masks().size() == 4);
  CHECK(policy->guardrails().size() == 5);
  REQUIRE(policy->approvals().size() == 2);
  CHECK(policy->grants()[0].window.has_value());
  CHECK(policy->grants()[1].approval == "peer");
  CHECK(policy->grants()[1].reason == "^(INC|CHG)-[0-9]+");
  CHECK(policy->grants()[1].rules[1].approval == "peer");
  CHECK(policy->guardrails()[1].action == Action::kHold);
}

}  // namespace
}  // namespace portreeve::policy
