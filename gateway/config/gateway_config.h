// gateway.yaml: read strictly, all errors in one run. Precedence: flag, PORTREEVE_* variable, file,
// default.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/issuer_reader.h"
#include "yaml/diagnostics.h"
#include "yaml/document.h"
#include "yaml/secret.h"

namespace portreeve::gateway_config {

struct GatewayConfig {
  std::string listen_postgres = "127.0.0.1:6432";
  std::string listen_agents = "127.0.0.1:6433";
  std::string listen_http = "127.0.0.1:6434";
  // What clients and agents call the gateway; the agents' certificate names its host.
  std::string public_http;
  std::string public_postgres;
  // Further names and addresses by which agents call the gateway, for its certificate.
  std::vector<std::string> link_names;
  // Empty together: `tls: off`, on loopback only.
  std::filesystem::path tls_cert_file;
  std::filesystem::path tls_key_file;
  std::filesystem::path state_dir;
  std::filesystem::path policy_file;
  std::vector<Issuer> issuers;
  std::optional<yaml::SecretRef> mask_key;  // None: the gateway keeps one in state_dir.
  bool strict_durability = true;
  size_t lanes = 1;
  size_t half_open_connections = 1'000;
  size_t sessions = 10'000;
  size_t statement_bytes = 1024 * 1024;
  int64_t handshake_timeout_us = 10'000'000;
  // After SIGTERM, how long open sessions may go on.
  int64_t drain_timeout_us = 10'000'000;
  int64_t agent_certificate_lifetime_us = int64_t{24} * 3600 * 1'000'000;
  std::string log_level = "info";
};

// Values that a flag or the environment may override, by their path in the file.
struct Override {
  const char* path;         // "listen.postgres"
  const char* flag;         // "--listen-postgres"
  const char* environment;  // "PORTREEVE_LISTEN_POSTGRES"
  const char* help;
};
const std::vector<Override>& Overrides();

// Flags as (path, value). Relative paths in the file are taken from its folder. Nothing after an
// error.
std::optional<GatewayConfig> Load(const std::filesystem::path& file,
                                  const std::vector<std::pair<std::string, std::string>>& flags,
                                  yaml::Diagnostics& diagnostics);

}  // namespace portreeve::gateway_config
