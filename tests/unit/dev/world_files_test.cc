#include "dev/world_files.h"

#include <sys/stat.h>

#include "config/gateway_config.h"
#include "policy/policy.h"
#include "temp_folder.h"
#include "yaml/diagnostics.h"

namespace portreeve::dev {
namespace {

constexpr Ports kPorts = {7001, 7002, 7003};

std::string PolicyErrors(const WorldPaths& paths) {
  yaml::Diagnostics diagnostics("policy.yaml");
  policy::Policy::Load(Content(paths.policy_yaml), diagnostics);
  return diagnostics.ToString();
}

TEST_CASE("the gateway takes its configuration, and the policy is one") {
  const TempFolder folder;
  const auto odd = folder.path() / "with \"quotes\" and spaces";
  std::filesystem::create_directory(odd);
  const WorldPaths paths(odd);
  for (const bool own_server : {true, false}) {
    std::filesystem::remove(paths.policy_yaml);
    REQUIRE(WriteGatewayFiles(paths, kPorts, own_server).ok());
    yaml::Diagnostics diagnostics("gateway.yaml");
    const auto config = gateway_config::Load(paths.gateway_yaml, {}, diagnostics);
    INFO(diagnostics.ToString());
    REQUIRE(config.has_value());
    CHECK(config->listen_postgres == "127.0.0.1:7001");
    CHECK(config->listen_agents == "127.0.0.1:7002");
    CHECK(config->listen_http == "127.0.0.1:7003");
    CHECK(config->state_dir == paths.gateway_state);
    CHECK(config->policy_file == paths.policy_yaml);
    CHECK(config->issuers.at(0).jwks_file == paths.issuer / "jwks.json");
    CHECK(PolicyErrors(paths).empty());
    CHECK((Content(paths.policy_yaml).find("app_readonly") != std::string::npos) == own_server);
  }
}

TEST_CASE("a policy that the user changed stays as it is") {
  const TempFolder folder;
  const WorldPaths paths(folder.path());
  std::ofstream(paths.policy_yaml) << "mine";
  REQUIRE(WriteGatewayFiles(paths, kPorts, true).ok());
  CHECK(Content(paths.policy_yaml) == "mine");
}

TEST_CASE("the agent's secrets stand in files of their own that only the owner may read") {
  const TempFolder folder;
  const WorldPaths paths(folder.path());
  Server server{"127.0.0.1", 5433, "shop", "u\"ser", "server-password", "require", ""};
  REQUIRE(WriteAgentFiles(paths, kPorts, server, "join-secret").ok());
  const std::string text = Content(paths.agent_yaml);
  CHECK(text.find("server-password") == std::string::npos);
  CHECK(text.find("join-secret") == std::string::npos);
  CHECK(text.find(R"(user: "u\"ser")") != std::string::npos);
  CHECK(Content(paths.server_password) == "server-password");
  CHECK(Content(paths.join_token) == "join-secret");
  for (const auto& file : {paths.server_password, paths.join_token}) {
    struct stat facts {};
    REQUIRE(stat(file.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0600);
  }
  server.password.clear();
  REQUIRE(WriteAgentFiles(paths, kPorts, server, "join-secret").ok());
  CHECK(Content(paths.agent_yaml).find("password") == std::string::npos);
}

}  // namespace
}  // namespace portreeve::dev
