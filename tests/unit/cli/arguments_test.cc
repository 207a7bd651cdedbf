#include "cli/arguments.h"

#include "cli/audit_verbs.h"
#include "cli/operator_verbs.h"
#include "fixture.h"

namespace portreeve::cli {
namespace {

std::vector<Verb> Table() {
  auto nothing = [](const Arguments&, Console&) { return ExitCode::kOk; };
  return {
      {"gate open",
       "Open it.",
       {{"NAME", "of the gate"}},
       {{"--wait", Kind::kDuration, "DURATION", "how long", "1m", "GATE_WAIT"},
        {"--by", Kind::kText, "WHO", "who asks", {}, "GATE_BY"},
        {"--key", Kind::kText, "KEY", "which key", {}, {}, true},
        {"--force", Kind::kSwitch, "", "even if it is locked"}},
       nothing},
      {"gate paint",
       "Paint it.",
       {{"NAME", "of the gate"}, {"COLOUR", "of the paint", true}},
       {},
       nothing},
      {"gate ls", "List them.", {}, {{"--limit", Kind::kCount, "N", "how many", "20"}}, nothing},
      {"gate", "The gate itself.", {}, {}, nothing},
  };
}

Arguments Taken(const std::vector<std::string>& words, const Variables& variables = {}) {
  const std::vector<Verb> verbs = Table();
  Parsed parsed = Parse(verbs, words, variables.lookup());
  if (const auto* error = std::get_if<UsageError>(&parsed)) FAIL(error->message);
  REQUIRE(std::holds_alternative<Invocation>(parsed));
  return std::get<Invocation>(parsed).arguments;
}

std::string Error(const std::vector<std::string>& words, const Variables& variables = {}) {
  const std::vector<Verb> verbs = Table();
  const Parsed parsed = Parse(verbs, words, variables.lookup());
  REQUIRE(std::holds_alternative<UsageError>(parsed));
  return std::get<UsageError>(parsed).message;
}

TEST_CASE("flags and operands may stand in any order behind the verb") {
  const Arguments arguments =
      Taken({"gate", "open", "--key=a=b", "north", "--force", "--by", "ana"});
  CHECK(arguments.Operand(0) == "north");
  CHECK(arguments.Text("--key") == "a=b");
  CHECK(arguments.Text("--by") == "ana");
  CHECK(arguments.On("--force"));
  CHECK(arguments.DurationUs("--wait") == 60'000'000);
}

TEST_CASE("the longest verb that fits is meant") {
  const std::vector<Verb> verbs = Table();
  const Variables variables;
  const Parsed whole = Parse(verbs, {"gate", "ls"}, variables.lookup());
  CHECK(std::get<Invocation>(whole).verb->words == "gate ls");
  const Parsed part = Parse(verbs, {"gate"}, variables.lookup());
  CHECK(std::get<Invocation>(part).verb->words == "gate");
}

TEST_CASE("a flag stands before the environment, and that before the default") {
  Variables variables;
  variables.values = {{"GATE_WAIT", "5s"}, {"GATE_BY", ""}};
  const Arguments from_environment = Taken({"gate", "open", "x", "--key", "k"}, variables);
  CHECK(from_environment.DurationUs("--wait") == 5'000'000);
  CHECK_FALSE(from_environment.Given("--wait"));
  CHECK_FALSE(from_environment.On("--by"));
  const Arguments from_flag = Taken({"gate", "open", "x", "--key", "k", "--wait", "2h"}, variables);
  CHECK(from_flag.DurationUs("--wait") == int64_t{7200} * 1'000'000);
  CHECK(from_flag.Given("--wait"));
}

TEST_CASE("an optional operand may be left out") {
  CHECK_FALSE(Taken({"gate", "paint", "north"}).HasOperand(1));
  CHECK(Taken({"gate", "paint", "north", "red"}).Operand(1) == "red");
  CHECK(Error({"gate", "paint"}).find("NAME is missing") != std::string::npos);
  CHECK(Error({"gate", "paint", "north", ""}).find("COLOUR must not be empty") !=
        std::string::npos);
  const Variables variables;
  const std::vector<Verb> verbs = Table();
  const Parsed help = Parse(verbs, {"gate", "paint", "--help"}, variables.lookup());
  CHECK(std::get<HelpWanted>(help).text.starts_with("Usage: portreeve gate paint NAME [COLOUR]\n"));
}

TEST_CASE("what stands behind two dashes is no flag") {
  const Arguments arguments = Taken({"gate", "open", "--key", "k", "--", "--help"});
  CHECK(arguments.Operand(0) == "--help");
}

TEST_CASE("a wrong verb or flag is refused with the one that was probably meant") {
  CHECK(
      Error({"gate", "opne"}).find("`opne` is one argument too many; did you mean `gate open`?") !=
      std::string::npos);
  CHECK(Error({"gte", "ls"}) == "there is no verb `gte ls`; did you mean `gate ls`?");
  CHECK(Error({"gate", "ls", "--limt", "3"}).find("did you mean `--limit`?") != std::string::npos);
  CHECK(Error({"quite-something-else"}).find("did you mean") == std::string::npos);
  CHECK(Error({}).find("no verb is given") != std::string::npos);
  CHECK(Error({"--force", "gate", "open"}).find("the verb comes first") != std::string::npos);
}

TEST_CASE("the beginning of a verb is not the verb") {
  const Variables variables;
  const std::vector<Verb> verbs = OperatorVerbs(variables.lookup());
  const Parsed parsed = Parse(verbs, {"agent", "token"}, variables.lookup());
  CHECK(std::get<UsageError>(parsed).message.find("`portreeve agent token --help`") !=
        std::string::npos);
}

TEST_CASE("a missing, wrong or repeated value is refused with its flag's name") {
  CHECK(Error({"gate", "open", "x", "--key"}).find("--key needs a value") != std::string::npos);
  CHECK(Error({"gate", "open", "x", "--key", "--force"}).find("--key needs a value") !=
        std::string::npos);
  CHECK(Error({"gate", "open", "x"}).find("--key KEY is missing") != std::string::npos);
  CHECK(Error({"gate", "open", "--key", "k"}).find("NAME is missing") != std::string::npos);
  CHECK(Error({"gate", "open", "x", "y", "--key", "k"}).find("one argument too many") !=
        std::string::npos);
  CHECK(Error({"gate", "ls", "--limit", "3x"}).find("a whole number, not `3x`") !=
        std::string::npos);
  CHECK(Error({"gate", "ls", "--limit=-1"}).find("a whole number") != std::string::npos);
  CHECK(Error({"gate", "ls", "--limit="}).find("must not be empty") != std::string::npos);
  CHECK(Error({"gate", "open", "x", "--key", "k", "--wait", "1y"}).find("a duration") !=
        std::string::npos);
  CHECK(Error({"gate", "open", "x", "--key", "k", "--key", "k"}).find("given twice") !=
        std::string::npos);
  CHECK(Error({"gate", "open", "x", "--key", "k", "--force=yes"}).find("takes no value") !=
        std::string::npos);
}

TEST_CASE("a wrong value of the environment is refused with the variable's name") {
  Variables variables;
  variables.values = {{"GATE_WAIT", "soon"}};
  CHECK(Error({"gate", "open", "x", "--key", "k"}, variables).find("GATE_WAIT must be") !=
        std::string::npos);
}

TEST_CASE("help lists every verb, and of one verb everything that it takes") {
  const Variables variables;
  std::vector<Verb> verbs = OperatorVerbs(variables.lookup());
  for (Verb& verb : AuditVerbs(variables.lookup())) verbs.push_back(std::move(verb));
  const Outcome whole = RunVerb(verbs, {"--help"}, variables);
  CHECK(whole.code == ExitCode::kOk);
  for (const Verb& verb : verbs) {
    CHECK(whole.out.find("  " + std::string(verb.words) + " ") != std::string::npos);
    std::vector<std::string> words;
    std::istringstream split{std::string(verb.words)};
    for (std::string word; split >> word;) words.push_back(word);
    words.emplace_back("--help");
    const Outcome one = RunVerb(verbs, words, variables);
    CHECK(one.code == ExitCode::kOk);
    CHECK(one.out.find(verb.summary) != std::string::npos);
    for (const Flag& flag : verb.flags) CHECK(one.out.find(flag.name) != std::string::npos);
    for (const Operand& operand : verb.operands) {
      CHECK(one.out.find("  " + std::string(operand.name) + " ") != std::string::npos);
    }
    for (std::istringstream lines(one.out); std::getline(lines, words[0]);) {
      CHECK(words[0].size() <= 80);
    }
  }
}

TEST_CASE("the version is printed, and a usage error ends with 2 on standard error") {
  const Variables variables;
  CHECK(RunVerb(Table(), {"--version"}, variables).out == "portreeve 9.8.7\n");
  const Outcome wrong = RunVerb(Table(), {"nonsense"}, variables);
  CHECK(wrong.code == ExitCode::kUsage);
  CHECK(wrong.out.empty());
  CHECK(wrong.err.starts_with("portreeve: there is no verb `nonsense`"));
}

}  // namespace
}  // namespace portreeve::cli
