#include "dev/child_process.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "base/clock.h"
#include "base/unique_fd.h"

namespace portreeve::dev {
namespace {

constexpr int kPollMs = 20;
constexpr int kExitNotFound = 127;
constexpr int kExitCannotRun = 126;

// Everything that exec needs, made before the fork: behind it little is safe.
class Image {
 public:
  explicit Image(const Command& command) {
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string_view text = *entry;
      if (!text.starts_with("PG") && !text.starts_with("PORTREEVE_")) texts_.emplace_back(text);
    }
    for (const auto& [name, value] : command.environment) texts_.push_back(name + "=" + value);
    for (const std::string& word : command.words) {
      arguments_.push_back(const_cast<char*>(word.c_str()));
    }
    for (std::string& text : texts_) environment_.push_back(text.data());
    arguments_.push_back(nullptr);
    environment_.push_back(nullptr);
  }

  // `parent` is this process; `death_signal` reaches the child when it dies.
  [[noreturn]] void Exec(const std::optional<User>& user, pid_t parent, int death_signal) const {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    signal(SIGPIPE, SIG_DFL);
    if (user && (setgroups(0, nullptr) != 0 || setgid(user->gid) != 0 || setuid(user->uid) != 0)) {
      _exit(kExitCannotRun);
    }
    // Behind the change of the user, which would take it away.
    prctl(PR_SET_PDEATHSIG, death_signal);
    if (getppid() != parent) _exit(kExitCannotRun);
    // The folder from which this process was started may be closed to the child.
    if (chdir("/") != 0) _exit(kExitCannotRun);
    execvpe(arguments_[0], arguments_.data(), environment_.data());
    _exit(errno == ENOENT ? kExitNotFound : kExitCannotRun);
  }

 private:
  std::vector<std::string> texts_;
  std::vector<char*> arguments_;
  std::vector<char*> environment_;
};

int ExitCode(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// A file that holds the text and has no name: unlike a pipe it can neither block nor break.
absl::StatusOr<base::UniqueFd> FileWith(const std::string& text) {
  base::UniqueFd file(memfd_create("input", MFD_CLOEXEC));
  if (!file.valid() ||
      write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      lseek(file.get(), 0, SEEK_SET) != 0) {
    return base::ErrnoStatus("cannot hand over a program's input", errno);
  }
  return file;
}

// Collects until the output is closed. False: the time was over.
bool Collect(int from_child, std::string& output) {
  const base::SystemClock clock;
  const int64_t end_us = clock.MonotonicMicros() + int64_t{kRunTimeoutMs} * 1000;
  for (;;) {
    const int64_t left_us = end_us - clock.MonotonicMicros();
    if (left_us <= 0) return false;
    pollfd polled{from_child, POLLIN, 0};
    if (poll(&polled, 1, static_cast<int>(left_us / 1000) + 1) <= 0) continue;
    char buffer[4096];
    const ssize_t got = read(from_child, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    const size_t room = kMaxOutputBytes - output.size();
    output.append(buffer, std::min(room, static_cast<size_t>(got)));
  }
}

int WaitFor(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return ExitCode(status);
}

}  // namespace

absl::StatusOr<Finished> RunToEnd(const Command& command) {
  ASSIGN_OR_RETURN(const base::UniqueFd input, FileWith(command.input));
  int out[2];
  if (pipe2(out, O_CLOEXEC) != 0) return base::ErrnoStatus("cannot make a pipe", errno);
  const base::UniqueFd from_child(out[0]);
  base::UniqueFd to_parent(out[1]);
  const Image image(command);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) return base::ErrnoStatus("cannot fork", errno);
  if (pid == 0) {
    dup2(input.get(), 0);
    dup2(to_parent.get(), 1);
    dup2(to_parent.get(), 2);
    image.Exec(command.user, parent, SIGKILL);
  }
  to_parent.Reset();
  Finished finished;
  if (!Collect(from_child.get(), finished.output)) {
    kill(pid, SIGKILL);
    WaitFor(pid);
    return absl::DeadlineExceededError(
        base::ToAbsl(command.words[0] + " did not end within two minutes"));
  }
  finished.exit_code = WaitFor(pid);
  if (finished.exit_code == kExitNotFound) {
    return base::NotFound("the program " + command.words[0] + " is not there");
  }
  return finished;
}

absl::StatusOr<ChildProcess> ChildProcess::Start(const Command& command,
                                                 const std::filesystem::path& log,
                                                 EndSignals signals) {
  const base::UniqueFd output(open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!output.valid()) return base::ErrnoStatus("cannot write " + log.string(), errno);
  ASSIGN_OR_RETURN(const base::UniqueFd input, FileWith(""));
  const Image image(command);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) return base::ErrnoStatus("cannot fork", errno);
  if (pid == 0) {
    setpgid(0, 0);
    dup2(input.get(), 0);
    dup2(output.get(), 1);
    dup2(output.get(), 2);
    image.Exec(command.user, parent, signals.death);
  }
  return ChildProcess(pid, signals.stop);
}

bool ChildProcess::running() {
  if (pid_ < 0) return false;
  if (waitpid(pid_, nullptr, WNOHANG) == 0) return true;
  pid_ = -1;
  return false;
}

void ChildProcess::Signal(int signal) {
  if (running()) kill(pid_, signal);
}

bool ChildProcess::EndsWithin(int timeout_ms) {
  for (int waited = 0; waited < timeout_ms; waited += kPollMs) {
    if (!running()) return true;
    usleep(kPollMs * 1000);
  }
  return !running();
}

ChildProcess::~ChildProcess() {
  for (int tries = 0; tries < 2; ++tries) {
    Signal(stop_signal_);
    if (EndsWithin(kPatienceMs)) return;
  }
  Signal(SIGKILL);
  if (pid_ >= 0) WaitFor(pid_);
}

}  // namespace portreeve::dev
