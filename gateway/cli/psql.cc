#include "cli/psql.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "base/file.h"

namespace portreeve::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kService[] = "portreeve";
constexpr int kNoProgram = 127;
constexpr int kSignalled = 128;

// A service file in a folder of its own; gone with this.
class ServiceFile {
 public:
  absl::Status Make(const std::string& text, const Environment& environment) {
    const char* const candidates[] = {environment("XDG_RUNTIME_DIR"), environment("TMPDIR"),
                                      "/tmp"};
    for (const char* candidate : candidates) {
      if (candidate == nullptr || *candidate != '/') continue;
      std::string name = (fs::path(candidate) / "portreeve-XXXXXX").string();
      if (mkdtemp(name.data()) == nullptr) continue;
      folder_ = name;
      break;
    }
    if (folder_.empty()) return base::ErrnoStatus("cannot make a folder for the lease", errno);
    return base::WriteFileAtomically(file(), text, 0600);
  }
  ~ServiceFile() {
    if (folder_.empty()) return;
    std::error_code error;
    fs::remove_all(folder_, error);
  }
  fs::path file() const { return folder_ / "service.conf"; }

 private:
  fs::path folder_;
};

// While it lives, signals wait to be taken by Await(): none ends the process before the file has
// gone.
class HeldSignals {
 public:
  HeldSignals() {
    signal(SIGCHLD, SIG_DFL);  // Ignored, it would not be heard.
    sigemptyset(&held_);
    for (const int signal : {SIGCHLD, SIGINT, SIGQUIT, SIGTERM, SIGHUP}) sigaddset(&held_, signal);
    sigprocmask(SIG_BLOCK, &held_, &before_);
  }
  ~HeldSignals() { Release(); }
  void Release() const { sigprocmask(SIG_SETMASK, &before_, nullptr); }

  // What the child ended with. Those at the terminal reach it by themselves; it is told the others.
  int Await(pid_t child) const {
    for (;;) {
      int status = 0;
      if (waitpid(child, &status, WNOHANG) == child) {
        return WIFEXITED(status) ? WEXITSTATUS(status) : kSignalled + WTERMSIG(status);
      }
      int signal = 0;
      if (sigwait(&held_, &signal) == 0 && (signal == SIGTERM || signal == SIGHUP)) {
        kill(child, signal);
      }
    }
  }

 private:
  sigset_t held_{};
  sigset_t before_{};
};

}  // namespace

absl::StatusOr<int> RunPsql(const LeaseLogin& login, const std::vector<std::string>& arguments,
                            const Environment& environment) {
  const HeldSignals signals;
  ServiceFile service;
  RETURN_IF_ERROR(service.Make(ServiceText(login, kService), environment));
  std::vector<std::string> words = {"psql", "-d", std::string("service=") + kService};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const std::string file = service.file().string();
  const pid_t child = fork();
  if (child < 0) return base::ErrnoStatus("cannot start psql", errno);
  if (child == 0) {
    signals.Release();
    setenv("PGSERVICEFILE", file.c_str(), 1);
    // It buys leases, and psql can start other programs.
    unsetenv("PORTREEVE_TOKEN");
    execvp(argv[0], argv.data());
    _exit(kNoProgram);
  }
  const int code = signals.Await(child);
  if (code != kNoProgram) return code;
  return base::NotFound("there is no psql: install PostgreSQL's client (postgresql-client)");
}

}  // namespace portreeve::cli
