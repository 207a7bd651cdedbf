#include "dev/child_process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "temp_folder.h"

namespace portreeve::dev {
namespace {

Finished Ran(Command command) {
  auto finished = RunToEnd(command);
  INFO(finished.status());
  REQUIRE(finished.ok());
  return *std::move(finished);
}

// A process that is a zombie has ended.
bool IsAlive(pid_t pid) {
  const std::string stat = Content("/proc/" + std::to_string(pid) + "/stat");
  const size_t name_end = stat.rfind(')');
  return name_end != std::string::npos && stat.substr(name_end + 2, 1) != "Z";
}

template <typename Condition>
bool ComesTrue(Condition condition) {
  for (int tries = 0; tries < 500; ++tries) {
    if (condition()) return true;
    usleep(10'000);
  }
  return false;
}

TEST_CASE("a command gets its input and gives its output and exit code") {
  const Finished echoed = Ran({{"cat"}, {}, std::string(500'000, 'x'), {}});
  CHECK(echoed.exit_code == 0);
  CHECK(echoed.output.size() == 500'000);
  const Finished both = Ran({{"sh", "-c", "echo out; echo err >&2; exit 3"}, {}, "", {}});
  CHECK(both.exit_code == 3);
  CHECK(both.output == "out\nerr\n");
  CHECK(Ran({{"sh", "-c", "kill -9 $$"}, {}, "", {}}).exit_code == 128 + 9);
}

TEST_CASE("a command that does not read its input ends all the same") {
  CHECK(Ran({{"true"}, {}, std::string(500'000, 'x'), {}}).exit_code == 0);
}

TEST_CASE("output beyond the limit is dropped, not collected") {
  const Finished much = Ran({{"sh", "-c", "head -c 3000000 /dev/zero"}, {}, "", {}});
  CHECK(much.exit_code == 0);
  CHECK(much.output.size() == kMaxOutputBytes);
}

TEST_CASE("a program that is not there is told") {
  CHECK(RunToEnd({{"/no/such/program"}, {}, "", {}}).status().code() ==
        absl::StatusCode::kNotFound);
}

TEST_CASE("a child does not see what was meant for this process") {
  setenv("PGHOST", "elsewhere", 1);
  setenv("PORTREEVE_LISTEN_HTTP", "0.0.0.0:1", 1);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigprocmask(SIG_BLOCK, &blocked, nullptr);
  const Finished seen =
      Ran({{"sh", "-c", "env; grep SigBlk /proc/self/status"}, {{"PGPASSWORD", "given"}}, "", {}});
  sigprocmask(SIG_UNBLOCK, &blocked, nullptr);
  unsetenv("PGHOST");
  unsetenv("PORTREEVE_LISTEN_HTTP");
  CHECK(seen.output.find("PGHOST") == std::string::npos);
  CHECK(seen.output.find("PORTREEVE_LISTEN_HTTP") == std::string::npos);
  CHECK(seen.output.find("PGPASSWORD=given\n") != std::string::npos);
  CHECK(seen.output.find("PATH=") != std::string::npos);
  CHECK(seen.output.find("SigBlk:\t0000000000000000") != std::string::npos);
}

TEST_CASE("a child's output goes to its log, and its end is seen") {
  const TempFolder folder;
  auto child = ChildProcess::Start({{"sh", "-c", "echo hello"}, {}, "", {}}, folder.path() / "log");
  REQUIRE(child.ok());
  CHECK(ComesTrue([&child] { return !child->running(); }));
  CHECK(Content(folder.path() / "log") == "hello\n");
}

TEST_CASE("a child ends with its owner, by the signal that was chosen") {
  const TempFolder folder;
  pid_t pid = 0;
  {
    auto child = ChildProcess::Start(
        {{"sh", "-c", "trap 'echo asked; exit 0' INT; echo ready; while :; do sleep 0.05; done"},
         {},
         "",
         {}},
        folder.path() / "log", {SIGINT, SIGKILL});
    REQUIRE(child.ok());
    pid = child->pid();
    REQUIRE(ComesTrue([&folder] { return Content(folder.path() / "log") == "ready\n"; }));
    CHECK(IsAlive(pid));
    CHECK(getpgid(pid) == pid);
  }
  CHECK_FALSE(IsAlive(pid));
  CHECK(Content(folder.path() / "log") == "ready\nasked\n");
}

TEST_CASE("a child ends when its parent is killed") {
  const TempFolder folder;
  const pid_t parent = fork();
  if (parent == 0) {
    auto child = ChildProcess::Start({{"sh", "-c", "echo $$; exec sleep 600"}, {}, "", {}},
                                     folder.path() / "log");
    pause();
    _exit(child.ok() ? 0 : 1);
  }
  std::string said;
  CHECK(ComesTrue([&] {
    said = Content(folder.path() / "log");
    return said.find('\n') != std::string::npos;
  }));
  const auto child = static_cast<pid_t>(std::strtol(said.c_str(), nullptr, 10));
  REQUIRE(child > 0);
  CHECK(IsAlive(child));
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  CHECK(ComesTrue([child] { return !IsAlive(child); }));
}

}  // namespace
}  // namespace portreeve::dev
