// The configuration of a dev world. The policy is the user's own once it is written; all else is
// written anew at every start.
#pragma once

#include <filesystem>

#include "base/status.h"
#include "dev/server.h"
#include "dev/state_folder.h"

namespace portreeve::dev {

struct WorldPaths {
  explicit WorldPaths(const std::filesystem::path& folder);

  std::filesystem::path folder;
  std::filesystem::path issuer;  // Folder.
  std::filesystem::path gateway_yaml;
  std::filesystem::path policy_yaml;
  std::filesystem::path gateway_state;  // Folder.
  std::filesystem::path gateway_log;
  std::filesystem::path agent_yaml;
  std::filesystem::path agent_state;  // Folder.
  std::filesystem::path agent_log;
  std::filesystem::path join_token;
  std::filesystem::path server_password;
  std::filesystem::path postgres;  // Folder.
  std::filesystem::path postgres_log;
};

inline constexpr char kConnection[] = "orders";
inline constexpr char kIssuerUrl[] = "https://issuer.dev.invalid";

// `own_server`: the private one, which has the roles that the policy names. On another server the
// grants use the login's own rights.
absl::Status WriteGatewayFiles(const WorldPaths& paths, const Ports& ports, bool own_server);
absl::Status WriteAgentFiles(const WorldPaths& paths, const Ports& ports, const Server& server,
                             const std::string& join_token);

}  // namespace portreeve::dev
