// The agent's certificate: made once, kept, renewed in time, never exchanged for one that is worse.

#include <sys/stat.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "test_gateway.h"
#include "tunnel/enrolment.h"

namespace portreeve::tunnel {
namespace {

using absl::StatusCode;
using Catch::Matchers::Contains;

class FakeClock final : public base::Clock {
 public:
  int64_t UnixMicros() const override { return base::SystemClock().UnixMicros() + moved_s * kS; }
  int64_t MonotonicMicros() const override { return UnixMicros(); }

  int64_t moved_s = 0;

 private:
  static constexpr int64_t kS = 1'000'000;
};

struct World {
  World() {
    std::string name = (std::filesystem::temp_directory_path() / "portreeve-XXXXXX").string();
    folder = mkdtemp(name.data());
  }
  ~World() { std::filesystem::remove_all(folder); }

  Identity Make() const { return {folder, authority.ca_pem(), clock}; }
  Identity Joined() const {
    Identity identity = Make();
    const absl::Status status = identity.Enrol(gateway.address(), [] { return "good"; });
    INFO(status);
    REQUIRE(status.ok());
    return identity;
  }
  std::filesystem::path file() const { return folder / "agent.pem"; }
  std::string Kept() const { return base::ReadFile(file(), 1 << 20).value(); }

  TestAuthority authority;
  TestGateway gateway{authority};
  FakeClock clock;
  std::filesystem::path folder;
};

TEST_CASE("where nothing is kept there is nothing to load") {
  World world;
  Identity identity = world.Make();
  const auto loaded = identity.Load();
  REQUIRE(loaded.ok());
  CHECK_FALSE(*loaded);
}

TEST_CASE("what was joined with is kept for its owner alone, and loaded again") {
  World world;
  const mode_t before = umask(0);
  Identity identity = world.Joined();
  umask(before);
  CHECK(world.gateway.token == "good");
  struct stat status {};
  REQUIRE(stat(world.file().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const link::ClientTls mine = identity.credentials();
  CHECK(mine.gateway_ca_pem == world.authority.ca_pem());
  CHECK(tls::ReadCertificate(mine.certificate_chain_pem)->common_name == "agent-1");
  Identity again = world.Make();
  REQUIRE(*again.Load());
  CHECK(again.credentials().certificate_chain_pem == mine.certificate_chain_pem);
  CHECK(again.credentials().private_key_pem == mine.private_key_pem);
}

TEST_CASE("a certificate that has expired is nothing to go on with") {
  World world;
  world.Joined();
  world.clock.moved_s = 3500;
  CHECK(*world.Make().Load());
  world.clock.moved_s = 3601;
  const auto loaded = world.Make().Load();
  REQUIRE(loaded.ok());
  CHECK_FALSE(*loaded);
}

TEST_CASE("a kept file that cannot be used is an error that names it") {
  World world;
  world.Joined();
  const std::string kept = world.Kept();
  const auto error = [&](const std::string& content) {
    std::ofstream(world.file(), std::ios::trunc) << content;
    const auto loaded = world.Make().Load();
    REQUIRE_FALSE(loaded.ok());
    CHECK_THAT(std::string(loaded.status().message()), Contains("agent.pem"));
    return std::string(loaded.status().message());
  };
  CHECK_THAT(error(""), Contains("holds no certificate"));
  CHECK_THAT(error("nonsense"), Contains("holds no certificate"));
  error(kept.substr(0, kept.size() / 2));
  error(kept.substr(0, kept.size() - 40));
  // The certificate of another key.
  const auto [key, certificate] = world.authority.MakePair("agent-2");
  error(key + kept.substr(kept.find("-----BEGIN CERTIFICATE-----")));
  error(std::string(1 << 17, 'x'));
}

TEST_CASE("a token that the gateway refuses leaves nothing behind") {
  World world;
  Identity identity = world.Make();
  CHECK(identity.Enrol(world.gateway.address(), [] { return "bad"; }).code() ==
        StatusCode::kPermissionDenied);
  CHECK_FALSE(std::filesystem::exists(world.file()));
  CHECK(identity.credentials().certificate_chain_pem.empty());
}

TEST_CASE("a token that cannot be read is not sent") {
  World world;
  Identity identity = world.Make();
  const absl::Status status =
      identity.Enrol(world.gateway.address(), [] { return base::NotFound("no token file"); });
  CHECK(status.code() == StatusCode::kNotFound);
  CHECK(world.gateway.token.empty());
}

TEST_CASE("the token is not spent where the certificate could not be kept") {
  World world;
  Identity identity(world.folder / "nowhere", world.authority.ca_pem(), world.clock);
  bool asked = false;
  const absl::Status status = identity.Enrol(world.gateway.address(), [&asked] {
    asked = true;
    return "good";
  });
  CHECK_FALSE(status.ok());
  CHECK_THAT(std::string(status.message()), Contains("nowhere"));
  CHECK_FALSE(asked);
  CHECK(world.gateway.token.empty());
}

TEST_CASE("a gateway under another authority gets no token") {
  World world;
  const TestAuthority other;
  const TestGateway impostor(other);
  Identity identity = world.Make();
  CHECK_FALSE(identity.Enrol(impostor.address(), [] { return "good"; }).ok());
  CHECK(impostor.token.empty());
}

TEST_CASE("a renewal is due at half of the certificate's life, and changes key and file") {
  World world;
  Identity identity = world.Joined();
  const link::ClientTls first = identity.credentials();
  const auto renew = [&] {
    const auto renewed = identity.RenewIfDue(world.gateway.address());
    INFO(renewed.status());
    REQUIRE(renewed.ok());
    return *renewed;
  };
  CHECK_FALSE(renew());
  world.clock.moved_s = 1700;
  CHECK_FALSE(renew());
  CHECK(world.gateway.renewals == 0);
  world.clock.moved_s = 1900;
  world.gateway.lifetime_s = 3600 + 1900;
  CHECK(renew());
  CHECK(world.gateway.renewals == 1);
  const link::ClientTls second = identity.credentials();
  CHECK(second.private_key_pem != first.private_key_pem);
  CHECK(second.certificate_chain_pem != first.certificate_chain_pem);
  CHECK(world.Kept() == second.private_key_pem + second.certificate_chain_pem);
  CHECK_FALSE(renew());
}

TEST_CASE(
    "what a gateway sends in place of a fitting certificate does not replace the present one") {
  World world;
  Identity identity = world.Joined();
  const std::string kept = world.Kept();
  world.clock.moved_s = 1900;
  const auto [key, foreign] = world.authority.MakePair("agent-1");
  for (const std::string& answer : {std::string("nonsense"), foreign, world.authority.ca_pem(),
                                    foreign + std::string(1 << 17, ' ')}) {
    world.gateway.answer = answer;
    CHECK_FALSE(identity.RenewIfDue(world.gateway.address()).ok());
    CHECK(world.Kept() == kept);
    CHECK(identity.credentials().private_key_pem + identity.credentials().certificate_chain_pem ==
          kept);
  }
  world.gateway.answer.clear();
  CHECK(*identity.RenewIfDue(world.gateway.address()));
}

TEST_CASE("a gateway that is away costs no certificate") {
  World world;
  Identity identity = world.Joined();
  const std::string address = world.gateway.address();
  world.gateway.Stop();
  world.clock.moved_s = 1900;
  CHECK(identity.RenewIfDue(address).status().code() == StatusCode::kUnavailable);
  CHECK(*world.Make().Load());
}

}  // namespace
}  // namespace portreeve::tunnel
