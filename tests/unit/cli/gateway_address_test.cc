#include "cli/gateway_address.h"

#include "base/clock.h"
#include "fixture.h"
#include "tls/certificate.h"

namespace portreeve::cli {
namespace {

// FindEndpoint as a verb calls it.
absl::StatusOr<Endpoint> Find(const std::vector<std::string>& flags, const Variables& variables) {
  absl::StatusOr<Endpoint> found;
  Verb verb{"v", "", {}, GatewayFlags(), nullptr};
  verb.run = [&](const Arguments& arguments, Console&) {
    found = FindEndpoint(arguments, variables.lookup());
    return ExitCode::kOk;
  };
  std::vector<std::string> words = {"v"};
  words.insert(words.end(), flags.begin(), flags.end());
  REQUIRE(RunVerb({verb}, words, variables).code == ExitCode::kOk);
  return found;
}

std::string Config(const std::string& listen, const std::string& tls,
                   const std::string& more = "") {
  return "listen: { http: \"" + listen + "\" }\ntls: " + tls +
         "\nstate_dir: state\npolicy_file: policy.yaml\n" + more +
         "issuers: [{ name: i, issuer: u, audience: [a], algorithms: [EdDSA], jwks_file: j }]\n";
}

struct Place {
  TempFolder folder;
  Variables variables;
  std::string config;

  explicit Place(const std::string& text) {
    config = folder.Write("gateway.yaml", text);
    std::filesystem::create_directory(folder.path() / "state");
    folder.Write("state/operator.token", "from-state\n");
    variables.values["XDG_STATE_HOME"] = folder.path() / "nowhere";
  }
  std::string Token(const std::string& content) const { return folder.Write("token", content); }
};

TEST_CASE("the configuration tells the listener and the token of a gateway on this machine") {
  const Place place(Config("127.0.0.1:7001", "off"));
  const auto found = Find({"--config", place.config}, place.variables);
  REQUIRE(found.ok());
  CHECK(found->Url() == "http://127.0.0.1:7001");
  CHECK(found->token == "from-state");
}

TEST_CASE("with TLS the client asks for the public name and trusts the gateway's certificate") {
  Place place(Config("0.0.0.0:7001", "{ cert_file: gw.crt, key_file: gw.key }",
                     "public: { http: \"https://gw.example.com:443\" }\n"));
  const auto found = Find({"--config", place.config}, place.variables);
  REQUIRE(found.ok());
  CHECK(found->Url() == "https://gw.example.com:7001");
  CHECK(found->connect_to == "127.0.0.1");
  CHECK(found->pinned_file == place.folder.path() / "gw.crt");
}

TEST_CASE("without a public name the client asks for the one in the certificate") {
  const Place place(Config("[::]:7001", "{ cert_file: gw.crt, key_file: gw.key }"));
  const int64_t now = base::SystemClock().UnixMicros() / 1'000'000;
  const std::string key = tls::MakePrivateKey().value();
  const tls::Validity validity{now, now + 60};
  place.folder.Write("gw.crt", tls::MakeCaCertificate(key, "only-name", validity).value());
  const auto found = Find({"--config", place.config}, place.variables);
  REQUIRE(found.ok());
  CHECK(found->host == "only-name");
  CHECK(found->connect_to == "::1");
}

TEST_CASE("a flag stands before the environment, also for what belongs together") {
  Place place(Config("127.0.0.1:7001", "off"));
  place.variables.values["PORTREEVE_GATEWAY"] = "https://elsewhere:1";
  place.variables.values["PORTREEVE_TOKEN_FILE"] = place.Token("from-environment");
  const auto by_environment = Find({}, place.variables);
  REQUIRE(by_environment.ok());
  CHECK(by_environment->Url() == "https://elsewhere:1");
  CHECK(by_environment->token == "from-environment");
  const auto by_config = Find({"--config", place.config}, place.variables);
  REQUIRE(by_config.ok());
  CHECK(by_config->Url() == "http://127.0.0.1:7001");
  CHECK(by_config->token == "from-state");
  const auto by_both =
      Find({"--config", place.config, "--gateway", "https://gw:2"}, place.variables);
  REQUIRE(by_both.ok());
  CHECK(by_both->Url() == "https://gw:2");
  CHECK(by_both->token == "from-state");
}

TEST_CASE("without any word of it the gateway is that of the dev world, if there is one") {
  Place place(Config("127.0.0.1:7001", "off"));
  const auto none = Find({}, place.variables);
  CHECK(none.status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(std::string(none.status().message()).find("portreeve dev") != std::string::npos);
  std::filesystem::rename(place.folder.path(), place.folder.path().string() + ".d");
  std::filesystem::create_directories(place.folder.path());
  std::filesystem::rename(place.folder.path().string() + ".d",
                          place.folder.path() / "portreeve-dev");
  place.variables.values["XDG_STATE_HOME"] = place.folder.path();
  const auto found = Find({}, place.variables);
  REQUIRE(found.ok());
  CHECK(found->token == "from-state");
}

TEST_CASE("an unusable configuration is a usage error, a missing token a missing sign-in") {
  const Place place(Config("127.0.0.1:7001", "off", "nonsense: 1\n"));
  const auto wrong = Find({"--config", place.config}, place.variables);
  CHECK(wrong.status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(std::string(wrong.status().message()).find("gateway.yaml:5:") != std::string::npos);
  const auto absent = Find({"--config", place.folder.path() / "no.yaml"}, place.variables);
  CHECK(absent.status().code() == absl::StatusCode::kInvalidArgument);
  const auto code = [&place](const std::vector<std::string>& flags) {
    return Find(flags, place.variables).status().code();
  };
  CHECK(code({"--gateway", "https://gw:1"}) == absl::StatusCode::kUnauthenticated);
  const std::string missing = place.folder.path() / "missing";
  CHECK(code({"--gateway", "https://gw:1", "--token-file", missing}) ==
        absl::StatusCode::kUnauthenticated);
  for (const char* content : {"two words", "line\r\nX-Other: line"}) {
    CHECK(code({"--gateway", "https://gw:1", "--token-file", place.Token(content)}) ==
          absl::StatusCode::kUnauthenticated);
  }
}

TEST_CASE("the dev world is where the XDG specification has state") {
  Variables variables;
  variables.values = {{"XDG_STATE_HOME", "/x"}, {"HOME", "/h/ana"}};
  CHECK(DefaultDevFolder(variables.lookup()).value() == "/x/portreeve-dev");
  variables.values["XDG_STATE_HOME"] = "relative";
  const std::string own =
      geteuid() == 0 ? "/var/lib/portreeve-dev" : "/h/ana/.local/state/portreeve-dev";
  CHECK(DefaultDevFolder(variables.lookup()).value() == own);
}

}  // namespace
}  // namespace portreeve::cli
