#include "cli/can_verb.h"

#include <algorithm>
#include <string>
#include <utility>

#include "cli/caller_arguments.h"
#include "cli/policy_files.h"
#include "cli/table.h"
#include "rehearsal/question.h"
#include "rehearsal/rehearsal.h"

namespace portreeve::cli {
namespace {

std::string Said(const policy::Decision& decision) {
  switch (decision.action) {
    case policy::Action::kAllow:
      return "yes";
    case policy::Action::kHold:
      return "needs approval " + std::string(decision.approval);
    case policy::Action::kRefuse:
      break;
  }
  return "no";
}

ExitCode CodeOf(policy::Action action) {
  switch (action) {
    case policy::Action::kAllow:
      return ExitCode::kOk;
    case policy::Action::kHold:
      return ExitCode::kApproval;
    case policy::Action::kRefuse:
      break;
  }
  return ExitCode::kRefused;
}

void Print(const rehearsal::Answer& answer, Console& console) {
  console.out << Said(answer.decision) << ": " << OneLine(answer.act) << ", by "
              << answer.decision.rule << "\n";
  if (answer.decision.action == policy::Action::kRefuse) {
    console.out << "  " << OneLine(answer.decision.refusal.message) << "\n";
  }
  for (const rehearsal::Variant& variant : answer.stricter) {
    console.out << "  but " << variant.text << ": " << Said(variant.decision) << ", by "
                << variant.decision.rule << "\n";
  }
}

ExitCode Can(const Arguments& arguments, Console& console) {
  const auto caller = CallerOf(arguments);
  if (!caller.ok()) return Fail(caller.status(), console);
  const auto policy = LoadPolicy(arguments.Operand(0), console);
  const bool has_catalog = arguments.On("--catalog");
  auto catalog = has_catalog ? LoadCatalog(arguments.Text("--catalog"), console) : nullptr;
  if (policy == nullptr || (has_catalog && catalog == nullptr)) return ExitCode::kUsage;
  const rehearsal::Opening opening = rehearsal::OpenSession(*policy, *caller);
  if (opening.grant == nullptr) {
    console.out << "no: the session does not open\n  " << OneLine(opening.refusal.message) << "\n";
    if (!opening.refusal.hint.empty()) console.out << "  " << OneLine(opening.refusal.hint) << "\n";
    return ExitCode::kRefused;
  }
  const auto answers =
      rehearsal::Ask(*policy, *opening.grant, caller->connection, std::move(catalog),
                     arguments.Operand(1), arguments.HasOperand(2) ? arguments.Operand(2) : "");
  if (!answers.ok()) return Fail(answers.status(), console);
  auto strictest = policy::Action::kAllow;
  for (const rehearsal::Answer& answer : *answers) {
    Print(answer, console);
    strictest = std::max(strictest, answer.decision.action);
  }
  if (policy->observes()) console.out << "The policy observes: it refuses nothing.\n";
  return CodeOf(strictest);
}

}  // namespace

Verb CanVerb() {
  return {"can",
          "Ask whether somebody may do something: 0 yes, 5 with an approval, 3 no.",
          {{"POLICY", "the policy file"},
           {"CLASS", "what is done: read, update, ddl, copy_program ..."},
           {"OBJECT", "to what: schema.table, or schema.function(types)", true}},
          CallerFlags(),
          Can};
}

}  // namespace portreeve::cli
