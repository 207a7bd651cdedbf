#include "dev/world_files.h"

#include <nlohmann/json.hpp>
#include <string>

#include "base/file.h"

namespace portreeve::dev {
namespace {

namespace fs = std::filesystem;

constexpr char kPolicyHead[] =
    R"(# The policy of this dev world. `portreeve dev` reads it again on SIGHUP.
version: 1
groups:
  analysts: { claim: groups, any_of: ["data-*"] }
  writers:  { claim: groups, any_of: ["app-*"] }
  owners:   { claim: groups, any_of: ["dba"] }
grants:
)";

struct GrantText {
  const char* name;
  const char* who;
  const char* role;
  const char* rest;
};
constexpr GrantText kGrants[] = {
    {"analyst-read", "analysts", "app_readonly",
     R"(    session: { max: 8h, idle: 15m }
    rules:
      - { class: read, action: allow }
      - { class: ddl, action: refuse, message: "tables are changed by their owners: ask a dba" }
)"},
    {"write", "writers", "app_rw",
     R"(    session: { max: 8h }
    rules:
      - { class: [read, write], action: allow }
)"},
    {"everything", "owners", "app_owner",
     R"(    session: { max: 8h }
    rules:
      - { class: [any, unknown, function_call], action: allow }
)"},
};

std::string PolicyText(bool own_server) {
  std::string text = kPolicyHead;
  for (const GrantText& grant : kGrants) {
    text += std::string("  - name: ") + grant.name + "\n    who: [" + grant.who +
            "]\n    on: { connections: [" + kConnection + "] }\n";
    if (own_server) text += std::string("    as: { role: ") + grant.role + " }\n";
    text += grant.rest;
  }
  return text;
}

// In double quotes, as YAML takes it from JSON.
std::string Quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::string Local(int port) { return "\"127.0.0.1:" + std::to_string(port) + "\""; }

}  // namespace

WorldPaths::WorldPaths(const fs::path& root)
    : folder(root),
      issuer(root / "issuer"),
      gateway_yaml(root / "gateway.yaml"),
      policy_yaml(root / "policy.yaml"),
      gateway_state(root / "gateway"),
      gateway_log(root / "gateway.log"),
      agent_yaml(root / "agent.yaml"),
      agent_state(root / "agent"),
      agent_log(root / "agent.log"),
      join_token(root / "join.token"),
      server_password(root / "server.password"),
      postgres(root / "postgres"),
      postgres_log(root / "postgres.log") {}

absl::Status WriteGatewayFiles(const WorldPaths& paths, const Ports& ports, bool own_server) {
  const std::string text =
      "# Written by `portreeve dev` at every start.\nlisten:\n  postgres: " + Local(ports.clients) +
      "\n  agents: " + Local(ports.agents) + "\n  http: " + Local(ports.http) +
      "\ntls: off\nstate_dir: " + Quoted(paths.gateway_state) +
      "\npolicy_file: " + Quoted(paths.policy_yaml) +
      "\nissuers:\n  - name: dev\n    issuer: " + Quoted(kIssuerUrl) +
      "\n    audience: [portreeve]\n    algorithms: [EdDSA]\n    jwks_file: " +
      Quoted(paths.issuer / "jwks.json") +
      "\n    groups_claim: groups\nlimits: { drain_timeout: 1s }\n";
  RETURN_IF_ERROR(base::WriteFileAtomically(paths.gateway_yaml, text, 0600));
  std::error_code error;
  if (fs::exists(paths.policy_yaml, error)) return absl::OkStatus();
  return base::WriteFileAtomically(paths.policy_yaml, PolicyText(own_server), 0600);
}

absl::Status WriteAgentFiles(const WorldPaths& paths, const Ports& ports, const Server& server,
                             const std::string& join_token) {
  RETURN_IF_ERROR(base::WriteFileAtomically(paths.join_token, join_token, 0600));
  std::string tls = "{ mode: " + server.tls_mode;
  if (!server.ca_file.empty()) tls += ", ca_file: " + Quoted(server.ca_file);
  std::string credential = "{ user: " + Quoted(server.user);
  if (!server.password.empty()) {
    RETURN_IF_ERROR(base::WriteFileAtomically(paths.server_password, server.password, 0600));
    credential += ", password: { from_file: " + Quoted(paths.server_password) + " }";
  }
  const std::string text =
      "# Written by `portreeve dev` at every start.\ngateways: [ \"localhost:" +
      std::to_string(ports.agents) + "\" ]\nca_file: " + Quoted(paths.gateway_state / "ca.crt") +
      "\njoin_token: { from_file: " + Quoted(paths.join_token) +
      " }\nstate_dir: " + Quoted(paths.agent_state) + "\nconnections:\n  - name: " + kConnection +
      "\n    labels: { env: dev }\n    host: " + Quoted(server.host) +
      "\n    port: " + std::to_string(server.port) + "\n    database: " + Quoted(server.database) +
      "\n    tls: " + tls + " }\n    credential: " + credential + " }\n";
  return base::WriteFileAtomically(paths.agent_yaml, text, 0600);
}

}  // namespace portreeve::dev
