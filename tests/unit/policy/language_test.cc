// Windows, approvals and masks as they are read from the file.

#include "policies.h"
#include "policy/masks_in_force.h"

namespace portreeve::policy {
namespace {

using Catch::Matchers::Contains;

std::string WithPart(const std::string& part) { return With("grants:", part + "\ngrants:"); }

std::string OnlyError(const std::string& part) {
  const auto errors = ErrorsOf(WithPart(part), Purpose::kAnalyse);
  INFO(part);
  CAPTURE(errors);
  REQUIRE(errors.size() == 1);
  return errors.front();
}

TEST_CASE("an approval says by whom, how many, how long and how one waits") {
  const auto policy = Valid(
      WithPart("approvals: { peer: { by: staff, quorum: 2, veto: 3, expires: 30m, valid_for: 12h, "
               "wait: hold }, plain: { by: [staff] } }"));
  REQUIRE(policy->approvals().size() == 2);
  const Approval& peer = policy->approvals()[0];
  CHECK(peer.name == "peer");
  CHECK(peer.by == std::vector<std::string>{"staff"});
  CHECK(peer.quorum == 2);
  CHECK(peer.veto == 3);
  CHECK(peer.expires_us == int64_t{30} * 60 * 1'000'000);
  CHECK(peer.valid_for_us == int64_t{12} * 3600 * 1'000'000);
  CHECK(peer.wait == Approval::Wait::kHold);
  const Approval& plain = policy->approvals()[1];
  CHECK(plain.quorum == 1);
  CHECK(plain.veto == 1);
  CHECK(plain.expires_us == int64_t{3600} * 1'000'000);
  CHECK(plain.valid_for_us == 0);
  CHECK_FALSE(plain.wait.has_value());
}

TEST_CASE("what is wrong with an approval is said at its place") {
  struct Case {
    const char* approval;
    const char* error;
  };
  const Case cases[] = {
      {"{}", "p.yaml:4:20: approval needs `by`"},
      {"{ by: stuff }", "p.yaml:4:26: `by`: there is no group `stuff`; did you mean `staff`?"},
      {"{ by: staff, quorum: 0 }", "`quorum`: must be a number from 1 to 100"},
      {"{ by: staff, veto: many }", "`veto`: must be a number from 1 to 100"},
      {"{ by: staff, expires: 0s }", "`expires`: must be a duration"},
      {"{ by: staff, wait: retri }", "`retri` is not one of `retry` `hold`; did you mean `retry`?"},
      {"{ by: staff, qourum: 1 }", "approval has no `qourum`; did you mean `quorum`?"},
      {"[staff]", "approval must be a map, not a list"},
  };
  for (const Case& entry : cases) {
    CHECK_THAT(OnlyError("approvals: { peer: " + std::string(entry.approval) + " }"),
               Contains(entry.error));
  }
  CHECK_THAT(OnlyError("approvals: [peer]"), Contains("`approvals` must be a map of names"));
  CHECK_THAT(OnlyError("approvals: { Peer: { by: staff } }"), Contains("`Peer` is no name"));
}

TEST_CASE("a rule that holds names an approval, and no other rule does") {
  const auto rule = [](const std::string& text) {
    return With("{ class: read, action: allow, message: \"\" }", text,
                WithPart("approvals: { peer: { by: staff, quorum: 2 } }"));
  };
  const auto policy = Valid(rule("{ class: read, action: hold, approval: peer }"));
  CHECK(policy->grants()[0].rules[0].action == Action::kHold);
  CHECK(policy->grants()[0].rules[0].approval == "peer");
  CHECK(policy->grants()[0].rules[0].quorum == 2);
  CHECK_THAT(ErrorsOf(rule("{ class: read, action: hold }")).at(0), Contains("needs `approval`"));
  CHECK_THAT(ErrorsOf(rule("{ class: read, action: hold, approval: per }")).at(0),
             Contains("there is no approval `per`; did you mean `peer`?"));
  CHECK_THAT(ErrorsOf(rule("{ class: read, action: allow, approval: peer }")).at(0),
             Contains("`approval`: is for rules that hold"));
}

TEST_CASE("what is wrong with a window is said at its place") {
  struct Case {
    const char* window;
    const char* error;
  };
  const Case cases[] = {
      {"{ days: mon }", "p.yaml:4:20: window needs `tz`"},
      {"{ tz: Europe/Bärlin }", "there is no time zone `Europe/Bärlin`; write it like"},
      {"{ tz: ../../etc/passwd }", "there is no time zone"},
      {"{ tz: /etc/localtime }", "there is no time zone"},
      {"{ tz: UTC, days: mun-fri }",
       "`days`: `mun-fri` is neither a day nor a range of days like mon-fri; did you mean `mon`?"},
      {"{ tz: UTC, days: mon-fri-sat }", "`mon-fri-sat` is neither a day nor a range"},
      {"{ tz: UTC, days: [] }", "must be a text or a list of texts, and not empty"},
      {"{ tz: UTC, from: 8 }", "`from`: must be a time of day, like \"08:00\""},
      {"{ tz: UTC, from: '24:00' }", "`from`: must be before 24:00"},
      {"{ tz: UTC, to: '24:01' }", "`to`: must be a time of day"},
      {"{ tz: UTC, to: '00:00' }", "`to`: is the same time as `from`"},
      {"{ tz: UTC, from: '08:00', to: '08:00' }", "`to`: is the same time as `from`"},
      {"{ tz: UTC, form: '08:00' }", "window has no `form`; did you mean `from`?"},
  };
  for (const Case& entry : cases) {
    CHECK_THAT(OnlyError("windows: { office: " + std::string(entry.window) + " }"),
               Contains(entry.error));
  }
  CHECK_THAT(
      ErrorsOf(With("idle: 5m", "window: ofice", WithPart("windows: { office: { tz: UTC } }")))
          .at(0),
      Contains("`window`: there is no window `ofice`; did you mean `office`?"));
}

TEST_CASE("a mask says of what, and with what") {
  const auto policy = Valid(
      WithPart("masks:\n"
               "  - { name: a, columns: ['*.c.e'], with: partial_email }\n"
               "  - { name: b, columns: 'a.b.c', with: { keep_last: 4 }, "
               "use: searchable, unmask: staff }\n"
               "  - { name: c, detect: [us_ssn, iban], with: redact }\n"
               "  - { name: d, columns: 'a.b.d', with: { constant: '' } }\n"
               "  - { name: e, columns: 'a.b.e', with: { date_trunc: day } }\n"
               "  - { name: f, columns: 'a.b.f', with: { round: -3 } }\n"
               "  - { name: g, columns: 'a.b.g', with: hash, use: open }\n"
               "  - { name: h, columns: 'a.b.h', with: redact, use: aggregatable,\n"
               "      min_group: 9, searches: 12, connections: 'orders-*', databases: [crm] }\n"
               "  - { name: i, detect: jwt, with: report }\n"
               "trusted_functions: ['public.total(integer)']"));
  const std::vector<Mask>& masks = policy->masks();
  REQUIRE(masks.size() == 9);
  CHECK(masks[0].with.kind == mask::Kind::kPartialEmail);
  CHECK(masks[0].use == Mask::Use::kSealed);
  CHECK(masks[0].columns.size() == 1);
  CHECK(masks[1].with.kind == mask::Kind::kKeepLast);
  CHECK(masks[1].with.number == 4);
  CHECK(masks[1].use == Mask::Use::kSearchable);
  CHECK(masks[1].unmask == std::vector<std::string>{"staff"});
  CHECK(masks[2].detect == std::vector<std::string>{"us_ssn", "iban"});
  CHECK(masks[3].with.kind == mask::Kind::kConstant);
  CHECK(masks[4].with.text == "day");
  CHECK(masks[5].with.number == -3);
  CHECK(masks[6].with.kind == mask::Kind::kHash);
  CHECK(masks[6].use == Mask::Use::kOpen);
  CHECK(masks[6].min_group == 5);
  CHECK(masks[7].min_group == 9);
  CHECK(masks[1].searches == 100);
  CHECK(masks[7].searches == 12);
  CHECK(masks[7].connections.size() == 1);
  CHECK(masks[7].databases.size() == 1);
  CHECK_FALSE(masks[2].reports);
  CHECK(masks[8].reports);
  REQUIRE(policy->trusted_functions().size() == 1);
  CHECK(policy->trusted_functions()[0].Fits("public", "total", "integer"));
  CHECK_FALSE(policy->trusted_functions()[0].Fits("public", "total", "text"));
}

TEST_CASE("what is wrong with a mask is said at its place") {
  struct Case {
    const char* mask;
    const char* error;
  };
  const Case cases[] = {
      {"columns: 'a.b.c', with: redact", "p.yaml:4:9: mask needs `name`"},
      {"name: x, columns: 'a.b.c'", "mask needs `with`"},
      {"name: x, with: redact", "mask needs either `columns` or `detect`"},
      {"name: x, columns: 'a.b.c', detect: iban, with: redact", "needs either"},
      {"name: x, columns: 'a.b', with: redact", "`a.b` is not of the form schema.table.column"},
      {"name: x, columns: [], with: redact", "must be a text or a list of texts"},
      {"name: x, detect: us_sns, with: redact",
       "there is no detector `us_sns`; did you mean `us_ssn`?"},
      {"name: x, columns: 'a.b.c', with: reduct", "did you mean `redact`?"},
      {"name: x, columns: 'a.b.c', with: keep_last",
       "`keep_last` needs a value: write { keep_last: ... }"},
      {"name: x, columns: 'a.b.c', with: { keep_last: 0 }", "must be a number from 1 to 64"},
      {"name: x, columns: 'a.b.c', with: { round: 31 }", "must be a number from -30 to 30"},
      {"name: x, columns: 'a.b.c', with: { date_trunc: dag }", "did you mean `day`?"},
      {"name: x, columns: 'a.b.c', with: { constant: \"a\\nb\" }", "one printable line"},
      {"name: x, columns: 'a.b.c', with: { keep_last: 4, round: 2 }", "`with` takes one of"},
      {"name: x, columns: 'a.b.c', with: {}", "`with` takes one of"},
      {"name: x, columns: 'a.b.c', with: [redact]", "must be one of `redact`"},
      {"name: x, columns: 'a.b.c', with: redact, use: seeled", "did you mean `sealed`?"},
      {"name: x, detect: iban, with: redact, use: open", "`use`: is for masks of `columns`"},
      {"name: x, detect: iban, with: hash", "`with`: `hash` is not one of `redact` `report`"},
      {"name: x, detect: iban, with: { keep_last: 4 }", "is `redact` or `report`"},
      {"name: x, columns: 'a.b.c', with: report", "is not one of `redact`"},
      {"name: x, columns: 'a.b.c', with: redact, min_group: 3", "is for masks with `use: aggr"},
      {"name: x, columns: 'a.b.c', with: redact, use: aggregatable, min_group: 1",
       "must be a number from 2 to"},
      {"name: x, columns: 'a.b.c', with: redact, use: open, searches: 5",
       "is for masks with `use: searchable` or `aggregatable`"},
      {"name: x, columns: 'a.b.c', with: redact, use: searchable, searches: 0",
       "must be a number from 1 to"},
      {"name: x, columns: 'a.b.c', with: redact, use: searchable, searches: many",
       "must be a number from 1 to"},
      {"name: x, columns: 'a.b.c', with: redact, unmask: stuff", "there is no group `stuff`"},
      {"name: x, columns: 'a.b.c', with: redact, unmusk: staff", "did you mean `unmask`?"},
  };
  for (const Case& entry : cases) {
    CHECK_THAT(OnlyError("masks: [{ " + std::string(entry.mask) + " }]"), Contains(entry.error));
  }
  CHECK_THAT(OnlyError("masks: []"), Contains("at least one mask"));
  CHECK_THAT(OnlyError("masks: [{ name: x, columns: 'a.b.c', with: hash }, "
                       "{ name: x, columns: 'a.b.d', with: hash }]"),
             Contains("there are two masks named `x`"));
  CHECK_THAT(OnlyError("trusted_functions: f"), Contains("says something only beside `masks`"));
}

TEST_CASE("a policy that only observes masks nothing, and says so when it is loaded") {
  yaml::Diagnostics diagnostics("p.yaml");
  const auto policy = Policy::Load(
      With("defaults: { action: refuse, mode: enforce }",
           "masks: [{ name: x, columns: 'a.b.c', with: hash }]\ndefaults: { mode: observe }"),
      diagnostics);
  REQUIRE(policy != nullptr);
  REQUIRE(diagnostics.Warnings().size() == 1);
  CHECK_THAT(diagnostics.Warnings()[0], Contains("nothing is masked"));
  CHECK(MasksFor(policy, {}, {"orders", {}}) == nullptr);
}

TEST_CASE("what a session needs is read, and refused when it makes no sense") {
  const auto session = [](const std::string& text) { return With("idle: 5m", text); };
  CHECK_THAT(ErrorsOf(session("reason: '(['"), Purpose::kAnalyse).at(0),
             Contains("`reason`: is no regular expression"));
  CHECK_THAT(ErrorsOf(session("reason: ''"), Purpose::kAnalyse).at(0),
             Contains("must not be empty"));
  CHECK_THAT(ErrorsOf(session("approval: peer"), Purpose::kAnalyse).at(0),
             Contains("`approval`: there is no approval `peer`"));
  const auto as = [](const std::string& text) {
    return ErrorsOf(With("{ role: app }", text), Purpose::kAnalyse).at(0);
  };
  CHECK_THAT(as("{ role: app, ephemeral: { member_of: [app] } }"),
             Contains("`ephemeral`: stands instead of `role`"));
  CHECK_THAT(as("{ ephemeral: {} }"), Contains("`ephemeral` needs `member_of`"));
  CHECK_THAT(as("{ ephemeral: { member_of: \"a\\tb\" } }"), Contains("must be printable"));
}

TEST_CASE("what nothing uses is a warning, not an error") {
  const auto warnings = WarningsOf(
      With("groups:", "groups:\n  idle: { claim: sub, any_of: x }",
           WithPart("windows: { night: { tz: UTC } }\napprovals: { peer: { by: staff } }")));
  const std::vector<std::string> expected = {
      "p.yaml:3:3: nothing uses the group `idle`",
      "p.yaml:5:12: nothing uses the window `night`",
      "p.yaml:6:14: nothing uses the approval `peer`",
  };
  CHECK(warnings == expected);
  CHECK(WarningsOf(kWhole).empty());
}

}  // namespace
}  // namespace portreeve::policy
