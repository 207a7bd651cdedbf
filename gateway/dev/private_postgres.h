// A PostgreSQL cluster of its own in a folder, with the demo database in it. It listens on a Unix
// socket in that folder only.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/status.h"

namespace portreeve::dev {

class PrivatePostgres {
 public:
  // Makes the cluster if it is not there, starts it, and fills in the demo data. Errors are
  // sentences that say what to do.
  static absl::StatusOr<PrivatePostgres> Start(const std::filesystem::path& folder);
  PrivatePostgres(PrivatePostgres&& other) noexcept;
  ~PrivatePostgres();

  // Folder of the socket, as libpq's `host`.
  std::string host() const { return folder_.string(); }
  static constexpr int kPort = 5432;
  static constexpr const char* kUser = "portreeve_demo";
  static constexpr const char* kDatabase = "orders";
  const std::string& password() const { return password_; }

 private:
  PrivatePostgres(std::filesystem::path folder, std::string bin, std::string password)
      : folder_(std::move(folder)), bin_(std::move(bin)), password_(std::move(password)) {}

  std::filesystem::path folder_;
  std::string bin_;
  std::string password_;
  bool started_ = false;
};

}  // namespace portreeve::dev
