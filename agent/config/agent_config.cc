#include "config/agent_config.h"

#include <set>

#include "base/file.h"
#include "base/name.h"
#include "net/socket.h"
#include "yaml/map_reader.h"

namespace portreeve::agent_config {
namespace {

using yaml::MapReader;
using yaml::Node;
namespace fs = std::filesystem;

// A lane's first frame tells the gateway all names and labels. It holds 64 KiB, and gateways take
// no more connections than these of one agent.
constexpr size_t kMaxConnections = 1'000;
constexpr size_t kMaxToldBytes = 48 * 1024;
constexpr size_t kTellingBytes = 16;  // What an entry costs beside its texts, at most.

class Loader {
 public:
  Loader(AgentConfig& config, fs::path folder, yaml::Diagnostics& diagnostics)
      : config_(config), folder_(std::move(folder)), diagnostics_(diagnostics) {}

  void Load(const Node& root) {
    MapReader reader(root, "agent.yaml", diagnostics_);
    if (reader.Require("gateways") != nullptr) LoadGateways(reader);
    config_.ca_file = Path(reader, "ca_file", true);
    if (const Node* node = reader.Find("join_token")) {
      config_.join_token = yaml::ReadSecret(*node, folder_, diagnostics_);
    }
    config_.state_dir = Path(reader, "state_dir", true);
    config_.lanes = static_cast<size_t>(reader.Integer("lanes", 1, 16).value_or(1));
    if (const Node* node = reader.Find("log")) {
      MapReader log(*node, "`log`", diagnostics_);
      const auto level = log.Choice("level", {"debug", "info", "warn", "error"});
      if (level) config_.log_level = log.String("level").value_or("info");
      log.Finish();
    }
    if (const Node* node = reader.Require("connections")) LoadConnections(*node);
    reader.Finish();
  }

 private:
  fs::path Path(MapReader& reader, std::string_view key, bool required) {
    if (!required && reader.Find(key) == nullptr) return {};
    const std::string text = reader.RequireText(key);
    return text.empty() ? fs::path() : folder_ / text;
  }

  void LoadGateways(MapReader& reader) {
    config_.gateways = reader.Strings("gateways").value_or(std::vector<std::string>());
    std::set<std::string> seen;
    for (const std::string& gateway : config_.gateways) {
      if (!seen.insert(gateway).second) {
        reader.Error("gateways", "`" + gateway + "` stands here twice");
      }
      if (const auto parsed = net::ParseHostPort(gateway); !parsed.ok()) {
        reader.Error("gateways", base::FromAbsl(parsed.status().message()));
      }
    }
  }

  void LoadConnections(const Node& node) {
    if (node.kind != Node::Kind::kList || node.items.empty()) {
      return diagnostics_.Error(node.mark,
                                "`connections` must be a list with at least one connection");
    }
    if (node.items.size() > kMaxConnections) {
      return diagnostics_.Error(node.mark, "an agent has at most 1000 connections");
    }
    std::set<std::string> names;
    size_t told = 0;
    for (const Node& item : node.items) {
      Connection connection = LoadConnection(item);
      if (!connection.name.empty() && !names.insert(connection.name).second) {
        diagnostics_.Error(item.mark, "there are two connections named `" + connection.name + "`");
      }
      told += kTellingBytes + connection.name.size();
      for (const auto& [key, value] : connection.labels) {
        told += kTellingBytes + key.size() + value.size();
      }
      config_.connections.push_back(std::move(connection));
    }
    if (told > kMaxToldBytes) {
      diagnostics_.Error(node.mark,
                         "the names and labels of all connections are too long together");
    }
  }

  Connection LoadConnection(const Node& node) {
    Connection connection;
    MapReader reader(node, "connection", diagnostics_);
    connection.name = reader.RequireText("name");
    if (!connection.name.empty() && !base::IsName(connection.name)) {
      reader.Error("name", "use a-z, 0-9, `-` and `_`, at most 63 of them");
    }
    connection.host = reader.RequireText("host");
    connection.port = std::to_string(reader.Integer("port", 1, 65535).value_or(5432));
    connection.database = reader.RequireText("database");
    connection.labels = reader.Texts("labels");
    if (const Node* tls = reader.Find("tls")) {
      LoadTls(*tls, connection);
    } else if (!connection.host.starts_with('/')) {
      reader.Error("tls", "needs `tls`: { mode: verify-full, ca_file: ... }, or { mode: disable }");
    } else {
      connection.tls_mode = TlsMode::kDisable;
    }
    if (const Node* credential = reader.Require("credential")) {
      LoadCredential(*credential, connection);
    }
    reader.Finish();
    return connection;
  }

  void LoadTls(const Node& node, Connection& connection) {
    MapReader reader(node, "`tls`", diagnostics_);
    if (reader.Require("mode") != nullptr) {
      const auto mode = reader.Choice("mode", {"disable", "require", "verify-ca", "verify-full"});
      if (mode) connection.tls_mode = static_cast<TlsMode>(*mode);
    }
    connection.tls_ca_file = Path(reader, "ca_file", false);
    connection.tls_cert_file = Path(reader, "cert_file", false);
    connection.tls_key_file = Path(reader, "key_file", false);
    for (const std::string_view key : {"ca_file", "cert_file", "key_file"}) {
      if (connection.tls_mode == TlsMode::kDisable && reader.Find(key) != nullptr) {
        reader.Error(key, "says nothing while the mode is `disable`");
      }
    }
    reader.Finish();
    if (connection.tls_cert_file.empty() != connection.tls_key_file.empty()) {
      diagnostics_.Error(node.mark, "`cert_file` and `key_file` go together");
    }
    if (connection.tls_mode == TlsMode::kVerifyCa && connection.tls_ca_file.empty()) {
      diagnostics_.Error(node.mark, "`verify-ca` needs `ca_file`");
    }
    if (connection.tls_mode != TlsMode::kDisable && connection.host.starts_with('/')) {
      diagnostics_.Error(node.mark, "a Unix socket has no TLS: use { mode: disable }");
    }
  }

  void LoadCredential(const Node& node, Connection& connection) {
    MapReader reader(node, "`credential`", diagnostics_);
    reader.NotSupportedYet("gateway");
    reader.NotSupportedYet("rds_iam");
    const bool held_elsewhere =
        reader.Find("gateway") != nullptr || reader.Find("rds_iam") != nullptr;
    connection.user =
        held_elsewhere ? reader.String("user").value_or("") : reader.RequireText("user");
    if (const Node* password = reader.Find("password")) {
      connection.password = yaml::ReadSecret(*password, folder_, diagnostics_);
    }
    connection.allow_md5 = reader.Bool("allow_md5").value_or(false);
    reader.Finish();
  }

  AgentConfig& config_;
  const fs::path folder_;
  yaml::Diagnostics& diagnostics_;
};

}  // namespace

std::optional<AgentConfig> Load(const fs::path& file, yaml::Diagnostics& diagnostics) {
  const auto text = base::ReadFile(file, yaml::kMaxTextBytes);
  if (!text.ok()) {
    diagnostics.Error({}, base::FromAbsl(text.status().message()));
    return std::nullopt;
  }
  const auto root = yaml::Parse(*text, diagnostics);
  if (root == nullptr) return std::nullopt;
  std::error_code error;
  const fs::path folder = fs::absolute(file, error).parent_path();
  AgentConfig config;
  Loader(config, folder, diagnostics).Load(*root);
  if (!diagnostics.ok()) return std::nullopt;
  return config;
}

}  // namespace portreeve::agent_config
