// What the policy language has but this version does not enforce is refused when it is loaded.

#include <algorithm>
#include <fstream>
#include <iterator>

#include "policies.h"

namespace portreeve::policy {
namespace {

using Catch::Matchers::EndsWith;

TEST_CASE("each key that is not enforced is refused by its name, and alone is an error") {
  struct Case {
    const char* key;
    const char* from;
    const char* to;
  };
  const Case cases[] = {
      {"windows", "grants:", "windows: { office: { tz: Europe/Berlin, days: mon-fri } }\ngrants:"},
      {"approvals", "grants:", "approvals: { peer: { by: [staff], quorum: 1 } }\ngrants:"},
      {"masks",
       "grants:", "masks: [{ name: email, columns: ['*.c.email'], with: redact }]\ngrants:"},
      {"masks", "grants:", "masks: []\ngrants:"},
      {"ephemeral", "role: app", "ephemeral: { member_of: [app] }"},
      {"window", "idle: 5m", "window: office"},
      {"approval", "idle: 5m", "approval: peer"},
      {"reason", "idle: 5m", "reason: '^INC-'"},
      {"databases", "class: read", "databases: [a], class: read"},
      {"approval", "class: read", "approval: peer, class: read"},
      {"name", "class: read", "name: x, class: read"},
      {"hold", "grants:", "guardrails: [{ name: x, class: ddl, action: hold }]\ngrants:"},
      {"databases",
       "grants:", "guardrails: [{ name: x, class: ddl, action: refuse, databases: [a] }]\ngrants:"},
      {"hold", "action: allow", "action: hold"},
      {"observe", "mode: enforce", "mode: observe"},
  };
  for (const Case& entry : cases) {
    const auto errors = ErrorsOf(With(entry.from, entry.to));
    INFO(entry.to);
    CAPTURE(errors);
    REQUIRE(errors.size() == 1);
    CHECK_THAT(errors.front(), EndsWith(": `" + std::string(entry.key) + "` is not supported yet"));
  }
}

TEST_CASE("a key that the language does not have is unknown, not unsupported") {
  for (const char* key : {"mask", "limit", "guardrail", "approve", "mode"}) {
    const auto errors = ErrorsOf(With("defaults:", std::string(key) + ": 1\ndefaults:"));
    REQUIRE(errors.size() == 1);
    CHECK_THAT(errors.front(), Catch::Matchers::Contains("the policy has no `" + std::string(key)));
  }
}

TEST_CASE("a policy in the whole language names all that is not enforced, and nothing else") {
  std::ifstream file(PORTREEVE_SOURCE_DIR "/tests/fuzz/corpus/policy/whole_language");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  REQUIRE(text.size() > 1000);
  const std::vector<std::string> expected = {
      "p.yaml:8:1: `windows` is not supported yet",
      "p.yaml:10:1: `approvals` is not supported yet",
      "p.yaml:13:1: `masks` is not supported yet",
      "p.yaml:20:73: `hold` is not supported yet",
      "p.yaml:20:79: `approval` is not supported yet",
      "p.yaml:29:36: `window` is not supported yet",
      "p.yaml:38:36: `approval` is not supported yet",
      "p.yaml:38:52: `reason` is not supported yet",
      "p.yaml:41:55: `hold` is not supported yet",
      "p.yaml:41:61: `approval` is not supported yet",
      "p.yaml:47:25: `approval` is not supported yet",
  };
  CHECK(ErrorsOf(text) == expected);
}

}  // namespace
}  // namespace portreeve::policy
