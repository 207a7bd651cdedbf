// Child processes of `portreeve dev`. Their one rule: none outlives this process, and none takes
// over this process' own settings (PG*, PORTREEVE_*, blocked signals).
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"

namespace portreeve::dev {

// Whom a child runs as. Only root may ask for another than itself.
struct User {
  uid_t uid = 0;
  gid_t gid = 0;
};

struct Command {
  std::vector<std::string> words;  // The first is a path, or a name to be looked for in PATH.
  std::vector<std::pair<std::string, std::string>> environment;  // Beyond what is inherited.
  std::string input;                                             // RunToEnd() only.
  std::optional<User> user;
};

// What a command that has ended left behind.
struct Finished {
  int exit_code = 0;   // 128 + signal if a signal ended it.
  std::string output;  // Standard output and error together, at most kMaxOutputBytes.
};
inline constexpr size_t kMaxOutputBytes = 1024 * 1024;
inline constexpr int kRunTimeoutMs = 120'000;

// Runs to the end. kNotFound if the program is not there, kDeadlineExceeded (and the child is
// killed) after kRunTimeoutMs.
absl::StatusOr<Finished> RunToEnd(const Command& command);

struct EndSignals {
  int stop = SIGTERM;   // To end it in order.
  int death = SIGKILL;  // What it gets when this process is killed.
};

class ChildProcess {
 public:
  // Output is appended to `log`. The child is the head of a process group of its own, so that
  // Ctrl-C reaches this process alone.
  static absl::StatusOr<ChildProcess> Start(const Command& command,
                                            const std::filesystem::path& log,
                                            EndSignals signals = {});
  ChildProcess(ChildProcess&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), stop_signal_(other.stop_signal_) {}
  ChildProcess& operator=(ChildProcess&&) = delete;
  // The stop signal, once more after kPatienceMs, and SIGKILL after as long again.
  ~ChildProcess();

  static constexpr int kPatienceMs = 5'000;

  bool running();
  void Signal(int signal);
  pid_t pid() const { return pid_; }

 private:
  ChildProcess(pid_t pid, int stop_signal) : pid_(pid), stop_signal_(stop_signal) {}
  bool EndsWithin(int timeout_ms);

  pid_t pid_ = -1;
  int stop_signal_;
};

}  // namespace portreeve::dev
