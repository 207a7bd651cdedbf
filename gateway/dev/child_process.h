// Child processes of `portreeve dev`: started with a log file, ended with their parent.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"

namespace portreeve::dev {

// What a command that has ended left behind.
struct Finished {
  int exit_code = 0;   // 128 + signal if a signal ended it.
  std::string output;  // Standard output and error together, at most kMaxOutputBytes.
};
inline constexpr size_t kMaxOutputBytes = 1024 * 1024;

using Environment = std::vector<std::pair<std::string, std::string>>;

// Runs to the end. kNotFound if the program is not there.
absl::StatusOr<Finished> RunToEnd(const std::vector<std::string>& command,
                                  const Environment& environment = {},
                                  const std::string& input = "");

class ChildProcess {
 public:
  // Output is appended to `log`. The child gets SIGTERM when this process dies.
  static absl::StatusOr<ChildProcess> Start(const std::vector<std::string>& command,
                                            const std::filesystem::path& log);
  ChildProcess(ChildProcess&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  ChildProcess& operator=(ChildProcess&&) = delete;
  // SIGTERM, and SIGKILL after five seconds.
  ~ChildProcess();

  bool running();

 private:
  explicit ChildProcess(pid_t pid) : pid_(pid) {}

  pid_t pid_ = -1;
};

}  // namespace portreeve::dev
