#include "config/gateway_config.h"

#include <algorithm>
#include <cstdlib>
#include <map>
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
constexpr int64_t kMinuteUs = 60'000'000;
// Agents ask every 30 seconds whether half of their certificate's life is over; the authority
// itself lives for ten years.
constexpr int64_t kMinCertificateLifetimeUs = kMinuteUs;
constexpr int64_t kMaxCertificateLifetimeUs = 365 * 24 * 60 * kMinuteUs;
constexpr std::string_view kLater[] = {"master_key", "saml"};

const std::vector<std::string_view>& Levels() {
  static const std::vector<std::string_view> kLevels = {"debug", "info", "warn", "error"};
  return kLevels;
}

// What a flag or the environment says in place of the file, by its path in the file.
struct Given {
  std::string value;
  std::string source;  // "--state-dir" or "PORTREEVE_STATE_DIR".
};
using GivenValues = std::map<std::string, Given, std::less<>>;

bool IsLoopback(const std::string& address) {
  const auto parsed = net::ParseHostPort(address);
  if (!parsed.ok()) return false;
  const auto resolved = net::ResolveBlocking(parsed->host, parsed->port);
  return resolved.ok() &&
         std::all_of(resolved->begin(), resolved->end(),
                     [](const net::Address& entry) { return entry.is_loopback(); });
}

class Loader {
 public:
  Loader(GatewayConfig& config, fs::path folder, GivenValues given, yaml::Diagnostics& diagnostics)
      : config_(config),
        folder_(std::move(folder)),
        given_(std::move(given)),
        diagnostics_(diagnostics) {}

  void Load(const Node& root) {
    MapReader reader(root, "gateway.yaml", diagnostics_);
    if (const Node* node = reader.Find("listen")) LoadListen(*node);
    if (const Node* node = reader.Find("public")) LoadPublic(*node);
    if (const Node* node = reader.Require("tls")) LoadTls(reader, *node);
    config_.state_dir = Place(reader, "state_dir");
    config_.policy_file = Place(reader, "policy_file");
    if (const Node* node = reader.Find("store")) LoadStore(*node);
    if (const Node* node = reader.Require("issuers")) {
      config_.issuers = ReadIssuers(*node, folder_, diagnostics_);
    }
    if (const Node* node = reader.Find("mask_key")) {
      config_.mask_key = yaml::ReadSecret(*node, folder_, diagnostics_);
    }
    if (const Node* node = reader.Find("audit")) LoadAudit(*node);
    if (const Node* node = reader.Find("limits")) LoadLimits(*node);
    if (const Node* node = reader.Find("agents")) LoadAgents(*node);
    if (const Node* node = reader.Find("log")) LoadLog(*node);
    const auto cores = static_cast<int64_t>(std::thread::hardware_concurrency());
    config_.lanes = static_cast<size_t>(
        reader.Integer("lanes", 1, 16).value_or(std::clamp<int64_t>(cores / 4, 1, 16)));
    for (const std::string_view key : kLater) reader.NotSupportedYet(key);
    reader.Finish();
    for (const auto& [path, given] : given_) Override(path, given);
    CheckLoopback();
  }

 private:
  fs::path Path(MapReader& reader, std::string_view key) {
    const std::string text = reader.RequireText(key);
    return text.empty() ? fs::path() : folder_ / text;
  }

  // A path that the file need not hold when it is given elsewhere.
  fs::path Place(MapReader& reader, std::string_view key) {
    if (reader.Find(key) == nullptr && given_.contains(key)) return {};
    return Path(reader, key);
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
    if (!config_.public_http.empty() && !config_.public_http.starts_with("https://") &&
        !config_.public_http.starts_with("http://")) {
      reader.Error("http", "must begin with https:// or http://");
    }
    Address(reader, "postgres", config_.public_postgres);
    reader.Finish();
  }

  void LoadTls(MapReader& parent, const Node& node) {
    if (node.kind == Node::Kind::kScalar) {
      if (node.scalar != "off") {
        return parent.Error("tls", "must be `off` or { cert_file, key_file }");
      }
      tls_off_ = node.mark;
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
    config_.drain_timeout_us = reader.Duration("drain_timeout").value_or(config_.drain_timeout_us);
    reader.Finish();
  }

  void LoadAgents(const Node& node) {
    MapReader reader(node, "`agents`", diagnostics_);
    if (const auto lifetime = reader.Duration("certificate_lifetime")) {
      if (*lifetime < kMinCertificateLifetimeUs || *lifetime > kMaxCertificateLifetimeUs) {
        reader.Error("certificate_lifetime", "must be from 1m to 365d");
      }
      config_.agent_certificate_lifetime_us = *lifetime;
    }
    config_.link_names = reader.Strings("names").value_or(std::vector<std::string>());
    reader.Finish();
  }

  void LoadLog(const Node& node) {
    MapReader reader(node, "`log`", diagnostics_);
    if (const auto level = reader.Choice("level", Levels())) config_.log_level = Levels()[*level];
    reader.Finish();
  }

  void Override(std::string_view path, const Given& given) {
    const auto error = [&](std::string_view message) {
      diagnostics_.Error({}, given.source + ": " + std::string(message));
    };
    if (given.value.empty()) return error("must not be empty");
    if (path == "state_dir") config_.state_dir = given.value;
    if (path == "policy_file") config_.policy_file = given.value;
    if (path == "log.level") {
      config_.log_level = given.value;
      const bool known = std::find(Levels().begin(), Levels().end(), given.value) != Levels().end();
      if (!known) error("must be debug, info, warn or error");
    }
    std::string* const address = path == "listen.postgres" ? &config_.listen_postgres
                                 : path == "listen.agents" ? &config_.listen_agents
                                 : path == "listen.http"   ? &config_.listen_http
                                                           : nullptr;
    if (address == nullptr) return;
    const auto parsed = net::ParseHostPort(given.value);
    if (!parsed.ok()) return error(base::FromAbsl(parsed.status().message()));
    *address = given.value;
  }

  // Agents' lanes have a TLS of their own, whatever `tls` says.
  void CheckLoopback() {
    if (!tls_off_) return;
    for (const std::string* address : {&config_.listen_postgres, &config_.listen_http}) {
      if (IsLoopback(*address)) continue;
      diagnostics_.Error(*tls_off_, "`tls: off` is for loopback only, and " + *address +
                                        " is not a loopback address");
    }
  }

  GatewayConfig& config_;
  const fs::path folder_;
  const GivenValues given_;
  yaml::Diagnostics& diagnostics_;
  std::optional<yaml::Mark> tls_off_;
};

GivenValues Collect(const std::vector<std::pair<std::string, std::string>>& flags) {
  GivenValues given;
  for (const Override& entry : Overrides()) {
    if (const char* value = std::getenv(entry.environment)) {
      given[entry.path] = {value, entry.environment};
    }
    for (const auto& [path, value] : flags) {
      if (path == entry.path) given[entry.path] = {value, entry.flag};
    }
  }
  return given;
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
  std::error_code error;
  const fs::path folder = fs::absolute(file, error).parent_path();
  GatewayConfig config;
  Loader(config, folder, Collect(flags), diagnostics).Load(*root);
  if (!diagnostics.ok()) return std::nullopt;
  return config;
}

}  // namespace portreeve::gateway_config
