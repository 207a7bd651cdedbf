// portreeve-gateway: ends clients' PostgreSQL connections, decides and records their statements,
// and passes them on to the agents.

#include <signal.h>
#include <sys/resource.h>

#include <cstdio>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "gateway.h"
#include "settings.h"

namespace portreeve {
namespace {

constexpr char kVersion[] = PORTREEVE_VERSION;
constexpr int kExitFailure = 1;
constexpr int kExitUsage = 2;
constexpr int64_t kSecondUs = 1'000'000;

using Flags = std::vector<std::pair<std::string, std::string>>;

struct CommandLine {
  std::string file;
  bool check = false;
  Flags flags;
};

std::string Help() {
  std::string text =
      "Usage: portreeve-gateway --config FILE [--check] [OPTION...]\n"
      "\n"
      "Ends clients' PostgreSQL connections, decides and records every statement, and passes\n"
      "what is allowed on to the agents.\n"
      "\n"
      "  --config FILE           gateway.yaml\n"
      "  --check                 validate configuration, policy and keys, and exit\n"
      "  --version               print the version and exit\n"
      "  --help                  print this and exit\n"
      "\n"
      "A flag overrides the environment, which overrides the file:\n";
  for (const auto& entry : gateway_config::Overrides()) {
    char line[160];
    std::snprintf(line, sizeof line, "  %-23s %s (%s)\n", entry.flag, entry.help,
                  entry.environment);
    text += line;
  }
  return text +
         "\nSIGHUP reloads policy, issuers and certificate. SIGTERM drains; a second one "
         "ends at once.\n";
}

const gateway_config::Override* FindOverride(const std::string& flag) {
  for (const auto& entry : gateway_config::Overrides()) {
    if (flag == entry.flag) return &entry;
  }
  return nullptr;
}

// True: `line` is filled in. False: the program ends with `exit_code`.
bool ReadCommandLine(int argc, char** argv, CommandLine& line, int& exit_code) {
  exit_code = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--help") return std::fputs(Help().c_str(), stdout), false;
    if (argument == "--version") return std::printf("portreeve-gateway %s\n", kVersion), false;
    const auto* override = FindOverride(argument);
    if (argument == "--check") {
      line.check = true;
    } else if (argument == "--config" && i + 1 < argc) {
      line.file = argv[++i];
    } else if (override != nullptr && i + 1 < argc) {
      line.flags.emplace_back(override->path, argv[++i]);
    } else {
      std::fprintf(stderr, "portreeve-gateway: %s %s; see --help\n",
                   override != nullptr || argument == "--config" ? "a value must follow"
                                                                 : "unknown argument",
                   argument.c_str());
      exit_code = kExitUsage;
      return false;
    }
  }
  if (!line.file.empty()) return true;
  std::fputs("portreeve-gateway: --config FILE is needed; see --help\n", stderr);
  exit_code = kExitUsage;
  return false;
}

base::LogLevel Level(const std::string& name) {
  if (name == "debug") return base::LogLevel::kDebug;
  if (name == "warn") return base::LogLevel::kWarn;
  return name == "error" ? base::LogLevel::kError : base::LogLevel::kInfo;
}

void LogWarnings(const Settings& settings, base::Logger& logger) {
  for (const std::string& warning : settings.warnings) {
    logger.Warn("the configuration is worth a look", {{"warning", warning}});
  }
}

void Reload(Gateway& gateway, const CommandLine& line, base::Logger& logger) {
  std::string errors;
  auto settings = LoadSettings(line.file, line.flags, errors);
  if (settings) {
    LogWarnings(*settings, logger);
    gateway.Reload(*std::move(settings));
  } else {
    gateway.NoteFailedReload(errors);
  }
}

// Waits until the sessions have gone, the time is over, or a second signal comes.
void Drain(Gateway& gateway, const sigset_t& signals, int64_t timeout_us) {
  gateway.Drain();
  for (int64_t left_us = timeout_us; left_us > 0 && gateway.session_count() > 0;
       left_us -= kSecondUs / 4) {
    const timespec step{0, 250'000'000};
    const int signal = sigtimedwait(&signals, nullptr, &step);
    if (signal == SIGTERM || signal == SIGINT) return;
  }
}

int Serve(const CommandLine& line, Settings settings) {
  base::Logger logger(Level(settings.config.log_level));
  LogWarnings(settings, logger);
  const int64_t drain_timeout_us = settings.config.drain_timeout_us;
  auto gateway = Gateway::Start(std::move(settings), kVersion, logger);
  if (!gateway.ok()) {
    logger.Error("the gateway cannot start",
                 {{"reason", std::string(base::FromAbsl(gateway.status().message()))}});
    return kExitFailure;
  }
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  for (int signal = 0; signal != SIGTERM && signal != SIGINT;) {
    if (sigwait(&signals, &signal) != 0) continue;
    if (signal == SIGHUP) Reload(**gateway, line, logger);
  }
  logger.Info("the gateway drains", {{"sessions", std::to_string((*gateway)->session_count())}});
  Drain(**gateway, signals, drain_timeout_us);
  gateway->reset();
  logger.Info("the gateway has stopped");
  return 0;
}

int Main(int argc, char** argv) {
  CommandLine line;
  int exit_code = 0;
  if (!ReadCommandLine(argc, argv, line, exit_code)) return exit_code;
  // Before any thread exists, so that all of them inherit it.
  sigset_t blocked;
  sigemptyset(&blocked);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGXFSZ}) sigaddset(&blocked, signal);
  pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  std::string errors;
  auto settings = LoadSettings(line.file, line.flags, errors);
  if (!settings) {
    std::fputs(errors.c_str(), stderr);
    return kExitUsage;
  }
  if (line.check) {
    for (const std::string& warning : settings->warnings) {
      std::fprintf(stderr, "%s (warning)\n", warning.c_str());
    }
    return std::printf("%s is valid\n", line.file.c_str()), 0;
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  return Serve(line, *std::move(settings));
}

}  // namespace
}  // namespace portreeve

int main(int argc, char** argv) { return portreeve::Main(argc, argv); }
