// What the loader takes, and how it says what is wrong.

#include <openssl/sha.h>

#include "base/encoding.h"
#include "policies.h"

namespace portreeve::policy {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

constexpr int64_t kHourUs = int64_t{3600} * 1'000'000;

TEST_CASE("a policy that says only what is enforced loads whole") {
  const auto policy = Valid(kWhole);
  REQUIRE(policy->grants().size() == 1);
  const Grant& grant = policy->grants().front();
  CHECK(grant.name() == "reading");
  CHECK(grant.role() == "app");
  CHECK(grant.who == std::vector<std::string>{"staff"});
  CHECK(grant.connections == std::vector<std::string>{"orders"});
  CHECK(grant.labels == std::vector<std::pair<std::string, std::string>>{{"env", "prod"}});
  CHECK(grant.session_max_us() == kHourUs);
  CHECK(grant.session_idle_us() == kHourUs / 12);
  REQUIRE(grant.rules.size() == 1);
  CHECK(grant.rules.front().path == "grants/reading/rules/1");
}

TEST_CASE("what may be left out has its default") {
  const auto policy = WithRules({"{ class: read, action: allow }"});
  const Grant& grant = policy->grants().front();
  CHECK(grant.role() == "");
  CHECK(grant.session_max_us() == 8 * kHourUs);
  CHECK(grant.session_idle_us() == 0);
  CHECK(Valid(With("max: 1h, idle: 5m", "idle: 5m"))->grants().front().session_max_us() ==
        8 * kHourUs);
}

TEST_CASE("a grant has limits, and what it does not limit is unlimited") {
  const auto limits_of = [](const std::string& limits) {
    return Valid(With("    as:", "    limits: " + limits + "\n    as:"))->grants().front().limits;
  };
  const Limits all = limits_of(
      "{ rows: 10000, bytes: 50MiB, affects_at_most: 5, statement_time: 30s, per_minute: 120 }");
  CHECK(all.rows == uint64_t{10'000});
  CHECK(all.bytes == uint64_t{50} << 20);
  CHECK(all.affects_at_most == uint64_t{5});
  CHECK(all.statement_time_us == 30'000'000);
  CHECK(all.per_minute == 120);
  CHECK(limits_of("{}") == Limits());
  CHECK(limits_of("{ rows: unlimited, bytes: unlimited, per_minute: unlimited }") == Limits());
  CHECK(ErrorsOf(With("    as:", "    limits: { rows: -1 }\n    as:")).size() == 1);
  CHECK(ErrorsOf(With("    as:", "    limits: { row: 1 }\n    as:")).size() == 1);
}

TEST_CASE("the version is of the very bytes of the text") {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(kWhole.data()), kWhole.size(), digest);
  const auto policy = Valid(kWhole);
  CHECK(policy->version() == base::HexEncode({reinterpret_cast<const char*>(digest), 8}));
  CHECK(Valid(std::string(kWhole) + "\n")->version() != policy->version());
}

TEST_CASE("all errors of a file are said in one run, each at its place") {
  const auto errors = ErrorsOf(R"(version: 2
groups:
  Staff: { claim: "", any_of: [] }
  staff: { clam: groups, any_of: [staff] }
grants:
  - name: "Read only"
    who: [stuff]
    on: {}
    as: { rol: app }
    session: { max: forever, idle: 0s }
    rules:
      - { class: [reed, rite], action: allow }
      - { clas: read, action: alow }
      - { class: write, action: hold }
  - name: x
    who: [staff]
    on: { labels: { env: "prod" }, labels: {} }
    rules: []
  - name: x
defaults: { action: allow, mode: observe }
grant: []
)");
  const std::vector<std::string> expected = {
      "p.yaml:1:10: `version`: must be a number from 1 to 1",
      "p.yaml:3:3: `Staff` is no name: use a-z, 0-9, `-` and `_`, at most 63 of them",
      "p.yaml:3:19: `claim`: must not be empty",
      "p.yaml:3:31: must be a text or a list of texts, and not empty",
      "p.yaml:4:10: group needs `claim`",
      "p.yaml:4:12: group has no `clam`; did you mean `claim`?",
      "p.yaml:6:11: `Read only` is no name: use a-z, 0-9, `-` and `_`, at most 63 of them",
      "p.yaml:7:10: `who`: there is no group `stuff`; did you mean `staff`?",
      "p.yaml:8:9: `on` needs `labels`, `connections` or `databases`",
      "p.yaml:9:11: `as` has no `rol`; did you mean `role`?",
      "p.yaml:10:21: `max`: must be a duration above zero, like 30s, 15m or 8h",
      "p.yaml:10:36: `idle`: must be a duration above zero, like 30s, 15m or 8h",
      "p.yaml:12:18: `class`: there is no class `reed`; did you mean `read`?",
      "p.yaml:12:18: `class`: there is no class `rite`; did you mean `write`?",
      "p.yaml:13:9: rule needs `class`",
      "p.yaml:13:11: rule has no `clas`; did you mean `class`?",
      "p.yaml:13:31: `action`: `alow` is not one of `allow` `hold` `refuse`; did you mean `allow`?",
      "p.yaml:14:9: rule needs `approval`",
      "p.yaml:17:36: `labels` stands here twice; the first is in line 17",
      "p.yaml:18:12: `rules` must be a list with at least one rule",
      "p.yaml:19:5: grant needs `who`",
      "p.yaml:19:5: grant needs `on`",
      "p.yaml:19:5: grant needs `rules`",
      "p.yaml:19:11: there are two grants named `x`; the first is in line 15",
      "p.yaml:20:21: `action`: `allow` is not one of `refuse`",
      "p.yaml:21:1: the policy has no `grant`; did you mean `grants`?",
  };
  CHECK(errors == expected);
}

TEST_CASE("one thing wrong is one error, at the place where it stands") {
  struct Case {
    const char* from;
    const char* to;
    const char* error;
  };
  const std::string wide(257, 'x');
  const std::string wide_list = "[" + wide + "]";
  const std::string wide_message = "message: '" + wide + wide + "'";
  const Case cases[] = {
      {"version: 1\n", "", "p.yaml:1:1: the policy needs `version`"},
      {"version: 1", "version:", "p.yaml:1:1: `version`: must be a number from 1 to 1"},
      {"version: 1", "version: [1]", "p.yaml:1:10: `version`: must be a number from 1 to 1"},
      {"  staff: { claim", "  \"\": { claim: sub, any_of: x }\n  staff: { claim",
       "p.yaml:3:3: `` is no name"},
      {"any_of: [staff]", "any_of: [[staff]]", "p.yaml:3:36: must be a text"},
      {"any_of: [staff]", "any_of: ['']", "p.yaml:3:36: must be a text"},
      {"any_of: [staff]", "any_of: {staff: x}", "p.yaml:3:35: must be a text or a list"},
      {"[staff]", wide_list.c_str(), "p.yaml:3:35: `any_of`: a pattern has at most 256 bytes"},
      {"name: reading", "name: ''", "p.yaml:5:11: `name`: must not be empty"},
      {"name: reading", "name: [reading]", "p.yaml:5:11: `name`: must be a text"},
      {"who: [staff]", "who: [staff, anybody]", "p.yaml:6:10: `who`: there is no group `anybody`"},
      {"on: { connections: [orders], labels: { env: prod } }", "on: { labels: {} }",
       "p.yaml:7:9: `on` needs `labels`, `connections` or `databases`"},
      {"labels: { env: prod }", "labels: [env]", "p.yaml:7:42: `labels` must be a map, not a list"},
      {"labels: { env: prod }", "labels: { env: [prod] }", "p.yaml:7:49: `env`: must be a text"},
      {"connections: [orders]", "connections: []", "p.yaml:7:24: must be a text or a list"},
      {"[orders]", wide_list.c_str(),
       "p.yaml:7:24: `connections`: a pattern has at most 256 bytes"},
      {"role: app", "role: ''", "p.yaml:8:17: `role`: must not be empty"},
      {"role: app", "role: \"a\\0b\"", "p.yaml:8:17: `role`: must be printable"},
      {"max: 1h", "max: 36501d", "p.yaml:9:21: `max`: must be a duration"},
      {"max: 1h", "max: 106751991d", "p.yaml:9:21: `max`: must be a duration"},
      {"max: 1h", "max: 99999999999999999999h", "p.yaml:9:21: `max`: must be a duration"},
      {"idle: 5m", "idle: -5m", "p.yaml:9:31: `idle`: must be a duration"},
      {"idle: 5m", "idle: 5", "p.yaml:9:31: `idle`: must be a duration"},
      {"class: read", "class: []", "p.yaml:11:18: must be a text or a list"},
      {"class: read", "class: Read", "there is no class `Read`; did you mean `read`?"},
      {"action: allow", "action: [allow]", "p.yaml:11:32: `action`: must be one of"},
      {", action: allow", "", "p.yaml:11:9: rule needs `action`"},
      {"message: \"\"", "message: \"a\\nb\"", "p.yaml:11:48: `message`: must be one printable"},
      {"message: \"\"", wide_message.c_str(), "p.yaml:11:48: `message`: must be one printable"},
      {"mode: enforce", "mode: enforced",
       "`enforced` is not one of `enforce` `observe`; did you mean"},
      {"mode: enforce", "mode: [observe]", "p.yaml:12:35: `mode`: must be one of `enforce`"},
      {"action: refuse", "action: hold", "p.yaml:12:21: `action`: `hold` is not one of"},
      {"defaults:", "default:", "p.yaml:12:1: the policy has no `default`; did you mean"},
  };
  for (const Case& entry : cases) {
    const auto errors = ErrorsOf(With(entry.from, entry.to));
    INFO(entry.to);
    CAPTURE(errors);
    REQUIRE(errors.size() == 1);
    CHECK_THAT(errors.front(), StartsWith("p.yaml:") && Contains(entry.error));
  }
}

TEST_CASE("what YAML leaves loose is refused") {
  CHECK_THAT(ErrorsOf(With("version: 1", "version: 1\nversion: 1")).at(0),
             Contains("p.yaml:2:1: `version` stands here twice"));
  CHECK_THAT(ErrorsOf(With("[staff]", "&a [staff]")).at(0), Contains("anchors are not allowed"));
  CHECK_THAT(ErrorsOf(With("[staff]", "!!seq [staff]")).at(0), Contains("tags are not allowed"));
  CHECK_THAT(ErrorsOf(With("[staff]", "*a")).at(0), StartsWith("p.yaml:3:"));
  CHECK_THAT(ErrorsOf(std::string(kWhole) + "---\nversion: 1\n").at(0),
             Contains("more than one document"));
  CHECK_THAT(ErrorsOf("version: 1\n  groups: {").at(0), StartsWith("p.yaml:2:"));
  CHECK_THAT(ErrorsOf("- version").at(0), Contains("the policy must be a map, not a list"));
  CHECK(ErrorsOf("").size() == 3);
  CHECK_THAT(ErrorsOf(std::string(2 << 20, ' ')).at(0), Contains("larger than 1 MiB"));
}

TEST_CASE("a rule that can have no effect is refused") {
  struct Case {
    std::string first;
    std::string second;
    const char* error;  // Null: both have an effect.
  };
  const char* covered = "p.yaml:12:9: this rule has no effect: grants/reading/rules/1 covers";
  const Case cases[] = {
      {"{ class: any, action: allow }", "{ class: read, action: allow }", covered},
      {"{ class: [read, write], action: allow }", "{ class: write, action: allow }", covered},
      {"{ class: write, action: refuse }", "{ class: write, action: refuse }", covered},
      {"{ class: any, action: refuse }", "{ class: read, action: allow }",
       "p.yaml:12:9: this rule has no effect: grants/reading/rules/1 refuses"},
      {"{ class: read, action: allow }", "{ class: any, action: refuse }",
       "p.yaml:11:9: this rule has no effect: grants/reading/rules/2 refuses"},
      {"{ class: any, action: allow }", "{ class: unknown, action: allow }", nullptr},
      {"{ class: any, action: allow }", "{ class: function_call, action: allow }", nullptr},
      {"{ class: any, action: allow }", "{ class: ddl, action: refuse }", nullptr},
      {"{ class: ddl, action: refuse }", "{ class: any, action: allow }", nullptr},
      {"{ class: [read, write], action: allow }", "{ class: [write, ddl], action: refuse }",
       nullptr},
      {"{ class: read, action: allow }", "{ class: any, action: allow }", nullptr},
      // A refusal by name reaches housekeeping, one by `any` does not.
      {"{ class: any, action: refuse }", "{ class: transaction, action: refuse }", nullptr},
      // A rule that is wrong itself is not also called idle.
      {"{ class: any, action: allow }", "{ class: reed, action: allow }",
       "p.yaml:12:18: `class`: there is no class `reed`"},
  };
  for (const Case& entry : cases) {
    const std::string text = With("{ class: read, action: allow, message: \"\" }",
                                  entry.first + "\n      - " + entry.second);
    INFO(entry.first + " " + entry.second);
    if (entry.error == nullptr) {
      Valid(text);
      continue;
    }
    const auto errors = ErrorsOf(text);
    CAPTURE(errors);
    REQUIRE(errors.size() == 1);
    CHECK_THAT(errors.front(), StartsWith(entry.error));
  }
}

TEST_CASE("a grant with more rules than the limit is refused") {
  std::string rules;
  for (int i = 0; i < 1001; ++i) rules += "\n      - { class: read, action: allow }";
  const auto errors =
      ErrorsOf(With("\n      - { class: read, action: allow, message: \"\" }", rules));
  REQUIRE(errors.size() == 1);
  CHECK_THAT(errors.front(), Contains("p.yaml:11:7: a grant has at most 1000 rules"));
}

}  // namespace
}  // namespace portreeve::policy
