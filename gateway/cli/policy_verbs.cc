#include "cli/policy_verbs.h"

#include <string>

#include "cli/can_verb.h"
#include "cli/explain_verb.h"
#include "cli/policy_files.h"
#include "cli/table.h"
#include "rehearsal/mask_fit.h"
#include "rehearsal/run_case.h"

namespace portreeve::cli {
namespace {

std::string Counted(size_t count, std::string_view one) {
  return std::to_string(count) + " " + std::string(one) + (count == 1 ? "" : "s");
}

ExitCode Check(const Arguments& arguments, Console& console) {
  const std::string& path = arguments.Operand(0);
  const auto policy = LoadPolicy(path, console, true);
  const bool has_catalog = arguments.On("--catalog");
  const auto catalog = has_catalog ? LoadCatalog(arguments.Text("--catalog"), console) : nullptr;
  if (policy == nullptr || (has_catalog && catalog == nullptr)) return ExitCode::kUsage;
  if (has_catalog) {
    for (const std::string& warning : rehearsal::MaskWarnings(policy, catalog)) {
      console.err << OneLine(path) << ": " << OneLine(warning) << " (a warning)\n";
    }
  }
  console.out << OneLine(path) << ": good, with " << Counted(policy->grants().size(), "grant")
              << ", " << Counted(policy->guardrails().size(), "guardrail") << " and "
              << Counted(rehearsal::RuleCount(*policy), "rule") << " in all\n";
  if (policy->observes()) {
    console.out << "It observes: what it would refuse is recorded, and passes.\n";
  }
  if (policy->not_enforced().empty()) return ExitCode::kOk;
  console.out << "A gateway of this version does not enforce, and so does not load:\n";
  for (const policy::NotEnforced& part : policy->not_enforced()) {
    console.out << OneLine(path) << ":" << part.mark.line << ":" << part.mark.column << ": "
                << OneLine(part.part) << "\n";
  }
  return ExitCode::kOk;
}

// Runs all cases; gives how many failed.
size_t RunCases(const policy::Policy& policy, const rehearsal::CaseFile& file,
                const std::string& path, rehearsal::Coverage& coverage, Console& console) {
  size_t failed = 0;
  for (const rehearsal::Case& tried : file.cases) {
    const auto complaints = rehearsal::RunCase(policy, file, tried, coverage);
    console.out << (complaints.empty() ? "pass  " : "FAIL  ") << OneLine(tried.name) << "\n";
    failed += complaints.empty() ? 0 : 1;
    for (const std::string& complaint : complaints) {
      console.out << "      " << OneLine(path) << ":" << tried.mark.line << ":" << tried.mark.column
                  << ": " << OneLine(complaint) << "\n";
    }
  }
  return failed;
}

ExitCode Test(const Arguments& arguments, Console& console) {
  const auto policy = LoadPolicy(arguments.Operand(0), console);
  const std::string path =
      arguments.HasOperand(1) ? arguments.Operand(1) : CasesBeside(arguments.Operand(0)).string();
  // Both are looked at, so that all that is wrong is said in one run.
  const auto file = LoadCases(path, console);
  if (policy == nullptr || !file) return ExitCode::kUsage;
  rehearsal::Coverage coverage;
  const size_t failed = RunCases(*policy, *file, path, coverage, console);
  const std::vector<std::string> missing = coverage.Missing(*policy);
  const size_t rules = rehearsal::RuleCount(*policy);
  console.out << Counted(file->cases.size(), "case") << ": " << file->cases.size() - failed
              << " passed, " << failed << " failed; " << rules - missing.size() << " of "
              << Counted(rules, "rule") << " exercised\n";
  for (const std::string& rule : missing) console.out << "no case exercises " << rule << "\n";
  const bool bare = arguments.On("--require-coverage") && !missing.empty();
  return failed > 0 || bare ? ExitCode::kFailure : ExitCode::kOk;
}

}  // namespace

std::vector<Verb> PolicyVerbs() {
  const Operand policy = {"POLICY", "the policy file"};
  return {
      {"policy check",
       "Say what is wrong with a policy, and what is not enforced yet.",
       {policy},
       {{"--catalog", Kind::kText, "FILE",
         "what the database holds, to warn of masks that do not fit its columns"}},
       Check},
      {"policy test",
       "Hold a policy to a file of cases.",
       {policy, {"CASES", "the file of cases; policy.test.yaml for policy.yaml", true}},
       {{"--require-coverage", Kind::kSwitch, "", "fail if a rule made no difference in any case"}},
       Test},
      ExplainVerb(),
      CanVerb(),
  };
}

}  // namespace portreeve::cli
