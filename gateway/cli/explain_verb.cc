#include "cli/explain_verb.h"

#include <optional>

#include "cli/caller_arguments.h"
#include "cli/explanation.h"
#include "cli/policy_files.h"
#include "rehearsal/catalog_reader.h"
#include "rehearsal/rehearsal.h"

namespace portreeve::cli {
namespace {

ExitCode Explain(const Arguments& arguments, Console& console) {
  const auto caller = CallerOf(arguments);
  if (!caller.ok()) return Fail(caller.status(), console);
  const auto policy = LoadPolicy(arguments.Operand(0), console);
  const bool without_catalog = !arguments.On("--catalog");
  const auto catalog = without_catalog ? rehearsal::EmptyCatalog()
                                       : LoadCatalog(arguments.Text("--catalog"), console);
  if (policy == nullptr || catalog == nullptr) return ExitCode::kUsage;
  const rehearsal::Opening opening = rehearsal::OpenSession(*policy, *caller);
  std::optional<rehearsal::Rehearsed> done;
  if (opening.grant != nullptr && arguments.On("--sql")) {
    done = rehearsal::Rehearse(*policy, *opening.grant, *caller,
                               rehearsal::NamesOf(catalog, *opening.grant, std::nullopt),
                               arguments.Text("--sql"));
  }
  const auto said = Explanation(*policy, *caller, opening, done, arguments.Text("--sql"), *catalog,
                                without_catalog);
  if (arguments.On("--json")) {
    console.out << said.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
  } else {
    console.out << ExplanationText(said);
  }
  return ExitCode::kOk;
}

}  // namespace

Verb ExplainVerb() {
  std::vector<Flag> flags = CallerFlags();
  flags.push_back({"--sql", Kind::kText, "TEXT", "what is said; without it, only the session"});
  flags.push_back({"--json", Kind::kSwitch, "", "print JSON, for programs"});
  return {"policy explain",
          "Say how a policy decides, and why.",
          {{"POLICY", "the policy file"}},
          std::move(flags),
          Explain};
}

}  // namespace portreeve::cli
