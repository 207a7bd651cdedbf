// Flag before environment before file before default.

#include <set>

#include "files.h"

namespace portreeve::gateway_config {
namespace {

using Catch::Matchers::Contains;

std::string ValueOf(const GatewayConfig& config, std::string_view path) {
  if (path == "listen.postgres") return config.listen_postgres;
  if (path == "listen.agents") return config.listen_agents;
  if (path == "listen.http") return config.listen_http;
  if (path == "state_dir") return config.state_dir;
  if (path == "policy_file") return config.policy_file;
  if (path == "log.level") return config.log_level;
  FAIL("no test knows " << path);
  return {};
}

// Two values that are valid for the path, and differ from those of the file.
std::pair<std::string, std::string> ValuesFor(std::string_view path) {
  if (path == "log.level") return {"debug", "error"};
  if (path.starts_with("listen.")) return {"127.0.0.1:1", "127.0.0.1:2"};
  return {"/from/environment", "/from/flag"};
}

TEST_CASE("each value that may be given elsewhere follows flag, environment, file") {
  const File file(kWhole);
  const GatewayConfig plain = file.Valid();
  std::set<std::string> names;
  for (const Override& entry : Overrides()) {
    INFO(entry.path);
    const auto [environment, flag] = ValuesFor(entry.path);
    const std::string from_file = ValueOf(plain, entry.path);
    CHECK(from_file != environment);
    {
      const Environment variable(entry.environment, environment.c_str());
      CHECK(ValueOf(file.Valid(), entry.path) == environment);
      CHECK(ValueOf(file.Valid({{entry.path, flag}}), entry.path) == flag);
    }
    CHECK(ValueOf(file.Valid({{entry.path, flag}}), entry.path) == flag);
    CHECK(ValueOf(file.Valid(), entry.path) == from_file);
    for (const char* name : {entry.path, entry.flag, entry.environment}) {
      CHECK(names.insert(name).second);
    }
  }
  CHECK(Overrides().size() == 6);
}

TEST_CASE("a path that a flag or the environment gives need not stand in the file") {
  std::string text = With("state_dir: state\n", "");
  text = With("policy_file: policy.yaml\n", "", text);
  const File file(text);
  CHECK(file.Errors().size() == 2);
  const Environment variable("PORTREEVE_POLICY_FILE", "relative.yaml");
  const GatewayConfig config = file.Valid({{"state_dir", "/s"}});
  CHECK(config.state_dir == "/s");
  // Of the one who starts the program, not of the file's folder.
  CHECK(config.policy_file == "relative.yaml");
}

TEST_CASE("what the file says is checked although a flag replaces it") {
  const File file(With("127.0.0.1:7432", "nonsense"));
  CHECK(file.Errors({{"listen.postgres", "127.0.0.1:1"}}).size() == 1);
}

TEST_CASE("a wrong value is said with the name of the flag or variable that holds it") {
  const File file(kWhole);
  const auto by_flag = file.Errors({{"listen.http", "nowhere"}, {"log.level", "loud"}});
  REQUIRE(by_flag.size() == 2);
  CHECK(by_flag.at(0) == "gw.yaml: --listen-http: `nowhere` is not of the form host:port");
  CHECK(by_flag.at(1) == "gw.yaml: --log-level: must be debug, info, warn or error");
  for (const Override& entry : Overrides()) {
    const Environment variable(entry.environment, "");
    const auto errors = file.Errors();
    REQUIRE(errors.size() == 1);
    CHECK(errors.front() == "gw.yaml: " + std::string(entry.environment) + ": must not be empty");
  }
}

TEST_CASE("a flag cannot take a listener without TLS off loopback") {
  const File file(With("tls: { cert_file: gw.crt, key_file: /etc/gw.key }", "tls: off"));
  file.Valid();
  CHECK_THAT(file.Errors({{"listen.http", "0.0.0.0:1"}}).at(0), Contains("loopback only"));
  const Environment variable("PORTREEVE_LISTEN_POSTGRES", "0.0.0.0:1");
  CHECK_THAT(file.Errors().at(0), Contains("loopback only"));
}

}  // namespace
}  // namespace portreeve::gateway_config
