// portreeve: the command line for users and operators, and for trying Portreeve on one machine.

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/arguments.h"
#include "cli/audit_verbs.h"
#include "cli/lease_verbs.h"
#include "cli/login_verbs.h"
#include "cli/operator_verbs.h"
#include "cli/policy_verbs.h"
#include "dev/dev_verbs.h"

int main(int argc, char** argv) {
  using namespace portreeve;  // NOLINT(google-build-using-namespace)
  const base::SystemClock clock;
  const cli::Environment environment = [](const char* name) { return std::getenv(name); };
  std::vector<cli::Verb> verbs = cli::OperatorVerbs(environment);
  for (cli::Verb& verb : cli::LoginVerbs(environment, clock)) verbs.push_back(std::move(verb));
  for (cli::Verb& verb : cli::LeaseVerbs(environment)) verbs.push_back(std::move(verb));
  for (cli::Verb& verb : cli::AuditVerbs(environment)) verbs.push_back(std::move(verb));
  for (cli::Verb& verb : cli::PolicyVerbs()) verbs.push_back(std::move(verb));
  for (cli::Verb& verb : dev::DevVerbs(environment, clock)) verbs.push_back(std::move(verb));
  cli::Console console{std::cout, std::cerr};
  const std::vector<std::string> words(argv + 1, argv + argc);
  const cli::ExitCode code = cli::Run(verbs, words, environment, PORTREEVE_VERSION, console);
  std::cout.flush();
  return static_cast<int>(code);
}
