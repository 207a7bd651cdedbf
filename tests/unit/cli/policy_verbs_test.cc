#include "cli/policy_verbs.h"

#include <nlohmann/json.hpp>

#include "fixture.h"

namespace portreeve::cli {
namespace {

constexpr const char* kPolicy = R"(version: 1
groups:
  staff: { claim: groups, any_of: [staff] }
windows:
  office: { tz: Europe/Berlin, days: mon-fri, from: "08:00", to: "19:00" }
approvals:
  peer: { by: [staff], quorum: 1, expires: 30m }
masks:
  - { name: mail, columns: ["app.people.mail"], with: redact }
guardrails:
  - { name: no-where, class: [update, delete], where: absent, action: hold, approval: peer }
grants:
  - name: reading
    who: [staff]
    on: { labels: { env: prod } }
    session: { window: office }
    rules:
      - { class: read, action: allow }
    limits: { rows: 10 }
  - name: writing
    who: [staff]
    on: { labels: { env: prod } }
    rules:
      - { class: [read, write], action: allow }
)";

constexpr const char* kCases = R"(version: 1
catalog: { tables: { app.people: [id, mail] } }
cases:
  - name: reading
    as: { sub: ana, groups: [staff] }
    connection: { name: orders, labels: { env: prod } }
    sql: SELECT id FROM app.people
    expect: allow
)";

struct Scene {
  TempFolder folder;
  std::string policy = folder.Write("p.yaml", kPolicy).string();
  std::string cases = folder.Write("p.test.yaml", kCases).string();

  Outcome Run(std::vector<std::string> words) const {
    return RunVerb(PolicyVerbs(), words, Variables());
  }
  // As ana, on a connection that both grants cover.
  Outcome As(std::vector<std::string> words) const {
    for (const char* more : {"--as", "sub=ana,groups=staff", "--connection", "orders", "--label",
                             "env=prod,kind=primary", "--catalog"}) {
      words.emplace_back(more);
    }
    words.push_back(cases);
    return Run(std::move(words));
  }
};

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("a good policy is checked, with what it holds and warns of") {
  const Scene scene;
  const Outcome done = scene.Run({"policy", "check", scene.policy});
  CHECK(done.code == ExitCode::kOk);
  CHECK(Has(done.out, ": good, with 2 grants, 1 guardrail and 3 rules in all\n"));
  CHECK(Has(done.err, "p.yaml:6:1: approvals cannot be asked for yet"));
}

TEST_CASE("with a catalog a check warns of masks that do not fit, and the policy is good") {
  const Scene scene;
  const auto catalog =
      scene.folder.Write("c.yaml", "tables: { app.people: [id: bigint, mail: integer] }\n");
  const Outcome done = scene.Run({"policy", "check", scene.policy, "--catalog", catalog.string()});
  CHECK(done.code == ExitCode::kOk);
  CHECK(Has(done.err,
            "p.yaml: mask mail: column app.people.mail of type integer becomes NULL "
            "(a warning)\n"));
  const auto wrong = scene.folder.Write("d.yaml", "tables: { app.people: [[id]] }\n");
  CHECK(scene.Run({"policy", "check", scene.policy, "--catalog", wrong.string()}).code ==
        ExitCode::kUsage);
}

TEST_CASE("all errors of a policy are said in one run, and it ends with 2") {
  const Scene scene;
  const auto path = scene.folder.Write("wrong.yaml", "version: 1\ngruops: {}\ngrants: []\n");
  const Outcome done = scene.Run({"policy", "check", path.string()});
  CHECK(done.code == ExitCode::kUsage);
  CHECK(Has(done.err, "wrong.yaml:2:1: the policy has no `gruops`; did you mean `groups`?\n"));
  CHECK(Has(done.err, "wrong.yaml:3:9: "));
  CHECK(done.out.empty());
  CHECK(scene.Run({"policy", "check", "/nonexistent"}).code == ExitCode::kUsage);
}

TEST_CASE("cases stand beside the policy if no other file is named") {
  const Scene scene;
  const Outcome done = scene.Run({"policy", "test", scene.policy});
  CHECK(done.code == ExitCode::kOk);
  CHECK(Has(done.out, "pass  reading\n1 case: 1 passed, 0 failed; 1 of 3 rules exercised\n"));
  CHECK(Has(done.out, "no case exercises guardrails/no-where\n"));
  CHECK(scene.Run({"policy", "test", scene.policy, "--require-coverage"}).code ==
        ExitCode::kFailure);
  const auto other = scene.folder.Write("other.yaml", "version: 1\n");
  CHECK(scene.Run({"policy", "test", scene.policy, other.string()}).code == ExitCode::kUsage);
}

TEST_CASE("a case that fails is named with its place, and the run ends with 1") {
  const Scene scene;
  std::string cases(kCases);
  cases.replace(cases.find("expect: allow"), 13, "expect: hold");
  const auto path = scene.folder.Write("failing.yaml", cases);
  const Outcome done = scene.Run({"policy", "test", scene.policy, path.string()});
  CHECK(done.code == ExitCode::kFailure);
  CHECK(Has(done.out, "FAIL  reading\n"));
  CHECK(Has(done.out, "failing.yaml:4:5: hold is expected, and it is allow by grants/reading/"));
}

TEST_CASE("what is wrong with a policy and with its cases is said together") {
  const Scene scene;
  const auto policy = scene.folder.Write("a.yaml", "version: 2\n");
  const auto cases = scene.folder.Write("b.yaml", "version: 3\n");
  const Outcome done = scene.Run({"policy", "test", policy.string(), cases.string()});
  CHECK(done.code == ExitCode::kUsage);
  CHECK(Has(done.err, "a.yaml:1:10: "));
  CHECK(Has(done.err, "b.yaml:1:10: "));
}

TEST_CASE("an explanation tells grant, facts, rules, decision, limits and masks") {
  const Scene scene;
  const Outcome done =
      scene.As({"policy", "explain", scene.policy, "--sql", "SELECT mail FROM app.people"});
  CHECK(done.code == ExitCode::kOk);
  for (const char* part :
       {"under the grant reading, the first that covers the session", "its window office",
        "not writing  it covers the session as well", "Statement 1: SELECT mail FROM app.people",
        "class     read (select)", "relation  app.people  read",
        "column    app.people.mail  output", "where: it is neither an UPDATE nor a DELETE",
        "given by grants/reading/rules/1", "allow by grants/reading/rules/1", "limit  rows  10",
        "from app.people.mail (as it is)  masked by masks/mail"}) {
    INFO(part << "\n" << done.out);
    CHECK(Has(done.out, part));
  }
}

TEST_CASE("an explanation tells what the client hears") {
  const Scene scene;
  const Outcome held = scene.As(
      {"policy", "explain", scene.policy, "--grant", "writing", "--sql", "DELETE FROM app.people"});
  CHECK(held.code == ExitCode::kOk);
  CHECK(Has(held.out, "named as the user"));
  CHECK(Has(held.out, "hold by guardrails/no-where, approval peer"));
  CHECK(Has(held.out, "SQLSTATE  42501"));
  const Outcome closed = scene.As({"policy", "explain", scene.policy, "--at",
                                   "2026-11-25T23:00:00+01:00", "--sql", "SELECT 1"});
  CHECK(closed.code == ExitCode::kOk);
  CHECK(Has(closed.out, "does not open"));
  CHECK(Has(closed.out, "not reading  its window office is closed at this time"));
  const Outcome unparsed = scene.As({"policy", "explain", scene.policy, "--sql", "SELEC"});
  CHECK(Has(unparsed.out, "SQLSTATE  42601"));
}

TEST_CASE("an explanation is JSON as well") {
  const Scene scene;
  const Outcome done = scene.As({"policy", "explain", scene.policy, "--json", "--sql",
                                 "SELECT mail FROM app.people; SET work_mem = '1MB'"});
  const auto said = nlohmann::json::parse(done.out);
  CHECK(said["session"]["grant"] == "reading");
  CHECK(said["decision"]["action"] == "allow");
  CHECK(said["statements"].size() == 2);
  CHECK(said["statements"][0]["facts"]["columns"][0]["column"] == "mail");
  CHECK(said["statements"][0]["path"]["rules"][1]["matches"] == true);
  CHECK(said["statements"][1]["facts"]["settings"][0]["value"] == "1MB");
  CHECK(said["masks"][0]["in_force"] == true);
  CHECK(said["statements"][0]["lineage"]["outputs"][0]["from"][0]["column"] == "app.people.mail");
  CHECK(said["without_catalog"] == false);
}

TEST_CASE("no control character of a text reaches the terminal") {
  const Scene scene;
  const Outcome done =
      scene.As({"policy", "explain", scene.policy, "--sql", "SELECT 1 AS \"\x1b[2J\"\n, \"\xff\""});
  CHECK(done.out.find('\x1b') == std::string::npos);
  CHECK(done.out.find('\xff') == std::string::npos);
}

TEST_CASE("a question is answered by exit codes: yes, with an approval, no") {
  const Scene scene;
  const Outcome yes = scene.As({"can", scene.policy, "read", "app.people"});
  CHECK(yes.code == ExitCode::kOk);
  CHECK(yes.err.empty());
  CHECK(Has(yes.out, "yes: select app.people, by grants/reading/rules/1\n"));
  const Outcome no = scene.As({"can", scene.policy, "delete", "app.people"});
  CHECK(no.code == ExitCode::kRefused);
  CHECK(Has(no.out, "no: delete app.people, by defaults\n"));
  const Outcome partly =
      scene.As({"can", scene.policy, "delete", "app.people", "--grant", "writing"});
  CHECK(partly.code == ExitCode::kOk);
  CHECK(Has(partly.out, "but without a WHERE: needs approval peer, by guardrails/no-where\n"));
  CHECK(scene.As({"can", scene.policy, "read", "app.nowhere"}).code == ExitCode::kNotFound);
  CHECK(scene.As({"can", scene.policy, "reed", "app.people"}).code == ExitCode::kUsage);
  const Outcome nobody = scene.Run(
      {"can", scene.policy, "read", "app.people", "--as", "sub=x", "--connection", "orders"});
  CHECK(nobody.code == ExitCode::kRefused);
  CHECK(Has(nobody.out, "no: the session does not open\n  no grant covers this session\n"));
  std::string held(kPolicy);
  held.replace(held.find("where: absent, "), 15, "");
  const auto policy = scene.folder.Write("held.yaml", held);
  CHECK(scene.As({"can", policy.string(), "update", "app.people", "--grant", "writing"}).code ==
        ExitCode::kApproval);
}

TEST_CASE("who asks is said in pairs, and what is no pair is refused") {
  const Scene scene;
  for (const char* wrong : {"ana", "sub=", "=ana", "groups=staff", "sub=a,sub=b", "sub=a,", ","}) {
    const Outcome done =
        scene.Run({"can", scene.policy, "read", "--as", wrong, "--connection", "orders"});
    INFO(wrong);
    CHECK(done.code == ExitCode::kUsage);
    CHECK(Has(done.err, "--as"));
  }
  CHECK(scene.As({"can", scene.policy, "read", "--at", "noon"}).code == ExitCode::kUsage);
  CHECK(scene.Run({"can", scene.policy, "read", "--as", "sub=a"}).code == ExitCode::kUsage);
}

}  // namespace
}  // namespace portreeve::cli
