// The folder in which a dev world keeps its state from one start to the next. Its one rule: one
// process at a time has it; the lock goes with the process, so nothing stale can be left behind.
#pragma once

#include <filesystem>
#include <utility>

#include "base/status.h"
#include "base/unique_fd.h"

namespace portreeve::dev {

// All on 127.0.0.1.
struct Ports {
  int clients = 0;
  int agents = 0;
  int http = 0;
};

class StateFolder {
 public:
  // Makes the folder if it is not there. kAlreadyExists: another process has it, or it is full of
  // something else.
  static absl::StatusOr<StateFolder> Open(const std::filesystem::path& folder);

  // Those of last time as far as they are free, else those that the documents use, else any.
  absl::StatusOr<Ports> ChoosePorts() const;

  const std::filesystem::path& path() const { return path_; }

 private:
  StateFolder(std::filesystem::path path, base::UniqueFd lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::filesystem::path path_;
  base::UniqueFd lock_;
};

}  // namespace portreeve::dev
