#include "dev/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/unique_fd.h"

namespace portreeve::dev {
namespace {

constexpr int kStopTimeoutMs = 5'000;
constexpr int kPollMs = 20;

// Only between fork and exec, so only what is safe there.
[[noreturn]] void Exec(const std::vector<char*>& arguments, const Environment& environment) {
  for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  execvp(arguments[0], arguments.data());
  _exit(errno == ENOENT ? 127 : 126);
}

std::vector<char*> Arguments(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  return arguments;
}

int ExitCode(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Feeds the child and collects what it says, until it closes its output.
void Converse(int to_child, int from_child, const std::string& input, std::string& output) {
  size_t sent = 0;
  base::UniqueFd writer(to_child);
  if (input.empty()) writer.Reset();
  for (;;) {
    pollfd polled[2] = {{from_child, POLLIN, 0}, {writer.get(), POLLOUT, 0}};
    if (poll(polled, writer.valid() ? 2 : 1, -1) < 0 && errno != EINTR) return;
    if (writer.valid() && (polled[1].revents & (POLLOUT | POLLERR))) {
      const ssize_t put = write(writer.get(), input.data() + sent, input.size() - sent);
      if (put > 0) sent += static_cast<size_t>(put);
      if (put < 0 || sent == input.size()) writer.Reset();
    }
    if ((polled[0].revents & (POLLIN | POLLHUP)) == 0) continue;
    char buffer[4096];
    const ssize_t got = read(from_child, buffer, sizeof buffer);
    if (got <= 0) return;
    if (output.size() < kMaxOutputBytes) output.append(buffer, static_cast<size_t>(got));
  }
}

}  // namespace

absl::StatusOr<Finished> RunToEnd(const std::vector<std::string>& command,
                                  const Environment& environment, const std::string& input) {
  int in[2];
  int out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) {
    return base::ErrnoStatus("cannot make a pipe", errno);
  }
  const std::vector<char*> arguments = Arguments(command);
  const pid_t pid = fork();
  if (pid < 0) return base::ErrnoStatus("cannot fork", errno);
  if (pid == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    dup2(out[1], 2);
    Exec(arguments, environment);
  }
  close(in[0]);
  close(out[1]);
  const base::UniqueFd from_child(out[0]);
  Finished finished;
  Converse(in[1], from_child.get(), input, finished.output);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  finished.exit_code = ExitCode(status);
  if (finished.exit_code == 127) {
    return base::NotFound("the program " + command[0] + " is not there");
  }
  return finished;
}

absl::StatusOr<ChildProcess> ChildProcess::Start(const std::vector<std::string>& command,
                                                 const std::filesystem::path& log) {
  const base::UniqueFd output(open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!output.valid()) return base::ErrnoStatus("cannot write " + log.string(), errno);
  const std::vector<char*> arguments = Arguments(command);
  const pid_t pid = fork();
  if (pid < 0) return base::ErrnoStatus("cannot fork", errno);
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(output.get(), 1);
    dup2(output.get(), 2);
    Exec(arguments, {});
  }
  return ChildProcess(pid);
}

bool ChildProcess::running() {
  if (pid_ < 0) return false;
  if (waitpid(pid_, nullptr, WNOHANG) == 0) return true;
  pid_ = -1;
  return false;
}

ChildProcess::~ChildProcess() {
  if (!running()) return;
  kill(pid_, SIGTERM);
  for (int waited = 0; waited < kStopTimeoutMs; waited += kPollMs) {
    if (!running()) return;
    usleep(kPollMs * 1000);
  }
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

}  // namespace portreeve::dev
