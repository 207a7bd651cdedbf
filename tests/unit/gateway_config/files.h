// A gateway.yaml in a folder of its own.
#pragma once

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/gateway_config.h"

namespace portreeve::gateway_config {

using Flags = std::vector<std::pair<std::string, std::string>>;

// Says all that this version takes.
inline constexpr std::string_view kWhole = R"(listen:
  postgres: 127.0.0.1:7432
  agents: 0.0.0.0:7433
  http: "[::1]:7434"
public: { http: "https://gw.example.com:6434", postgres: gw.example.com:6432 }
tls: { cert_file: gw.crt, key_file: /etc/gw.key }
state_dir: state
store: { sqlite: {} }
policy_file: policy.yaml
issuers:
  - { name: corp, issuer: "https://id.example.com", audience: [portreeve, other],
      algorithms: [RS256, EdDSA], jwks_file: keys/corp.json, groups_claim: roles }
audit: { durability: relaxed }
limits: { half_open_connections: 7, sessions: 8, statement_bytes: 64KiB, handshake_timeout: 3s,
          drain_timeout: 1m }
agents: { certificate_lifetime: 2h, names: [gw.internal, 10.0.0.9] }
log: { level: warn }
lanes: 3
)";

inline std::string With(std::string_view from, std::string_view to,
                        std::string_view text = kWhole) {
  std::string changed(text);
  const size_t at = changed.find(from);
  REQUIRE(at != std::string::npos);
  return changed.replace(at, from.size(), to);
}

class File {
 public:
  explicit File(std::string_view text) {
    std::string name = (std::filesystem::temp_directory_path() / "portreeve-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    std::ofstream(path()) << text;
  }
  ~File() { std::filesystem::remove_all(folder_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::filesystem::path path() const { return folder_ / "gw.yaml"; }
  const std::filesystem::path& folder() const { return folder_; }

  GatewayConfig Valid(const Flags& flags = {}) const {
    yaml::Diagnostics diagnostics("gw.yaml");
    auto config = Load(path(), flags, diagnostics);
    INFO(diagnostics.ToString());
    REQUIRE(config.has_value());
    CHECK(diagnostics.ok());
    return *std::move(config);
  }
  std::vector<std::string> Errors(const Flags& flags = {}) const {
    yaml::Diagnostics diagnostics("gw.yaml");
    CHECK_FALSE(Load(path(), flags, diagnostics).has_value());
    return diagnostics.Messages();
  }

 private:
  std::filesystem::path folder_;
};

// A variable of the environment for as long as this lives.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Environment() { unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* const name_;
};

}  // namespace portreeve::gateway_config
