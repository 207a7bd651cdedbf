// The link's certificate authority: what it makes, for whom, and for how long.

#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <set>

#include "base/file.h"
#include "world.h"

namespace portreeve::fleet {
namespace {

using absl::StatusCode;
using Catch::Matchers::Contains;

std::string Read(const std::filesystem::path& file) {
  return base::ReadFile(file, 1 << 20).value();
}

unsigned ModeOf(const std::filesystem::path& file) {
  struct stat status {};
  REQUIRE(stat(file.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

TEST_CASE("the authority is made once and is the same after every start") {
  World world;
  const std::string ca = world.authority->ca_pem();
  const std::string key = Read(world.folder() / "ca.key");
  CHECK(Read(world.folder() / "ca.crt") == ca);
  CHECK(world.OpenAuthority()->ca_pem() == ca);
  CHECK(Read(world.folder() / "ca.key") == key);
  CHECK(tls::ReadCertificate(ca)->is_ca);
  // Whoever joined before the restart is still welcome after it.
  const Agent agent = world.Join();
  CHECK(world.OpenAuthority()->IsAllowed(agent.issued.agent_id, agent.issued.serial).ok());
}

TEST_CASE("the authority's key is its owner's alone, its certificate is for everybody") {
  World world;
  CHECK(ModeOf(world.folder() / "ca.key") == 0600);
  CHECK(ModeOf(world.folder() / "ca.crt") == 0644);
}

TEST_CASE("a crash between certificate and key does not stop the next start") {
  World world;
  const std::string ca = world.authority->ca_pem();
  REQUIRE(std::filesystem::remove(world.folder() / "ca.key"));
  const auto anew = world.OpenAuthority();
  CHECK(anew->ca_pem() != ca);
  CHECK(Read(world.folder() / "ca.crt") == anew->ca_pem());
}

std::string OpenError(World& world) {
  const auto opened =
      CertificateAuthority::Open(world.folder(), *world.store, world.clock, world.lifetime_us);
  REQUIRE_FALSE(opened.ok());
  return std::string(opened.status().message());
}

TEST_CASE("an authority whose files cannot be used is an error, never a new authority") {
  World world;
  const std::string key = Read(world.folder() / "ca.key");
  SECTION("the certificate is gone") {
    REQUIRE(std::filesystem::remove(world.folder() / "ca.crt"));
    CHECK_THAT(OpenError(world), Contains("ca.crt"));
  }
  SECTION("the key is another's") {
    std::ofstream(world.folder() / "ca.key") << tls::MakePrivateKey().value();
    CHECK_THAT(OpenError(world), Contains("does not belong"));
  }
  SECTION("the key is none") {
    std::ofstream(world.folder() / "ca.key") << "nonsense";
    CHECK_FALSE(OpenError(world).empty());
  }
  SECTION("the key is a folder") {
    REQUIRE(std::filesystem::remove(world.folder() / "ca.key"));
    REQUIRE(std::filesystem::create_directory(world.folder() / "ca.key"));
    CHECK_THAT(OpenError(world), Contains("ca.key"));
  }
  SECTION("the folder is none") {
    const auto opened = CertificateAuthority::Open(world.folder() / "store.db" / "x", *world.store,
                                                   world.clock, world.lifetime_us);
    CHECK_FALSE(opened.ok());
  }
}

TEST_CASE("a server certificate bears the names and addresses it was asked for") {
  World world;
  const auto made = world.authority->MakeServerTls({"gw.example.com", "10.0.0.1", "::1"});
  REQUIRE(made.ok());
  CHECK(made->client_ca_pem == world.authority->ca_pem());
  const auto facts = tls::ReadCertificate(made->certificate_chain_pem);
  REQUIRE(facts.ok());
  CHECK(facts->dns == std::vector<std::string>{"gw.example.com"});
  CHECK(facts->ip == std::vector<std::string>{"10.0.0.1", "::1"});
  CHECK_FALSE(facts->is_ca);
  const int64_t now_s = world.clock.UnixMicros() / 1'000'000;
  CHECK(facts->validity.not_before_unix_s <= now_s);
  CHECK(facts->validity.not_after_unix_s > now_s + 364 * 24 * 3600);
  // It is nobody's certificate as an agent.
  CHECK(world.authority->IsAllowed(facts->common_name, facts->serial_hex).code() ==
        StatusCode::kPermissionDenied);
}

TEST_CASE("a join token is not in the store, only its hash is") {
  World world;
  std::set<std::string> tokens;
  for (int i = 0; i < 10; ++i) {
    const auto created = world.authority->CreateJoinToken("name", kHourUs);
    REQUIRE(created.ok());
    CHECK(created->token.starts_with("pjt_"));
    CHECK(created->token.size() >= 4 + 32);
    CHECK(created->expires_us == world.clock.UnixMicros() + kHourUs);
    CHECK(created->id.size() == 12);
    CHECK(created->token.find(created->id) == std::string::npos);
    CHECK(tokens.insert(created->token).second);
  }
  for (const auto& entry : std::filesystem::directory_iterator(world.folder())) {
    if (!entry.is_regular_file()) continue;
    const std::string content = Read(entry.path());
    for (const std::string& token : tokens) {
      CHECK(content.find(token) == std::string::npos);
      CHECK(content.find(token.substr(4)) == std::string::npos);
    }
  }
}

TEST_CASE("a join token makes one agent") {
  World world;
  const std::string request = World::Request(tls::MakePrivateKey().value());
  const auto token = world.authority->CreateJoinToken("berlin", kHourUs);
  const auto issued = world.authority->Enrol(token->token, request);
  REQUIRE(issued.ok());
  CHECK(world.store->FindAgent(issued->agent_id)->name == "berlin");
  CHECK(world.authority->Enrol(token->token, request).status().code() ==
        StatusCode::kPermissionDenied);
  CHECK(world.store->ListAgents()->size() == 1);
}

TEST_CASE("a token that is unknown, used or expired is refused in the same words") {
  World world;
  const std::string request = World::Request(tls::MakePrivateKey().value());
  const auto refusal = [&](const std::string& token) {
    const auto issued = world.authority->Enrol(token, request);
    CHECK(issued.status().code() == StatusCode::kPermissionDenied);
    return std::string(issued.status().message());
  };
  const auto used = world.authority->CreateJoinToken("a", kHourUs);
  REQUIRE(world.authority->Enrol(used->token, request).ok());
  const auto expired = world.authority->CreateJoinToken("b", kHourUs);
  world.clock.Move(kHourUs);
  const std::string unknown = refusal("pjt_unknown");
  CHECK(refusal(used->token) == unknown);
  CHECK(refusal(expired->token) == unknown);
  CHECK(refusal("") == unknown);
  CHECK(refusal(std::string(1 << 16, 'x')) == unknown);
}

TEST_CASE("a bad signing request does not cost the token") {
  World world;
  const auto token = world.authority->CreateJoinToken("a", kHourUs);
  for (const char* request : {"", "nonsense", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"}) {
    CHECK(world.authority->Enrol(token->token, request).status().code() ==
          StatusCode::kInvalidArgument);
  }
  CHECK(world.authority->Enrol(token->token, World::Request(tls::MakePrivateKey().value())).ok());
}

TEST_CASE("an agent's certificate is short-lived, for clients, and says only the agent's id") {
  World world;
  const Agent agent = world.Join();
  const auto facts = tls::ReadCertificate(agent.issued.certificate_pem);
  REQUIRE(facts.ok());
  CHECK(facts->common_name == agent.issued.agent_id);
  CHECK(facts->uri == std::vector<std::string>{"portreeve:agent:" + agent.issued.agent_id});
  CHECK(facts->dns.empty());
  CHECK_FALSE(facts->is_ca);
  CHECK(facts->serial_hex == agent.issued.serial);
  const int64_t now_s = world.clock.UnixMicros() / 1'000'000;
  CHECK(facts->validity.not_before_unix_s <= now_s);
  CHECK(facts->validity.not_after_unix_s == now_s + 24 * 3600);
  CHECK(agent.issued.not_after_us == facts->validity.not_after_unix_s * 1'000'000);
}

TEST_CASE("a certificate is welcome until it expires") {
  World world;
  const Agent agent = world.Join();
  const auto allowed = [&] {
    return world.authority->IsAllowed(agent.issued.agent_id, agent.issued.serial);
  };
  CHECK(allowed().ok());
  world.clock.Move(24 * kHourUs - 2'000'000);
  CHECK(allowed().ok());
  world.clock.Move(3'000'000);
  CHECK(allowed().code() == StatusCode::kPermissionDenied);
  CHECK_THAT(std::string(allowed().message()), Contains("expired"));
}

TEST_CASE("a renewal keeps the agent and gives a new certificate") {
  World world;
  const Agent agent = world.Join();
  world.clock.Move(12 * kHourUs);
  const std::string new_key = tls::MakePrivateKey().value();
  const auto renewed = world.authority->Renew(agent.issued.agent_id, World::Request(new_key));
  REQUIRE(renewed.ok());
  CHECK(renewed->agent_id == agent.issued.agent_id);
  CHECK(renewed->serial != agent.issued.serial);
  CHECK(renewed->not_after_us == agent.issued.not_after_us + 12 * kHourUs);
  CHECK(tls::ReadCertificate(renewed->certificate_pem)->common_name == agent.issued.agent_id);
  CHECK(world.store->ListAgents()->size() == 1);
  // The old one serves until its own end, so that no link breaks over a renewal.
  CHECK(world.authority->IsAllowed(agent.issued.agent_id, agent.issued.serial).ok());
  CHECK(world.authority->IsAllowed(agent.issued.agent_id, renewed->serial).ok());
  world.clock.Move(13 * kHourUs);
  CHECK_FALSE(world.authority->IsAllowed(agent.issued.agent_id, agent.issued.serial).ok());
  CHECK(world.authority->IsAllowed(agent.issued.agent_id, renewed->serial).ok());
}

TEST_CASE("a revoked agent is welcome with no certificate and gets no other") {
  World world;
  const Agent agent = world.Join();
  const Agent other = world.Join();
  const std::string request = World::Request(agent.key_pem);
  const auto renewed = world.authority->Renew(agent.issued.agent_id, request);
  REQUIRE(renewed.ok());
  REQUIRE(world.authority->Revoke(agent.issued.agent_id).ok());
  for (const std::string& serial : {agent.issued.serial, renewed->serial}) {
    CHECK(world.authority->IsAllowed(agent.issued.agent_id, serial).code() ==
          StatusCode::kPermissionDenied);
  }
  CHECK(world.authority->Renew(agent.issued.agent_id, request).status().code() ==
        StatusCode::kPermissionDenied);
  CHECK(world.authority->IsAllowed(other.issued.agent_id, other.issued.serial).ok());
  CHECK(world.authority->Revoke("agent-nobody").code() == StatusCode::kNotFound);
  CHECK_FALSE(world.authority->Renew("agent-nobody", request).ok());
}

TEST_CASE("a serial number of another agent or of nobody is refused") {
  World world;
  const Agent one = world.Join();
  const Agent two = world.Join();
  const auto refused = [&](const std::string& id, const std::string& serial) {
    return world.authority->IsAllowed(id, serial).code() == StatusCode::kPermissionDenied;
  };
  CHECK(refused(one.issued.agent_id, two.issued.serial));
  CHECK(refused(two.issued.agent_id, one.issued.serial));
  CHECK(refused("", one.issued.serial));
  CHECK(refused(one.issued.agent_id, ""));
  CHECK(refused(one.issued.agent_id, "00"));
}

// A store that has lost its disk.
class FailingStore final : public store::Store {
 public:
  absl::Status AddJoinToken(const store::JoinToken&) override { return failure(); }
  absl::StatusOr<store::Agent> ConsumeJoinToken(const std::string&, const std::string&,
                                                int64_t) override {
    return failure();
  }
  absl::StatusOr<store::Agent> FindAgent(const std::string&) override { return failure(); }
  absl::StatusOr<std::vector<store::Agent>> ListAgents() override { return failure(); }
  absl::Status RevokeAgent(const std::string&, int64_t) override { return failure(); }
  absl::Status AddCertificate(const store::Certificate&) override { return failure(); }
  absl::StatusOr<store::Certificate> FindCertificate(const std::string&) override {
    return failure();
  }
  absl::Status AddLease(const store::Lease&) override { return failure(); }
  absl::StatusOr<std::vector<store::Lease>> ListLeases() override { return failure(); }
  absl::Status RevokeLease(const std::string&, int64_t) override { return failure(); }
  absl::Status DeleteLeases(int64_t) override { return failure(); }

 private:
  static absl::Status failure() { return base::Unavailable("the disk is gone"); }
};

TEST_CASE("when the store fails nobody is let in, and nobody is told that they were revoked") {
  World world;
  const Agent agent = world.Join();
  FailingStore failing;
  const auto authority =
      CertificateAuthority::Open(world.folder(), failing, world.clock, world.lifetime_us);
  REQUIRE(authority.ok());
  const std::string request = World::Request(agent.key_pem);
  for (const absl::Status& status :
       {(*authority)->IsAllowed(agent.issued.agent_id, agent.issued.serial),
        (*authority)->Enrol("pjt_x", request).status(),
        (*authority)->Renew(agent.issued.agent_id, request).status(),
        (*authority)->CreateJoinToken("a", kHourUs).status()}) {
    CHECK(status.code() == StatusCode::kUnavailable);
  }
}

}  // namespace
}  // namespace portreeve::fleet
