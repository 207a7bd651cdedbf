#include "dev/dev_verbs.h"

#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "cli/gateway_address.h"
#include "dev/issuer_verbs.h"
#include "dev/tour.h"
#include "dev/world.h"

namespace portreeve::dev {
namespace {

using cli::Arguments;
using cli::Console;
using cli::ExitCode;
using cli::Kind;
namespace fs = std::filesystem;

constexpr int kCheckMs = 500;

absl::StatusOr<WorldOptions> Options(const Arguments& arguments,
                                     const cli::Environment& environment) {
  WorldOptions options;
  if (arguments.On("--dir")) {
    options.folder = arguments.Text("--dir");
  } else {
    ASSIGN_OR_RETURN(options.folder, cli::DefaultDevFolder(environment));
  }
  std::error_code error;
  options.folder = fs::absolute(options.folder, error).lexically_normal();
  if (!options.folder.has_filename()) options.folder = options.folder.parent_path();
  options.programs = fs::read_symlink("/proc/self/exe", error).parent_path();
  if (!arguments.On("--postgres")) return options;
  if (arguments.On("--tour")) {
    return base::InvalidArgument(
        "the tour tries to drop a table, so it goes through the private server only: leave out "
        "--tour or --postgres");
  }
  ASSIGN_OR_RETURN(options.server, ParseServerUrl(arguments.Text("--postgres")));
  return options;
}

// How to go on, in lines that can be copied.
void Explain(const World& world, const std::string& program, bool default_folder,
             Console& console) {
  const WorldPaths& paths = world.paths();
  const std::string issuer = default_folder ? "" : " --dir '" + paths.issuer.string() + "'";
  const std::string config =
      default_folder ? "" : " --config '" + paths.gateway_yaml.string() + "'";
  console.out << "\nPortreeve runs; all that belongs to it is in " << paths.folder.string()
              << "\n\nAs ana, whose group data-eu may read, in another terminal:\n\n"
              << "  export PGPASSWORD=$(" << program << " dev token --sub ana --groups data-eu"
              << issuer << ")\n  psql \"host=127.0.0.1 port=" << world.ports().clients
              << " dbname=" << kConnection << " user=ana sslmode=disable\"\n\n"
              << "The group app-rw may write as well, the group dba may do everything.\n\n"
              << "  " << program << " audit tail" << config << "\n  " << program << " session ls"
              << config << "\n  " << program << " agent ls" << config << "\n\nThe policy is "
              << paths.policy_yaml.string() << "; after a change: kill -HUP " << getpid()
              << "\nCtrl-C ends it all.\n";
  console.out.flush();
}

// Until a signal comes or a program ends by itself.
absl::Status Keep(World& world, Signals& signals, Console& console) {
  for (;;) {
    const int signal = signals.Wait(kCheckMs);
    if (signal == SIGHUP) world.Reload();
    if (signal == SIGINT || signal == SIGTERM) break;
    RETURN_IF_ERROR(world.Check());
  }
  (console.out << "\nstopping ...\n").flush();
  return absl::OkStatus();
}

absl::Status Dev(const Arguments& arguments, const cli::Environment& environment,
                 const base::Clock& clock, Console& console) {
  ASSIGN_OR_RETURN(const WorldOptions options, Options(arguments, environment));
  // Whoever reads our output may go away before us: the programs must be ended all the same.
  signal(SIGPIPE, SIG_IGN);
  Signals signals;
  ASSIGN_OR_RETURN(const auto world, World::Start(options, signals, console));
  if (arguments.On("--tour")) return RunTour(*world, clock, console);
  const auto usual = cli::DefaultDevFolder(environment);
  Explain(*world, (options.programs / "portreeve").string(), usual.ok() && *usual == options.folder,
          console);
  return Keep(*world, signals, console);
}

}  // namespace

std::vector<cli::Verb> DevVerbs(const cli::Environment& environment, const base::Clock& clock) {
  cli::Verb dev;
  dev.words = "dev";
  dev.summary = "Run a whole Portreeve on this machine: PostgreSQL, gateway, agent, issuer.";
  dev.flags = {
      {"--dir", Kind::kText, "FOLDER", "for all that belongs to it, kept from start to start"},
      {"--postgres", Kind::kText, "URL", "a server to use in place of a private one"},
      {"--tour", Kind::kSwitch, "", "show what it does with two statements, then end"},
  };
  dev.run = [environment, &clock](const Arguments& arguments, Console& console) {
    const absl::Status done = Dev(arguments, environment, clock, console);
    return done.ok() ? ExitCode::kOk : cli::Fail(done, console);
  };
  std::vector<cli::Verb> verbs = {dev};
  for (cli::Verb& verb : IssuerVerbs(environment, clock)) verbs.push_back(std::move(verb));
  return verbs;
}

}  // namespace portreeve::dev
