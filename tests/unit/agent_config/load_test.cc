// agent.yaml: what it may say, and what is said of it when it is wrong.

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "config/agent_config.h"
#include "link/frame.h"

namespace portreeve::agent_config {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

constexpr std::string_view kWhole = R"(gateways: ["gw.example.com:6433", "[::1]:6433"]
ca_file: ca.crt
join_token: { from_file: join.token }
state_dir: /var/lib/agent
lanes: 4
log: { level: debug }
connections:
  - name: orders
    labels: { env: prod, kind: primary }
    host: 10.0.3.7
    port: 5433
    database: orders_db
    tls: { mode: verify-ca, ca_file: rds.pem, cert_file: c.pem, key_file: /k.pem }
    credential: { user: portreeve, password: { from_env: ORDERS_PASSWORD }, allow_md5: true }
  - name: local
    host: /run/postgresql
    database: postgres
    credential: { user: local }
)";

std::string With(std::string_view from, std::string_view to, std::string_view text = kWhole) {
  std::string changed(text);
  const size_t at = changed.find(from);
  REQUIRE(at != std::string::npos);
  return changed.replace(at, from.size(), to);
}

// An agent.yaml in a folder of its own.
class File {
 public:
  explicit File(std::string_view text) {
    std::string name = (std::filesystem::temp_directory_path() / "portreeve-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    std::ofstream(folder_ / "agent.yaml") << text;
  }
  ~File() { std::filesystem::remove_all(folder_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  const std::filesystem::path& folder() const { return folder_; }

  AgentConfig Valid() const {
    yaml::Diagnostics diagnostics("a.yaml");
    auto config = Load(folder_ / "agent.yaml", diagnostics);
    INFO(diagnostics.ToString());
    REQUIRE(config.has_value());
    CHECK(diagnostics.ok());
    return *std::move(config);
  }
  std::vector<std::string> Errors() const {
    yaml::Diagnostics diagnostics("a.yaml");
    CHECK_FALSE(Load(folder_ / "agent.yaml", diagnostics).has_value());
    return diagnostics.Messages();
  }

 private:
  std::filesystem::path folder_;
};

TEST_CASE("everything that the file says is taken over") {
  const File file(kWhole);
  const AgentConfig config = file.Valid();
  CHECK(config.gateways == std::vector<std::string>{"gw.example.com:6433", "[::1]:6433"});
  CHECK(config.ca_file == file.folder() / "ca.crt");
  REQUIRE(config.join_token.has_value());
  CHECK(config.join_token->file == file.folder() / "join.token");
  CHECK(config.state_dir == "/var/lib/agent");
  CHECK(config.lanes == 4);
  CHECK(config.log_level == "debug");
  REQUIRE(config.connections.size() == 2);
  const Connection& orders = config.connections.front();
  CHECK(orders.name == "orders");
  CHECK(orders.labels ==
        std::vector<std::pair<std::string, std::string>>{{"env", "prod"}, {"kind", "primary"}});
  CHECK(orders.host == "10.0.3.7");
  CHECK(orders.port == "5433");
  CHECK(orders.database == "orders_db");
  CHECK(orders.tls_mode == TlsMode::kVerifyCa);
  CHECK(orders.tls_ca_file == file.folder() / "rds.pem");
  CHECK(orders.tls_cert_file == file.folder() / "c.pem");
  CHECK(orders.tls_key_file == "/k.pem");
  CHECK(orders.user == "portreeve");
  REQUIRE(orders.password.has_value());
  CHECK(orders.password->environment == "ORDERS_PASSWORD");
  CHECK(orders.allow_md5);
}

TEST_CASE("what may be left out has its default") {
  const File file(With("join_token: { from_file: join.token }\n", "",
                       With("lanes: 4\n", "", With("log: { level: debug }\n", ""))));
  const AgentConfig config = file.Valid();
  CHECK_FALSE(config.join_token.has_value());
  CHECK(config.lanes == 1);
  CHECK(config.log_level == "info");
  const Connection& local = config.connections.back();
  CHECK(local.port == "5432");
  CHECK(local.tls_mode == TlsMode::kDisable);
  CHECK_FALSE(local.password.has_value());
  CHECK_FALSE(local.allow_md5);
  CHECK(local.labels.empty());
}

TEST_CASE("the modes of TLS are libpq's without those that fall back to clear text") {
  const auto mode = [](const std::string& tls) {
    return File(With("{ mode: verify-ca, ca_file: rds.pem, cert_file: c.pem, key_file: /k.pem }",
                     tls))
        .Valid()
        .connections.front()
        .tls_mode;
  };
  CHECK(mode("{ mode: disable }") == TlsMode::kDisable);
  CHECK(mode("{ mode: require }") == TlsMode::kRequire);
  CHECK(mode("{ mode: verify-ca, ca_file: x }") == TlsMode::kVerifyCa);
  CHECK(mode("{ mode: verify-full }") == TlsMode::kVerifyFull);
}

TEST_CASE("one thing wrong is one error, at the place where it stands") {
  struct Case {
    const char* from;
    const char* to;
    const char* error;
  };
  const Case cases[] = {
      {"\"gw.example.com:6433\"", "gw.example.com", ":1:11: `gateways`: `gw.example.com` is not"},
      {"\"[::1]:6433\"", "'gw.example.com:6433'", "`gw.example.com:6433` stands here twice"},
      {"ca_file: ca.crt\n", "", ":1:1: agent.yaml needs `ca_file`"},
      {"ca_file: ca.crt", "ca_file: ''", ":2:10: `ca_file`: must not be empty"},
      {"{ from_file: join.token }", "pjt_secret", ":3:13: a secret does not stand here itself"},
      {"{ from_file: join.token }", "{ from_file: a, from_env: B }", "either `from_file` or"},
      {"state_dir: /var/lib/agent\n", "", "agent.yaml needs `state_dir`"},
      {"lanes: 4", "lanes: 0", ":5:8: `lanes`: must be a number from 1 to 16"},
      {"level: debug", "level: debu", "did you mean `debug`?"},
      {"name: orders", "name: Orders", ":8:11: `name`: use a-z, 0-9"},
      {"name: orders", "name: ''", ":8:11: `name`: must not be empty"},
      {"name: orders", "name: local", ":15:5: there are two connections named `local`"},
      {"host: 10.0.3.7\n", "\n", ":8:5: connection needs `host`"},
      {"host: 10.0.3.7", "hosts: 10.0.3.7\n    host: x", "connection has no `hosts`; did you mean"},
      {"port: 5433", "port: 65536", ":11:11: `port`: must be a number from 1 to 65535"},
      {"database: orders_db", "database: ''", ":12:15: `database`: must not be empty"},
      {"kind: primary", "kind: []", "`kind`: must be a text"},
      {"mode: verify-ca, ca", "mode: prefer, ca", "`prefer` is not one of `disable` `require`"},
      {"mode: verify-ca, ", "", ":13:10: `tls` needs `mode`"},
      {"ca_file: rds.pem, ", "", ":13:10: `verify-ca` needs `ca_file`"},
      {", key_file: /k.pem", "", ":13:10: `cert_file` and `key_file` go together"},
      {"user: portreeve", "user: ''", ":14:25: `user`: must not be empty"},
      {"user: local", "password: { from_env: X }", ":18:17: `credential` needs `user`"},
      {"{ from_env: ORDERS_PASSWORD }", "hunter2", "a secret does not stand here itself"},
      {"allow_md5: true", "allow_md5: yes", "`allow_md5`: `yes` is not one of `false` `true`"},
      {"    credential: { user: local }\n", "", ":15:5: connection needs `credential`"},
  };
  for (const Case& entry : cases) {
    const auto errors = File(With(entry.from, entry.to)).Errors();
    CAPTURE(entry.to, errors);
    REQUIRE(errors.size() == 1);
    CHECK_THAT(errors.front(), StartsWith("a.yaml:") && Contains(entry.error));
  }
}

TEST_CASE("a needed key that is misspelt is missing, and the other is said to be near it") {
  const auto errors = File(With("gateways:", "gateway:")).Errors();
  REQUIRE(errors.size() == 2);
  CHECK(errors.at(0) == "a.yaml:1:1: agent.yaml needs `gateways`");
  CHECK(errors.at(1) == "a.yaml:1:1: agent.yaml has no `gateway`; did you mean `gateways`?");
}

TEST_CASE("a server over TCP says how TLS is used, and one over a Unix socket has none") {
  const std::string tls =
      "    tls: { mode: verify-ca, ca_file: rds.pem, cert_file: c.pem, key_file: /k.pem }\n";
  CHECK_THAT(File(With(tls, "")).Errors().at(0), Contains("a.yaml:8:5: connection: needs `tls`"));
  CHECK_THAT(File(With("host: 10.0.3.7", "host: /tmp")).Errors().at(0),
             Contains("a.yaml:13:10: a Unix socket has no TLS"));
  for (const char* idle : {"ca_file: x", "cert_file: x, key_file: y"}) {
    const auto errors =
        File(With(tls, "    tls: { mode: disable, " + std::string(idle) + " }\n")).Errors();
    CHECK_THAT(errors.at(0), EndsWith("says nothing while the mode is `disable`"));
  }
}

TEST_CASE("where a credential may be held later is refused by its name") {
  for (const std::string key : {"gateway", "rds_iam"}) {
    const auto errors = File(With("user: local", key + ": orders")).Errors();
    REQUIRE(errors.size() == 1);
    CHECK_THAT(errors.front(), EndsWith("`" + key + "` is not supported yet"));
  }
}

TEST_CASE("all errors of a file are said in one run") {
  const auto errors = File(R"(gateways: []
ca_file: [x]
lanes: many
lanes: 1
connections:
  - { name: a, host: h, tls: { mode: none }, credential: {} }
  - { name: a }
colour: red
)")
                          .Errors();
  const std::vector<std::string> expected = {
      "a.yaml:1:1: agent.yaml needs `state_dir`",
      "a.yaml:1:11: must be a text or a list of texts, and not empty",
      "a.yaml:2:10: `ca_file`: must be a text",
      "a.yaml:3:8: `lanes`: must be a number from 1 to 16",
      "a.yaml:4:1: `lanes` stands here twice; the first is in line 3",
      "a.yaml:6:5: connection needs `database`",
      "a.yaml:6:38: `mode`: `none` is not one of `disable` `require` `verify-ca` `verify-full`",
      "a.yaml:6:58: `credential` needs `user`",
      "a.yaml:7:5: connection needs `host`",
      "a.yaml:7:5: connection needs `database`",
      "a.yaml:7:5: connection: needs `tls`: { mode: verify-full, ca_file: ... }, or "
      "{ mode: disable }",
      "a.yaml:7:5: connection needs `credential`",
      "a.yaml:7:5: there are two connections named `a`",
      "a.yaml:8:1: agent.yaml has no `colour`",
  };
  CHECK(errors == expected);
}

std::string Connections(int count, const std::string& labels) {
  std::string text = "gateways: g:1\nca_file: c\nstate_dir: /s\nconnections:\n";
  for (int i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    text += "  - { name: c" + number +
            ", host: /h, database: d, credential: { user: u }, labels: {" + labels + "} }\n";
  }
  return text;
}

TEST_CASE("what an agent tells of its connections fits the first frame of a lane") {
  const auto told = [](const AgentConfig& config) {
    link::Hello hello;
    hello.set_agent_version("1.2.3-some-long-version");
    hello.set_instance(std::string(64, 'i'));
    for (const Connection& connection : config.connections) {
      auto* entry = hello.add_connections();
      entry->set_name(connection.name);
      for (const auto& [key, value] : connection.labels) (*entry->mutable_labels())[key] = value;
    }
    return hello.ByteSizeLong();
  };
  const AgentConfig many = File(Connections(1000, "a: b")).Valid();
  CHECK(many.connections.size() == 1000);
  CHECK(told(many) < link::kMaxControlBytes);
  const AgentConfig wide = File(Connections(1, "a: " + std::string(48000, 'x'))).Valid();
  CHECK(told(wide) < link::kMaxControlBytes);
  CHECK_THAT(File(Connections(1001, "")).Errors().at(0),
             Contains("a.yaml:5:3: an agent has at most 1000 connections"));
  CHECK_THAT(File(Connections(500, "a: " + std::string(100, 'x'))).Errors().at(0),
             Contains("a.yaml:5:3: the names and labels of all connections are too long"));
}

TEST_CASE("a file that is not there or no YAML is an error") {
  yaml::Diagnostics missing("a.yaml");
  CHECK_FALSE(Load("/nowhere/agent.yaml", missing).has_value());
  CHECK_THAT(missing.ToString(), Contains("cannot open /nowhere/agent.yaml"));
  CHECK_THAT(File("gateways: [").Errors().at(0), StartsWith("a.yaml:"));
}

}  // namespace
}  // namespace portreeve::agent_config
