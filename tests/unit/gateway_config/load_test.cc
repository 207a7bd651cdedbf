// gateway.yaml: what it may say, and what is said of it when it is wrong.

#include "files.h"

namespace portreeve::gateway_config {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

constexpr char kLeast[] = R"(tls: off
state_dir: /s
policy_file: /p
issuers:
  - { name: a, issuer: b, audience: c, algorithms: RS256, jwks_file: /k }
)";

TEST_CASE("everything that the file says is taken over") {
  const File file(kWhole);
  const GatewayConfig config = file.Valid();
  CHECK(config.listen_postgres == "127.0.0.1:7432");
  CHECK(config.listen_agents == "0.0.0.0:7433");
  CHECK(config.listen_http == "[::1]:7434");
  CHECK(config.public_http == "https://gw.example.com:6434");
  CHECK(config.public_postgres == "gw.example.com:6432");
  CHECK_FALSE(config.strict_durability);
  CHECK(config.lanes == 3);
  CHECK(config.half_open_connections == 7);
  CHECK(config.sessions == 8);
  CHECK(config.statement_bytes == 64 * 1024);
  CHECK(config.handshake_timeout_us == 3'000'000);
  CHECK(config.drain_timeout_us == 60'000'000);
  CHECK(config.agent_certificate_lifetime_us == int64_t{7'200'000'000});
  CHECK(config.link_names == std::vector<std::string>{"gw.internal", "10.0.0.9"});
  CHECK(config.log_level == "warn");
  REQUIRE(config.issuers.size() == 1);
  const Issuer& issuer = config.issuers.front();
  CHECK(issuer.name == "corp");
  CHECK(issuer.issuer == "https://id.example.com");
  CHECK(issuer.audience == std::vector<std::string>{"portreeve", "other"});
  CHECK(issuer.algorithms == std::vector<std::string>{"RS256", "EdDSA"});
  CHECK(issuer.groups_claim == "roles");
  CHECK(issuer.mark.line == 11);
}

TEST_CASE("relative paths are taken from the file's folder, absolute ones as they are") {
  const File file(kWhole);
  const GatewayConfig config = file.Valid();
  CHECK(config.state_dir == file.folder() / "state");
  CHECK(config.policy_file == file.folder() / "policy.yaml");
  CHECK(config.tls_cert_file == file.folder() / "gw.crt");
  CHECK(config.tls_key_file == "/etc/gw.key");
  CHECK(config.issuers.front().jwks_file == file.folder() / "keys/corp.json");
}

TEST_CASE("a file that says the least has the defaults, all on loopback") {
  const GatewayConfig config = File(kLeast).Valid();
  CHECK(config.listen_postgres == "127.0.0.1:6432");
  CHECK(config.listen_agents == "127.0.0.1:6433");
  CHECK(config.listen_http == "127.0.0.1:6434");
  CHECK(config.tls_cert_file.empty());
  CHECK(config.tls_key_file.empty());
  CHECK(config.strict_durability);
  CHECK(config.lanes >= 1);
  CHECK(config.half_open_connections == 1'000);
  CHECK(config.sessions == 10'000);
  CHECK(config.statement_bytes == 1024 * 1024);
  CHECK(config.handshake_timeout_us == 10'000'000);
  CHECK(config.drain_timeout_us == 10'000'000);
  CHECK(config.agent_certificate_lifetime_us == int64_t{86'400'000'000});
  CHECK(config.link_names.empty());
  CHECK(config.log_level == "info");
  CHECK(config.issuers.front().groups_claim == "groups");
}

TEST_CASE("one thing wrong is one error, at the place where it stands") {
  struct Case {
    const char* from;
    const char* to;
    const char* error;
  };
  const Case cases[] = {
      {"listen:", "listn:", ":1:1: gateway.yaml has no `listn`; did you mean `listen`?"},
      {"  agents: 0", "  agent: 0", ":3:3: `listen` has no `agent`; did you mean `agents`?"},
      {"127.0.0.1:7432", "127.0.0.1",
       ":2:13: `postgres`: `127.0.0.1` is not of the form host:port"},
      {"127.0.0.1:7432", ":7432", ":2:13: `postgres`: `:7432` is not of the form host:port"},
      {"127.0.0.1:7432", "127.0.0.1:65536", ":2:13: `postgres`: `65536` is not a port number"},
      {"127.0.0.1:7432", "127.0.0.1:-1", ":2:13: `postgres`: `-1` is not a port number"},
      {"gw.example.com:6432", "gw.example.com", ":5:58: `postgres`: `gw.example.com` is not of"},
      {"\"https://gw", "\"gw", ":5:17: `http`: must begin with https:// or http://"},
      {"tls: { cert_file: gw.crt, key_file: /etc/gw.key }", "tls: on",
       ":6:6: `tls`: must be `off` or { cert_file, key_file }"},
      {", key_file: /etc/gw.key", "", ":6:6: `tls` needs `key_file`"},
      {"gw.crt", "''", ":6:19: `cert_file`: must not be empty"},
      {"state_dir: state\n", "", ":1:1: gateway.yaml needs `state_dir`"},
      {"state_dir: state", "state_dir: ''", ":7:12: `state_dir`: must not be empty"},
      {"state_dir: state", "state_dir:", ":7:1: `state_dir`: must be a text"},
      {"policy_file: policy.yaml\n", "", ":1:1: gateway.yaml needs `policy_file`"},
      {"sqlite: {}", "sqlite: { file: x }", ":8:20: `sqlite` has no `file`"},
      {"sqlite: {}", "sqlite: on", ":8:18: `sqlite` must be a map, not a text"},
      {"name: corp", "name: ''", ":11:13: `name`: must not be empty"},
      {"\"https://id.example.com\"", "''", ":11:27: `issuer`: must not be empty"},
      {"audience: [portreeve, other]", "audience: []", "must be a text or a list of texts"},
      {"audience: [portreeve, other],", "", ":11:5: issuer needs `audience`"},
      {"algorithms: [RS256, EdDSA],", "", ":11:5: issuer needs `algorithms`"},
      {"EdDSA", "EdDSA2", "`EdDSA2` is not an allowed signature algorithm; did you mean `EdDSA`?"},
      {"RS256", "HS256", "`HS256` is not an allowed signature algorithm; did you mean `RS256`?"},
      {"RS256", "none", "`none` is not an allowed signature algorithm"},
      {", groups_claim: roles", ", groups_claim: ''", "`groups_claim`: must not be empty"},
      {", jwks_file: keys/corp.json", ", jwks_file: ''", "`jwks_file`: must not be empty"},
      {"durability: relaxed", "durability: laxed", "`laxed` is not one of `strict` `relaxed`"},
      {"durability: relaxed", "durability: []", ":13:22: `durability`: must be one of"},
      {"sessions: 8", "sessions: 0", ":14:47: `sessions`: must be a number from 1 to 1000000"},
      {"sessions: 8", "sessions: 1e3", ":14:47: `sessions`: must be a number from 1 to 1000000"},
      {"half_open_connections: 7", "half_open_connections: '-7'", "must be a number from 1"},
      {"64KiB", "5MiB", "`statement_bytes`: must be at most 4MiB"},
      {"64KiB", "64kB", "`statement_bytes`: must be a size above zero"},
      {"64KiB", "99999999999GiB", "`statement_bytes`: must be a size above zero"},
      {"handshake_timeout: 3s", "handshake_timeout: 0s", "must be a duration above zero"},
      {"certificate_lifetime: 2h", "certificate_lifetime: 59s", "must be from 1m to 365d"},
      {"certificate_lifetime: 2h", "certificate_lifetime: 366d", "must be from 1m to 365d"},
      {"drain_timeout: 1m", "drain_timeout: never", ":15:26: `drain_timeout`: must be"},
      {"names: [gw.internal, 10.0.0.9]", "names: []", "must be a text or a list of texts"},
      {"level: warn", "level: warning", ":17:15: `level`: `warning` is not one of"},
      {"lanes: 3", "lanes: 17", ":18:8: `lanes`: must be a number from 1 to 16"},
      {"lanes: 3", "lanes: 3\nlanes: 3", ":19:1: `lanes` stands here twice"},
  };
  for (const Case& entry : cases) {
    const auto errors = File(With(entry.from, entry.to)).Errors();
    INFO(entry.to);
    CAPTURE(errors);
    REQUIRE(errors.size() == 1);
    CHECK_THAT(errors.front(), StartsWith("gw.yaml:") && Contains(entry.error));
  }
}

TEST_CASE("what is known but not enforced is refused by its name") {
  struct Case {
    const char* key;
    const char* from;
    const char* to;
  };
  const Case cases[] = {
      {"master_key", "audit:", "master_key: { from_file: /m }\naudit:"},
      {"saml", "audit:", "saml: [{ name: okta, idp_metadata_file: idp.xml }]\naudit:"},
      {"postgres", "sqlite: {}", "postgres: { dsn_file: /d }"},
      {"client_id", "name: corp", "name: corp, client_id: portreeve"},
      {"client_secret", "name: corp", "name: corp, client_secret: { from_file: oidc.secret }"},
      {"paranoid", "durability: relaxed", "durability: paranoid"},
  };
  for (const Case& entry : cases) {
    const auto errors = File(With(entry.from, entry.to)).Errors();
    CAPTURE(entry.to, errors);
    REQUIRE(errors.size() == 1);
    CHECK_THAT(errors.front(), EndsWith(": `" + std::string(entry.key) + "` is not supported yet"));
  }
}

TEST_CASE("tls: off is for loopback only, and agents' port does not count") {
  const auto listening = [](const std::string& listen) {
    return std::string(kLeast) + "listen: { " + listen + " }\n";
  };
  for (const char* fine : {"postgres: 127.0.0.1:1, http: '127.9.9.9:2'",
                           "postgres: '[::1]:1', http: 'localhost:2'", "agents: 0.0.0.0:3"}) {
    INFO(fine);
    File(listening(fine)).Valid();
  }
  for (const char* open : {"postgres: 0.0.0.0:1", "http: '[::]:1'", "postgres: 10.0.0.1:1",
                           "http: 0.0.0.0:1", "postgres: no-such-host.invalid:1"}) {
    const auto errors = File(listening(open)).Errors();
    CAPTURE(open, errors);
    REQUIRE(errors.size() == 1);
    CHECK_THAT(errors.front(), StartsWith("gw.yaml:1:6: `tls: off` is for loopback only"));
  }
  CHECK(File(listening("postgres: 0.0.0.0:1, http: 0.0.0.0:2")).Errors().size() == 2);
  CHECK_THAT(File(With("tls: off\n", "", kLeast)).Errors().at(0), Contains("needs `tls`"));
}

TEST_CASE("all errors of a file are said in one run, also those of the whole") {
  const auto errors = File(R"(tls: off
listen: { postgres: "0.0.0.0:1", http: nowhere }
policy_file: /p
policy_file: /p
issuers:
  - { name: a, audience: c, algorithms: RS256, jwks_file: /k }
lanes: many
)")
                          .Errors();
  const std::vector<std::string> expected = {
      "gw.yaml:1:1: gateway.yaml needs `state_dir`",
      "gw.yaml:1:6: `tls: off` is for loopback only, and 0.0.0.0:1 is not a loopback address",
      "gw.yaml:2:40: `http`: `nowhere` is not of the form host:port",
      "gw.yaml:4:1: `policy_file` stands here twice; the first is in line 3",
      "gw.yaml:6:5: issuer needs `issuer`",
      "gw.yaml:7:8: `lanes`: must be a number from 1 to 16",
  };
  CHECK(errors == expected);
}

TEST_CASE("a file that is not there or no YAML is an error, not a default") {
  yaml::Diagnostics missing("gw.yaml");
  CHECK_FALSE(Load("/nowhere/gw.yaml", {}, missing).has_value());
  CHECK_THAT(missing.ToString(), Contains("cannot open /nowhere/gw.yaml"));
  CHECK_THAT(File("listen: {").Errors().at(0), StartsWith("gw.yaml:"));
  CHECK(File("").Errors().size() == 4);
  CHECK_THAT(File(std::string(2 << 20, '#')).Errors().at(0), Contains("larger than"));
}

}  // namespace
}  // namespace portreeve::gateway_config
