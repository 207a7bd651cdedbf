// A PostgreSQL cluster of its own in a folder, with the demo database in it. It listens on a Unix
// socket in that folder only.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "base/status.h"
#include "dev/child_process.h"
#include "dev/server.h"

namespace portreeve::dev {

class PrivatePostgres {
 public:
  static constexpr const char* kDatabase = "orders";
  static constexpr const char* kUser = "portreeve_demo";

  // Makes the cluster if it is not there or was not finished, starts it, and fills in the demo
  // data. Errors are sentences that say what to do.
  static absl::StatusOr<PrivatePostgres> Start(const std::filesystem::path& folder,
                                               const std::filesystem::path& log);

  // As the agent dials it, with a password that is new at every start.
  const Server& server() const { return server_; }
  // What the server itself says, past the gateway, as its superuser: psql's output.
  absl::StatusOr<std::string> Ask(const std::string& sql,
                                  const std::string& format = "--tuples-only") const;
  // Where psql and its like are.
  const std::filesystem::path& bin() const { return bin_; }
  bool running() { return process_.running(); }

 private:
  PrivatePostgres(std::filesystem::path folder, std::filesystem::path bin, ChildProcess process)
      : folder_(std::move(folder)), bin_(std::move(bin)), process_(std::move(process)) {}

  absl::Status WaitUntilReady();
  absl::Status FillIn();

  std::filesystem::path folder_;
  std::filesystem::path bin_;
  Server server_;
  ChildProcess process_;
};

}  // namespace portreeve::dev
