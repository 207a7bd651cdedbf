#include "config/gateway_config.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <thread>

#include "base/file.h"
#include "net/socket.h"
#include "yaml/map_reader.h"

namespace portreeve::gateway_config {
namespace {

using yaml::MapReader;
using yaml::Node;
namespace fs = std::filesystem;

constexpr int64_t kMaxStatementBytes = 4 * 1024 * 1024;  // What the journal keeps whole.
constexpr std::string_view kAlgorithms[] = {"RS256", "RS384", "RS512", "PS256", "PS384",
                                            "PS512", "ES256", "ES384", "ES512", "EdDSA"};
constexpr std::string_view kLater[] = {"master_key", "saml"};
constexpr std::string_view kLaterIssuer[] = {"client_id", "client_secret"};

class Loader {
 public:
  Loader(GatewayConfig& config, fs::path folder, yaml::Diagnostics& diagnostics)
      : config_(config), folder_(std::move(folder)), diagnostics_(diagnostics) {}

  void Load(const Node& root) {
    MapReader reader(root, "gateway.yaml", diagnostics_);
    if (const Node* node = reader.Find("listen")) LoadListen(*node);
    if (const Node* node = reader.Find("public")) LoadPublic(*node);
    if (const Node* node = reader.Require("tls")) LoadTls(reader, *node);
    config_.state_dir = Path(reader, "state_dir");
    config_.policy_file = Path(reader, "policy_file");
    if (const Node* node = reader.Find("store")) LoadStore(*node);
    if (const Node* node = reader.Require("issuers")) LoadIssuers(*node);
    if (const Node* node = reader.Find("audit")) LoadAudit(*node);
    if (const Node* node = reader.Find("limits")) LoadLimits(*node);
    if (const Node* node = reader.Find("agents")) LoadAgents(*node);
    if (const Node* node = reader.Find("log")) LoadLog(*node);
    const auto cores = static_cast<int64_t>(std::thread::hardware_concurrency());
    config_.lanes = static_cast<size_t>(
        reader.Integer("lanes", 1, 16).value_or(std::clamp<int64_t>(cores / 4, 1, 16)));
    for (const std::string_view key : kLater) reader.NotSupportedYet(key);
    reader.Finish();
  }

 private:
  fs::path Path(MapReader& reader, std::string_view key) {
    if (reader.Require(key) == nullptr) return {};
    return folder_ / reader.String(key).value_or("");
  }

  void Address(MapReader& reader, std::string_view key, std::string& into) {
    const auto text = reader.String(key);
    if (!text) return;
    if (const auto parsed = net::ParseHostPort(*text); !parsed.ok()) {
      return reader.Error(key, base::FromAbsl(parsed.status().message()));
    }
    into = *text;
  }

  void LoadListen(const Node& node) {
    MapReader reader(node, "`listen`", diagnostics_);
    Address(reader, "postgres", config_.listen_postgres);
    Address(reader, "agents", config_.listen_agents);
    Address(reader, "http", config_.listen_http);
    reader.Finish();
  }

  void LoadPublic(const Node& node) {
    MapReader reader(node, "`public`", diagnostics_);
    config_.public_http = reader.String("http").value_or("");
    config_.public_postgres = reader.String("postgres").value_or("");
    reader.Finish();
  }

  void LoadTls(MapReader& parent, const Node& node) {
    if (node.kind == Node::Kind::kScalar) {
      if (node.scalar != "off") parent.Error("tls", "must be `off` or { cert_file, key_file }");
      return;
    }
    MapReader reader(node, "`tls`", diagnostics_);
    config_.tls_cert_file = Path(reader, "cert_file");
    config_.tls_key_file = Path(reader, "key_file");
    reader.Finish();
  }

  void LoadStore(const Node& node) {
    MapReader reader(node, "`store`", diagnostics_);
    if (const Node* sqlite = reader.Find("sqlite")) {
      MapReader(*sqlite, "`sqlite`", diagnostics_).Finish();
    }
    reader.NotSupportedYet("postgres");
    reader.Finish();
  }

  void LoadIssuers(const Node& node) {
    if (node.kind != Node::Kind::kList || node.items.empty()) {
      return diagnostics_.Error(node.mark, "`issuers` must be a list with at least one issuer");
    }
    std::set<std::string> seen;
    for (const Node& item : node.items) {
      Issuer issuer = LoadIssuer(item);
      if (!issuer.issuer.empty() && !seen.insert(issuer.issuer).second) {
        diagnostics_.Error(item.mark, "the issuer `" + issuer.issuer + "` stands here twice");
      }
      config_.issuers.push_back(std::move(issuer));
    }
  }

  Issuer LoadIssuer(const Node& node) {
    Issuer issuer;
    issuer.mark = node.mark;
    MapReader reader(node, "issuer", diagnostics_);
    if (reader.Require("name") != nullptr) issuer.name = reader.String("name").value_or("");
    if (reader.Require("issuer") != nullptr) issuer.issuer = reader.String("issuer").value_or("");
    const std::vector<std::string> none;
    if (reader.Require("audience") != nullptr) {
      issuer.audience = reader.Strings("audience").value_or(none);
    }
    if (reader.Require("algorithms") != nullptr) {
      issuer.algorithms = reader.Strings("algorithms").value_or(none);
    }
    for (const std::string& algorithm : issuer.algorithms) {
      if (std::find(std::begin(kAlgorithms), std::end(kAlgorithms), algorithm) !=
          std::end(kAlgorithms)) {
        continue;
      }
      reader.Error("algorithms", "`" + algorithm + "` is not an allowed signature algorithm");
    }
    issuer.groups_claim = reader.String("groups_claim").value_or("groups");
    if (const auto file = reader.String("jwks_file")) {
      issuer.jwks_file = folder_ / *file;
    } else if (reader.Find("jwks_file") == nullptr) {
      diagnostics_.Error(node.mark, "an issuer without `jwks_file` is not supported yet");
    }
    for (const std::string_view key : kLaterIssuer) reader.NotSupportedYet(key);
    reader.Finish();
    return issuer;
  }

  void LoadAudit(const Node& node) {
    MapReader reader(node, "`audit`", diagnostics_);
    if (const Node* durability = reader.Find("durability")) {
      if (durability->scalar == "paranoid") {
        diagnostics_.Error(durability->mark, "`paranoid` is not supported yet");
      } else {
        config_.strict_durability =
            reader.Choice("durability", {"strict", "relaxed"}).value_or(0) == 0;
      }
    }
    reader.Finish();
  }

  void LoadLimits(const Node& node) {
    MapReader reader(node, "`limits`", diagnostics_);
    const auto half_open = reader.Integer("half_open_connections", 1, 1'000'000);
    config_.half_open_connections = static_cast<size_t>(half_open.value_or(1'000));
    config_.sessions =
        static_cast<size_t>(reader.Integer("sessions", 1, 1'000'000).value_or(10'000));
    if (const auto size = reader.Size("statement_bytes")) {
      if (*size > kMaxStatementBytes) reader.Error("statement_bytes", "must be at most 4MiB");
      config_.statement_bytes = static_cast<size_t>(*size);
    }
    config_.handshake_timeout_us =
        reader.Duration("handshake_timeout").value_or(config_.handshake_timeout_us);
    reader.Finish();
  }

  void LoadAgents(const Node& node) {
    MapReader reader(node, "`agents`", diagnostics_);
    config_.agent_certificate_lifetime_us =
        reader.Duration("certificate_lifetime").value_or(config_.agent_certificate_lifetime_us);
    reader.Finish();
  }

  void LoadLog(const Node& node) {
    MapReader reader(node, "`log`", diagnostics_);
    config_.log_level = reader.String("level").value_or(config_.log_level);
    reader.Finish();
  }

  GatewayConfig& config_;
  const fs::path folder_;
  yaml::Diagnostics& diagnostics_;
};

bool IsLoopback(const std::string& address) {
  const auto parsed = net::ParseHostPort(address);
  if (!parsed.ok()) return false;
  const auto resolved = net::ResolveBlocking(parsed->host, parsed->port);
  return resolved.ok() &&
         std::all_of(resolved->begin(), resolved->end(),
                     [](const net::Address& entry) { return entry.is_loopback(); });
}

void Set(GatewayConfig& config, std::string_view path, const std::string& value) {
  if (path == "listen.postgres") config.listen_postgres = value;
  if (path == "listen.agents") config.listen_agents = value;
  if (path == "listen.http") config.listen_http = value;
  if (path == "state_dir") config.state_dir = value;
  if (path == "policy_file") config.policy_file = value;
  if (path == "log.level") config.log_level = value;
}

void CheckWhole(const GatewayConfig& config, yaml::Diagnostics& diagnostics) {
  for (const std::string* address :
       {&config.listen_postgres, &config.listen_agents, &config.listen_http}) {
    if (const auto parsed = net::ParseHostPort(*address); !parsed.ok()) {
      diagnostics.Error({}, base::FromAbsl(parsed.status().message()));
    }
  }
  const std::vector<std::string_view> levels = {"debug", "info", "warn", "error"};
  if (std::find(levels.begin(), levels.end(), config.log_level) == levels.end()) {
    diagnostics.Error({}, "log.level must be debug, info, warn or error");
  }
  if (!config.tls_cert_file.empty()) return;
  for (const std::string* address : {&config.listen_postgres, &config.listen_http}) {
    if (IsLoopback(*address)) continue;
    diagnostics.Error(
        {}, "`tls: off` is for loopback only, and " + *address + " is not a loopback address");
  }
}

}  // namespace

const std::vector<Override>& Overrides() {
  static const std::vector<Override> kOverrides = {
      {"listen.postgres", "--listen-postgres", "PORTREEVE_LISTEN_POSTGRES",
       "address for PostgreSQL clients"},
      {"listen.agents", "--listen-agents", "PORTREEVE_LISTEN_AGENTS", "address for agents"},
      {"listen.http", "--listen-http", "PORTREEVE_LISTEN_HTTP", "address of the HTTP API"},
      {"state_dir", "--state-dir", "PORTREEVE_STATE_DIR", "folder of journal, store and CA"},
      {"policy_file", "--policy-file", "PORTREEVE_POLICY_FILE", "the policy"},
      {"log.level", "--log-level", "PORTREEVE_LOG_LEVEL", "debug, info, warn or error"},
  };
  return kOverrides;
}

std::optional<GatewayConfig> Load(const fs::path& file,
                                  const std::vector<std::pair<std::string, std::string>>& flags,
                                  yaml::Diagnostics& diagnostics) {
  const auto text = base::ReadFile(file, yaml::kMaxTextBytes);
  if (!text.ok()) {
    diagnostics.Error({}, base::FromAbsl(text.status().message()));
    return std::nullopt;
  }
  const auto root = yaml::Parse(*text, diagnostics);
  if (root == nullptr) return std::nullopt;
  GatewayConfig config;
  Loader(config, fs::absolute(file).parent_path(), diagnostics).Load(*root);
  for (const Override& entry : Overrides()) {
    if (const char* value = std::getenv(entry.environment)) Set(config, entry.path, value);
  }
  for (const auto& [path, value] : flags) Set(config, path, value);
  if (diagnostics.ok()) CheckWhole(config, diagnostics);
  if (!diagnostics.ok()) return std::nullopt;
  return config;
}

}  // namespace portreeve::gateway_config
