// agent.yaml: the gateways to dial and the servers that may be reached through this agent. Read
// strictly, all errors in one run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "yaml/diagnostics.h"
#include "yaml/secret.h"

namespace portreeve::agent_config {

enum class TlsMode { kDisable, kRequire, kVerifyCa, kVerifyFull };

struct Connection {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;
  std::string host;  // A name, an address, or the folder of a Unix socket.
  std::string port = "5432";
  std::string database;
  TlsMode tls_mode = TlsMode::kVerifyFull;
  std::filesystem::path tls_ca_file;
  std::filesystem::path tls_cert_file;  // With tls_key_file, or both empty.
  std::filesystem::path tls_key_file;
  std::string user;
  std::optional<yaml::SecretRef> password;
  bool allow_md5 = false;
};

struct AgentConfig {
  std::vector<std::string> gateways;
  std::filesystem::path ca_file;
  std::optional<yaml::SecretRef> join_token;  // Needed until the agent has a certificate.
  std::filesystem::path state_dir;
  size_t lanes = 1;  // Streams to each gateway.
  std::string log_level = "info";
  std::vector<Connection> connections;
};

std::optional<AgentConfig> Load(const std::filesystem::path& file, yaml::Diagnostics& diagnostics);

}  // namespace portreeve::agent_config
