// Groups that the issuer is asked for.
#include <atomic>
#include <optional>

#include "issuer_server.h"

namespace portreeve::oidc {
namespace {

struct World {
  World(const IssuerServer& server, const std::string& kind)
      : issuer({"corp",
                {server.Url(kind), true},
                server.ca_file(),
                {identity::FindAlgorithm("EdDSA")},
                "groups",
                true},
               {}) {
    issuer.Start(clock, logger, nullptr);
    REQUIRE(Eventually([&] { return issuer.Keys() != nullptr; }));
  }

  absl::StatusOr<std::vector<std::string>> Ask(const std::string& token) {
    std::atomic<bool> answered{false};
    absl::StatusOr<std::vector<std::string>> answer = base::Unavailable("no answer");
    const int64_t expires = clock.UnixMicros() / 1'000'000 + 100;
    issuer.AskGroups(token, "ana", expires, [&](const auto& groups) {
      answer = groups;
      answered = true;
    });
    REQUIRE(Eventually([&] { return answered.load(); }));
    return answer;
  }

  base::SystemClock clock;
  base::Logger logger{base::LogLevel::kError, -1};
  DiscoveredIssuer issuer;
};

TEST_CASE("groups are asked for with the token, once for each") {
  const IssuerServer server;
  server.Write("userinfo.json", R"({"sub":"ana","groups":["dba"]})");
  World world(server, "good");
  for (int i = 0; i < 3; ++i) {
    const auto groups = world.Ask("a.b.c");
    INFO(groups.status());
    REQUIRE(groups.ok());
    CHECK(*groups == std::vector<std::string>{"dba"});
  }
  CHECK(server.CountRequests("/good/userinfo Bearer a.b.c\n") == 1);
  CHECK(world.Ask("d.e.f").ok());
  CHECK(server.CountRequests("/good/userinfo") == 2);
}

TEST_CASE("what is not an answer about the subject is a failure, and not remembered") {
  const IssuerServer server;
  World world(server, "good");
  for (const std::string& text :
       {std::string(R"({"sub":"bob","groups":["dba"]})"), std::string("<html>"),
        R"({"sub":"ana","x":")" + std::string(100'000, 'x') + "\"}"}) {
    server.Write("userinfo.json", text);
    CHECK_FALSE(world.Ask("a.b.c").ok());
  }
  server.Write("userinfo.json", R"({"sub":"ana"})");
  CHECK(world.Ask("a.b.c").ok());
}

TEST_CASE("an issuer that denies the token is a failure") {
  const IssuerServer server;
  server.Write("userinfo.json", R"({"sub":"ana","groups":["dba"]})");
  World world(server, "denying");
  const auto groups = world.Ask("a.b.c");
  CHECK(base::FromAbsl(groups.status().message()) == "UserInfo: it answers with HTTP status 401");
}

}  // namespace
}  // namespace portreeve::oidc
